"""The petitions that may be open after a no of automatic law, by their own decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import Row

from clearance.explain.words import short_title
from clearance.rulebook.english.decision import Petitions, answer_in_words

POINTER = "pointer"


@dataclass(frozen=True)
class OpenPetitions:
    """What the packs name, and what was decided about it.

    Attributes:
        named: by pack and version, the pointers that it names.
        decided: the packs that the shown sweeps decided.
        outcomes: by unit and pointer, the outcome.
    """

    named: Petitions
    decided: Collection[str]
    outcomes: Mapping[tuple[str, str], str]

    @staticmethod
    def of(rows: Iterable[Row], named: Petitions, *, decided: Collection[str]) -> OpenPetitions:
        """The petitions about a person.

        Args:
            rows: of `determinations`, the person's.
            named: by pack and version, the pointers that it names.
            decided: the packs that the shown sweeps decided.
        """
        pointers = {(row.unit_id, row.pack): row.outcome for row in rows if row.kind == POINTER}
        return OpenPetitions(named, decided, pointers)

    def after(self, row: Row) -> str | None:
        """What a no of automatic law leaves open, in words; None for any other answer.

        A pointer that was decided is named only if it may be open for the unit; one that no shown
        sweep decided is named, since nothing is known of it.

        Args:
            row: of `determinations`.
        """
        named = self.named.get((row.pack, row.pack_version), ())
        titles = tuple(
            short_title(title)
            for pointer, title in named
            if pointer not in self.decided
            or self.outcomes.get((row.unit_id, pointer), "NOT_ELIGIBLE") != "NOT_ELIGIBLE"
        )
        return answer_in_words(
            kind=row.kind,
            outcome=row.outcome,
            petitions=titles,
            none_open=bool(named) and not titles,
        )
