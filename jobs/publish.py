"""spark-submit entry of `clearance publish`: same options, same function, same exit code."""

import sys

from clearance.cli import main

if __name__ == "__main__":
    main(["publish", *sys.argv[1:]])
