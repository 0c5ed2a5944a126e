"""`python -m clearance`: the command, also where its script is not on the path."""

from clearance.cli import main

if __name__ == "__main__":
    main()
