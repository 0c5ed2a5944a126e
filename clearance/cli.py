"""The `clearance` command: its exit codes, and the last word on every error.

Nothing heavy is imported before Ctrl-C is heeded.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

from clearance.errors import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    ClearanceError,
    ProgramFault,
    StoreFault,
)
from clearance.platform.faults.interrupt import (
    INTERRUPTED,
    heed_interrupts,
    ignore_interrupts,
    leave,
)
from clearance.platform.watch.job_output import keep_apart


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its code; the last line on stderr says what to do."""
    heed_interrupts()
    try:
        given = sys.argv[1:] if arguments is None else arguments
        debug = "--debug" in given
        if debug:
            os.environ.setdefault("CLEARANCE_SPARK_LOG", "warn")
        else:
            _silence_libraries()
        _print_whatever_the_encoding()
        keep_apart()
        code = _code(given, debug=debug)
        if code == EXIT_INTERRUPTED:
            leave(said=True)
        ignore_interrupts()
    except KeyboardInterrupt:
        leave()
    sys.exit(code)


def _silence_libraries() -> None:
    """Py4J logs a traceback of every call that Ctrl-C, or the JVM's end, cuts short."""
    import logging

    logging.disable()


def _print_whatever_the_encoding() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _show_trace(error: Exception) -> None:
    from clearance.commands.trace import trace_lines

    for line in trace_lines(error):
        _say(line)


def _say(*lines: str) -> None:
    with suppress(OSError):  # nobody reads any more; the exit code still tells
        for line in lines:
            print(line, file=sys.stderr, flush=True)


def _code(given: list[str], *, debug: bool) -> int:
    try:
        from clearance.commands.app import run_verb
        from clearance.platform.watch.log import level as log_level

        log_level()
        code = run_verb(given)
        return code if isinstance(code, int) else EXIT_DONE
    except ClearanceError as error:
        if debug:
            _show_trace(error)
        _say(error.message, error.remedy)
        return error.exit_code
    except KeyboardInterrupt:
        _say(INTERRUPTED)
        return EXIT_INTERRUPTED
    except Exception as error:
        if debug:
            _show_trace(error)
        end = _unforeseen(error)
        _say(end.message, end.remedy)
        return end.exit_code


def _unforeseen(error: Exception) -> ClearanceError:
    """What to say of an exception that no step made an error of."""
    from clearance.platform.faults.bug import own_call

    if isinstance(error, OSError | MemoryError):
        why = getattr(error, "strerror", None) or "no memory is left"
        return StoreFault(
            f"The machine failed ({type(error).__name__}: {why}).",
            "See to that, then run the same command again; `--debug` shows where it failed.",
        )
    return ProgramFault(f"{type(error).__name__} at {own_call(error)}")


if __name__ == "__main__":
    main()
