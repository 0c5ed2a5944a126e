"""spark-submit entry of `clearance run`: same options, same function, same exit code."""

import sys

from clearance.cli import main

if __name__ == "__main__":
    main(["run", *sys.argv[1:]])
