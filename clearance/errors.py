"""The errors that end a run, an exit code for each kind.

Every error has a message (what happened) and a remedy (what to do next). Messages never hold a
person's data: they name files, positions, codes, counties, packs and dates only.
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_DIFFERENCE = 1
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_RULEBOOK = 4
EXIT_CONFLICT = 5
EXIT_STORE = 6
EXIT_BUG = 70
EXIT_INTERRUPTED = 130

MOST_LISTED = 200


class ClearanceError(Exception):
    """An error that ends the run, with a remedy for the user.

    Attributes:
        message: what happened, in one or more lines.
        remedy: what to do about it; printed as the last line on stderr.
        exit_code: see the module's constants.
    """

    exit_code = EXIT_STORE

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(printable(message))
        self.message = printable(message)
        self.remedy = printable(remedy)


class DifferenceFound(ClearanceError):
    """A check (replay, rules test) found a difference."""

    exit_code = EXIT_DIFFERENCE


class UsageError(ClearanceError):
    """The command line or the configuration names something that does not exist or is invalid."""

    exit_code = EXIT_USAGE


class InputRefused(ClearanceError):
    """A research file or feed that cannot be loaded."""

    exit_code = EXIT_INPUT


class RulebookInvalid(ClearanceError):
    """Invalid rules or settings; the message lists every problem with file and line."""

    exit_code = EXIT_RULEBOOK


class SweepConflict(ClearanceError):
    """Another run is writing the same table."""

    exit_code = EXIT_CONFLICT


class StoreFault(ClearanceError):
    """The store or the cluster failed; running the same command again is safe."""

    exit_code = EXIT_STORE


class ProgramFault(ClearanceError):
    """A bug in the program."""

    exit_code = EXIT_BUG

    def __init__(self, what: str) -> None:
        """Make the error.

        Args:
            what: the class of the exception and the call that raised it, never its text.
        """
        from clearance import __version__

        super().__init__(
            f"This is a bug in Clearance {__version__}: {what}.",
            "Report the line above and the command, without anything about people, to whoever "
            "maintains Clearance; `--debug` shows the calls that led to it, without values.",
        )


def printable(text: str) -> str:
    """The text with control characters and unprintable characters as escapes, except line ends.

    Args:
        text: a message, which may quote a file.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def listed(problems: list[str]) -> str:
    """Problems as lines of a message, without repetitions; beyond `MOST_LISTED` only their number.

    Args:
        problems: one or more, in the order of the message.
    """
    lines = list(dict.fromkeys(problem.replace("\n", "\\n") for problem in problems))
    more = [f"... and {len(lines) - MOST_LISTED:,} more"] if len(lines) > MOST_LISTED else []
    return "\n".join([*lines[:MOST_LISTED], *more])


def nearest(word: str, known: list[str]) -> str | None:
    """The known word closest to `word`, or None when nothing is close.

    Args:
        word: an unknown word.
        known: the valid words.
    """
    from difflib import get_close_matches

    matches = get_close_matches(word, known, n=1, cutoff=0.5)
    return matches[0] if matches else None
