"""The rules of disposition texts: what a text does to its count, or to a conviction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# The outcome that a disposition gives a count without a conviction.
Ending = Literal[
    "dismisses",
    "acquits",
    "rejects",
    "releases",
    "turns_over",
    "diverts",
    "diverts_unlisted",
    "completes_diversion",
    "ends_diversion",
    "combines",
]
# The change that a later disposition makes to a conviction.
Modifying = Literal[
    "sets_aside",
    "voids",
    "relieves",
    "pardons",
    "certifies",
    "withdraws_plea",
    "reduces",
    "revokes",
    "reinstates",
    "modifies",
    "extends",
    "terminates",
    "resentences",
    "voids_sentence",
    "reverses",
    "denies",
    "undoes_relief",
    "undoes_reduction",
]
Effect = Literal["convicts", Ending, Modifying, "no_effect", "unknown"]
MODIFYING: tuple[str, ...] = get_args(Modifying)

# A section with its code book: PC 1203.4A.
Section = Annotated[str, Field(pattern=r"^[A-Z]{2} [0-9]+[0-9A-Z.]*$")]


class Strict(BaseModel):
    """A part of the files of rules: no key that is not known, and nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def check_spelling(words: Iterable[str]) -> None:
    """Raise ValueError unless texts are in upper case with single blanks."""
    if any(word != " ".join(word.upper().split()) or not word for word in words):
        raise ValueError("texts are compared in upper case with single blanks: write them so")


class DispositionRule(Strict):
    """The condition on disposition texts, and the effect of a text that meets it.

    Attributes:
        text: the whole text.
        starts_with: its beginning.
        contains: words that it has.
        in_order: whether it has them in that order.
        sections: sections, one of which it cites in any spelling.
        cites: a statute list, of which the text cites a section behind `starts_with`.
        cited: the sections of that list, filled when the rules are loaded.
        effect: what the disposition does to its count.
        level: the level to which it reduces a conviction.
        under: the law by which it changes a conviction, a word of the column `changed_under`.
        cite: the source of the rule.
        note: for a lawyer.
    """

    text: str | None = None
    starts_with: str | None = None
    contains: tuple[str, ...] = ()
    in_order: bool = False
    sections: tuple[Section, ...] = ()
    cites: str | None = None
    cited: tuple[str, ...] = ()
    effect: Effect
    level: Literal["M", "I"] | None = None
    under: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    cite: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_way_to_match(self) -> Self:
        given = [self.text is not None, self.starts_with is not None, bool(self.contains)]
        if sum(given) != 1 and (any(given) or not self.sections):
            raise ValueError("give exactly one of text, starts_with, contains; or sections")
        if self.sections and (self.text is not None or self.cites is not None):
            raise ValueError("`sections` stands alone or beside `contains` or `starts_with`")
        if self.in_order and len(self.contains) < 2:
            raise ValueError("`in_order` goes with several words of `contains`")
        if self.cites is not None and self.starts_with is None:
            raise ValueError("`cites` goes with `starts_with`: the section stands behind it")
        if (self.effect == "reduces") != (self.level is not None):
            raise ValueError("`level` goes with the effect `reduces`, and only with it")
        if self.under is not None and self.effect not in MODIFYING:
            raise ValueError("`under` goes with a change of a conviction")
        words = [word for word in (self.text, self.starts_with, *self.contains) if word is not None]
        check_spelling(words)
        return self


class Refusal(Strict):
    """Words of a text by which a change was not granted, or was taken back.

    Attributes:
        words: the words.
        unless: beginnings of words; a text with such a word is no refusal.
        beside: whether such a word must be next to one of the words; elsewhere it leaves open what
            was refused, and the text is not read.
        unless_next: beginnings of the next word, with which the words are no refusal.
        taken_back: whether the change was granted and then taken back.
    """

    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    unless_next: tuple[str, ...] = ()
    beside: bool = False
    taken_back: bool = False

    @model_validator(mode="after")
    def _as_compared(self) -> Self:
        if self.beside and not self.unless:
            raise ValueError("`beside` goes with `unless`: it says where those words are")
        check_spelling((*self.words, *self.unless, *self.unless_next))
        return self


class ChangeWords(Strict):
    """The words of texts that change a conviction.

    Attributes:
        change_words: the known words; a text with any other word is not read.
        asks: words of a request; the text must also have one of `gives`.
        gives: words by which a request was granted.
        refusals: words by which a change was not granted, or was taken back.
        endings_not_read: words with which a text that ends a count is not read.
        ending_words: the known words of such a text; one with any other word is not read.
    """

    change_words: tuple[tuple[str, ...], ...] = ()
    asks: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    endings_not_read: tuple[str, ...] = ()
    ending_words: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _in_one_spelling(self) -> Self:
        lines = (
            *(self.asks, self.gives, self.endings_not_read),
            *(*self.change_words, *self.ending_words),
        )
        check_spelling(word for line in lines for word in line)
        return self


class DispositionsFile(ChangeWords):
    """The content of `dispositions.yaml`."""

    dispositions: tuple[DispositionRule, ...]

    @field_validator("dispositions")
    @classmethod
    def _name_lists_only(cls, rules: tuple[DispositionRule, ...]) -> tuple[DispositionRule, ...]:
        if any(rule.cited for rule in rules):
            raise ValueError("`cited` comes from the list that `cites` names: leave it out")
        return rules
