"""What is wrong with a feed's files: each with file, line and column, of very many the first."""

from __future__ import annotations

from clearance.errors import MOST_LISTED, InputRefused


class Problems:
    """The problems found so far. They quote no cell, since any may hold a name.

    Attributes:
        count: how many were found, told or not.
    """

    def __init__(self) -> None:
        self.count = 0
        self._told: list[str] = []

    def tell(self, file: str, line: int, column: str | None, what: str) -> None:
        """Note a problem.

        Args:
            file: as named on the command line.
            line: in the file, from 1; of a row of several lines the first.
            column: its name, where it is about one.
            what: what is wrong and what to do.
        """
        self.count += 1
        if len(self._told) < MOST_LISTED:
            place = f"{file}:{line}: " + (f"{column}: " if column else "")
            self._told.append(place + what.replace("\n", " "))

    def raise_any(self, kind: str) -> None:
        """End the run where there are problems.

        Args:
            kind: of the feed.

        Raises:
            InputRefused: there are.
        """
        if not self.count:
            return
        more = self.count - len(self._told)
        lines = [*self._told, *([f"... and {more:,} more"] if more else [])]
        found = "1 problem" if self.count == 1 else f"{self.count:,} problems"
        lines.append(f"{found}: the feed {kind} was refused whole, nothing was changed.")
        raise InputRefused("\n".join(lines), "Correct the file, then run the same command again.")
