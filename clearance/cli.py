"""The `clearance` command: its verbs, its exit codes, and the last word on every error."""

from __future__ import annotations

import os
import sys

import typer
from rich.console import Console

from clearance.command.verbs import answers, feeds, grants, made_up, rulebook, steps
from clearance.errors import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_STORE,
    EXIT_USAGE,
    ClearanceError,
)
from clearance.log import level as log_level

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Decides which record relief California law gives, to whom, why, and from which date.",
)
for verbs in (steps, feeds, grants, made_up, answers):
    app.add_typer(verbs.app)
app.add_typer(rulebook.app, name="rules")


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its code; the last line on stderr says what to do."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    if debug:
        os.environ.setdefault("CLEARANCE_SPARK_LOG", "warn")
    sys.exit(_code(given, debug=debug))


def _show_trace(error: Exception) -> None:
    from clearance.command.trace import trace_lines

    for line in trace_lines(error):
        print(line, file=sys.stderr)


def _code(given: list[str], *, debug: bool) -> int:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        log_level()
        command = typer.main.get_command(app)
        code = command.main(args=given, prog_name="clearance", standalone_mode=False)
        return code if isinstance(code, int) else EXIT_DONE
    except ClearanceError as error:
        if debug:
            _show_trace(error)
        console.print(error.message, markup=False)
        console.print(error.remedy, markup=False)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        console.print("Interrupted. Nothing is half written: run the same command again.")
        return EXIT_INTERRUPTED
    except typer.TyperException as error:
        tell = getattr(error, "format_message", error.__str__)
        console.print(tell(), markup=False)
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "clearance"
        console.print(f"See `{path} --help`.", markup=False)
        return EXIT_USAGE
    except Exception as error:
        if debug:
            _show_trace(error)
        console.print(f"Something failed that was not foreseen ({type(error).__name__}).")
        console.print("Run it again with --debug for the cause; running it again is safe.")
        return EXIT_STORE


if __name__ == "__main__":
    main()
