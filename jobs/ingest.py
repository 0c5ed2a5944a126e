"""spark-submit entry of `clearance ingest`: same options, same function, same exit code."""

import sys

from clearance.cli import main

if __name__ == "__main__":
    main(["ingest", *sys.argv[1:]])
