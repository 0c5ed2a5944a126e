"""spark-submit entry of `clearance grant`: same options, same function, same exit code."""

import sys

from clearance.cli import main

if __name__ == "__main__":
    main(["grant", *sys.argv[1:]])
