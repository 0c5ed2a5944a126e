"""spark-submit entry of `clearance determine`: same options, same function, same exit code."""

import sys

from clearance.cli import main

if __name__ == "__main__":
    main(["determine", *sys.argv[1:]])
