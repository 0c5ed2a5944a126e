"""The facts of a pack as statements about a unit, with the days and fields behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from clearance.explain.model import UnreadField
from clearance.explain.record import Values, unknown_end
from clearance.explain.unread import each_once, field_words, unread_behind
from clearance.rulebook.english.decision import stored_pack
from clearance.rulebook.english.fact_words import FactWords, Statements
from clearance.rulebook.english.office_words import PackWords
from clearance.rulebook.language.catalogue import Catalogue, Feature
from clearance.rulebook.language.facts import Fact
from clearance.rulebook.language.resolved import ResolvedPack


@dataclass(frozen=True)
class ReadPack:
    """A stored pack, parsed by today's rules.

    Attributes:
        words: the pack's title, questions and values.
        resolved: the pack; None if today's rules cannot parse it.
        statements: each fact in English, by name.
        plain: the same, without the names of params and options.
    """

    words: PackWords
    resolved: ResolvedPack | None
    statements: Mapping[str, Statements]
    plain: Mapping[str, Statements] = field(default_factory=dict)

    @staticmethod
    def of(words: PackWords, text: str, catalogue: Catalogue) -> ReadPack:
        """The pack of a row of `packs`.

        Args:
            words: the pack's title, questions and values.
            text: the row's `yaml`.
            catalogue: the columns that packs may ask about.
        """
        resolved = stored_pack(text, catalogue)
        if resolved is None:
            return ReadPack(words, None, {})
        features = catalogue[resolved.pack.unit]
        named, plain = FactWords(resolved, features), FactWords(resolved, features, names=False)
        return ReadPack(words, resolved, named.all(), plain.all())


@dataclass(frozen=True)
class ExplainedPerson:
    """The context of all decisions about a person.

    Attributes:
        catalogue: the columns that packs may use.
        reasons: text by reason code.
        unread: the fields of the record that cannot be read.
    """

    catalogue: Catalogue
    reasons: Mapping[str, str]
    unread: tuple[UnreadField, ...] = ()


def statement_now(
    i: int, holds: bool, pack: ReadPack, values: Values, person: ExplainedPerson
) -> str:
    """A fact or its opposite as a statement, with the days and fields of the record behind it.

    Args:
        i: the fact's index in the pack.
        holds: whether the fact holds.
        pack: the pack as it was used.
        values: the unit's row.
        person: the context of all decisions about the person.
    """
    name = pack.words.facts[i]
    question = pack.words.questions.get(name, name)
    statement = pack.plain.get(name) or Statements(question, f"not so: {question}")
    shown = statement.yes if holds else statement.no
    if pack.resolved is None:
        return shown
    fact, features = pack.resolved.facts[i], person.catalogue[pack.resolved.pack.unit]
    if not holds and possible_lists(fact, pack.resolved, features, values):
        shown = FactWords(pack.resolved, features, names=False).not_surely(fact)
    details = "; ".join(_details(fact, features, values, person.unread))
    return f"{shown} ({details})" if details else shown


def possible_lists(
    fact: Fact, resolved: ResolvedPack, features: Mapping[str, Feature], values: Values
) -> list[str]:
    """The statute lists of a fact that the unit is possibly on, and on none of them surely.

    Args:
        fact: of the pack.
        resolved: the pack.
        features: the columns of its unit.
        values: the unit's row.
    """
    on_lists = [values.get(name) for name in fact.reads if features[name].type == "tags"]
    tags = {str(tag) for listed in on_lists for tag in listed or ()}
    return FactWords(resolved, features).possible_lists(fact, tags) if on_lists else []


def unread_words(fact: Fact, values: Values, unread: tuple[UnreadField, ...]) -> tuple[str, ...]:
    """The unread fields behind the columns that a fact reads, in words.

    Args:
        fact: of the pack.
        values: the unit's row.
        unread: the fields of the record that cannot be read.
    """
    unit_id = str(values.get("unit_id", ""))
    columns = [name for name in sorted(fact.reads) if _is_unread(name, values)]
    fields_by_column = (unread_behind(column, unit_id, unread) for column in columns)
    return each_once(field_words(field) for fields in fields_by_column for field in fields)


def _is_unread(column: str, values: Values) -> bool:
    """Whether a column marks an unread field, or is null because of one."""
    value = values.get(column)
    return value in (True, "unknown") or (value is None and column == "sentence_end")


def _details(
    fact: Fact, features: Mapping[str, Feature], values: Values, unread: tuple[UnreadField, ...]
) -> Iterator[str]:
    """The details behind a fact: days, the reason of an unknown end, unread fields."""
    days = []
    for column in sorted(fact.reads):
        feature, value = features.get(column), values.get(column)
        # A birth date, on which an age depends, has another type: it is shown to nobody.
        if feature is not None and isinstance(value, date) and feature.type == "date":
            days.append(f"{feature.words.is_ or feature.label}: {value.isoformat()}")
        no_end = column == "sentence_end" and value is None and not values.get("sentence_unread")
        if no_end and (basis := unknown_end(values)):
            days.append(basis)
    if days:
        yield ", ".join(days)
    yield from unread_words(fact, values, unread)
