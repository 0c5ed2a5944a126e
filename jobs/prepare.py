"""spark-submit entry of `clearance prepare`: same options, same function, same exit code."""

import sys

from clearance.cli import main

if __name__ == "__main__":
    main(["prepare", *sys.argv[1:]])
