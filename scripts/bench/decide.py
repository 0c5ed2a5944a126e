"""Decides files and feeds in one process, by the code of the checkout in PYTHONPATH.

    PYTHONPATH=CHECKOUT decide.py STORE AS_OF CONFIG FILE KIND=FEED...

CONFIG may be empty: the checkout's own. Uses of the checkout only what its command does, and of its
options those that it has.
"""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from types import ModuleType

from clearance import cli


def first_found(*names: str) -> ModuleType:
    """The first of several modules that the checkout has: folders were renamed."""
    for name in names:
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if not name.startswith(str(error.name)):
                raise
    raise ModuleNotFoundError(f"The checkout has none of {', '.join(names)}.")


options = first_found("clearance.commands.options", "clearance.command.options")
session = first_found("clearance.platform.spark.session", "clearance.session")
# The function of the command line that returns a code; it was renamed.
exit_code = getattr(cli, "exit_code", None) or vars(cli)["_code"]


def main() -> int:
    """Run the command line."""
    store, as_of, config, file, *feeds = sys.argv[1:]
    into = ["--store", store, "--quiet", *(["--config", config] if config else [])]
    known = inspect.getsource(options)
    accept = [one for one in ("--accept-quarantine", "--accept-unread") if one in known]
    commands = [["ingest", file, "--extract-date", as_of, "--complete", *accept, *into]]
    for feed in feeds:
        kind, path = feed.split("=", 1)
        commands.append(["feed", kind, path, "--dated", as_of, *into])
    commands.append(["prepare", *into])
    commands.append(["determine", "--as-of", as_of, *into])
    spark = session.build_session()
    for command in commands:
        code = exit_code(command, debug=True)
        if code:
            print(f"{' '.join(command[:2])} ended with {code}", file=sys.stderr)
            return code
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
