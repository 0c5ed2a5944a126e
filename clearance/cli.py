"""The `clearance` command: runs a verb, prints errors, and exits with a code.

Slow imports come after the handler of Ctrl-C is installed.
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
    UsageError,
)
from clearance.platform.faults.interrupt import (
    INTERRUPTED,
    exit_interrupted,
    handle_interrupts,
    ignore_interrupts,
)
from clearance.platform.watch.job_output import write_stderr_by_jvm


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its code; the last line on stderr says what to do."""
    handle_interrupts()
    try:
        given = sys.argv[1:] if arguments is None else arguments
        debug = "--debug" in given
        if debug:
            os.environ.setdefault("CLEARANCE_SPARK_LOG", "warn")
        else:
            _silence_libraries()
        _print_whatever_the_encoding()
        write_stderr_by_jvm()
        code = exit_code(given, debug=debug)
        if code == EXIT_INTERRUPTED:
            exit_interrupted(message_shown=True)
        ignore_interrupts()
    except KeyboardInterrupt:
        exit_interrupted()
    sys.exit(code)


def _silence_libraries() -> None:
    """Turn logging off: Py4J logs a traceback of each call that Ctrl-C or the JVM's end breaks."""
    import logging

    logging.disable()


def _print_whatever_the_encoding() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _show_trace(error: Exception) -> None:
    from clearance.commands.trace import trace_lines

    for line in trace_lines(error):
        _print_error(line)


def _print_error(*lines: str) -> None:
    with suppress(OSError):  # nobody reads any more; the exit code still shows the error
        for line in lines:
            print(line, file=sys.stderr, flush=True)


def exit_code(given: list[str], *, debug: bool) -> int:
    """The exit code of a command, once it has run; errors are printed, with a trace if `debug`."""
    try:
        from clearance.commands.app import run_verb
        from clearance.platform.watch.log import log_level

        log_level()
        code = run_verb(given)
        return code if isinstance(code, int) else EXIT_DONE
    except ClearanceError as error:
        if debug:
            _show_trace(error)
        _print_error(error.message, error.remedy)
        return error.exit_code
    except KeyboardInterrupt:
        _print_error(INTERRUPTED)
        return EXIT_INTERRUPTED
    except Exception as error:
        fault = _no_spark_error(error) or _unexpected_error(error)
        if debug and not isinstance(fault, UsageError):  # a trace needs PySpark, too
            _show_trace(error)
        _print_error(fault.message, fault.remedy)
        return fault.exit_code


def _no_spark_error(error: Exception) -> ClearanceError | None:
    """The error for PySpark that is not installed; None for any other exception."""
    from clearance.platform.faults.no_spark import no_spark_error

    return no_spark_error(error) if isinstance(error, ModuleNotFoundError) else None


def _unexpected_error(error: Exception) -> ClearanceError:
    """The error for an exception that no step has turned into one."""
    from clearance.platform.faults.bug import bug_location

    if isinstance(error, OSError | MemoryError):
        why = getattr(error, "strerror", None) or "no memory is left"
        return StoreFault(
            f"The machine failed ({type(error).__name__}: {why}).",
            "See to that, then run the same command again; `--debug` shows where it failed.",
        )
    return ProgramFault(f"{type(error).__name__} at {bug_location(error)}")


if __name__ == "__main__":
    main()
