"""spark-submit entry of `clearance feed`: same options, same function, same exit code."""

import sys

from clearance.cli import main

if __name__ == "__main__":
    main(["feed", *sys.argv[1:]])
