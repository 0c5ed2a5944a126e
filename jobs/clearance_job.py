"""The file for spark-submit: `clearance_job.py VERB OPTIONS` is `clearance VERB OPTIONS`.

Every verb, with the same options, the same document on standard output and the same exit code. It
is not called `clearance.py`: its folder comes first on the path, and would hide the package.
"""

from clearance.cli import main

if __name__ == "__main__":
    main()
