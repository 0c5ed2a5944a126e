"""Collects the problems of a feed's files, each with file, line and column."""

from __future__ import annotations

from clearance.errors import MOST_LISTED, InputRefused


class Problems:
    """The problems found so far, the first `MOST_LISTED` with their texts.

    The texts quote no cell, since any cell may hold a name.

    Attributes:
        count: the number of problems.
    """

    def __init__(self) -> None:
        self.count = 0
        self._listed: list[str] = []

    def add(self, file: str, line: int, column: str | None, problem: str) -> None:
        """Add a problem.

        Args:
            file: its name on the command line.
            line: the line in the file, from 1; of a row of several lines the first.
            column: the column's name; None for a problem of the whole line.
            problem: what is wrong and what to do.
        """
        self.count += 1
        if len(self._listed) < MOST_LISTED:
            position = f"{file}:{line}: " + (f"{column}: " if column else "")
            self._listed.append(position + problem.replace("\n", " "))

    def raise_any(self, kind: str) -> None:
        """Raise the problems, if there are any.

        Args:
            kind: the kind of the feed.

        Raises:
            InputRefused: there are problems.
        """
        if not self.count:
            return
        more = self.count - len(self._listed)
        lines = [*self._listed, *([f"... and {more:,} more"] if more else [])]
        total = "1 problem" if self.count == 1 else f"{self.count:,} problems"
        lines.append(f"{total}: the feed {kind} was refused whole, nothing was changed.")
        raise InputRefused("\n".join(lines), "Correct the file, then run the same command again.")
