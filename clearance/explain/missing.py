"""The facts that a decision lacks, each with who could supply it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pyspark.sql import Row

from clearance.explain.model import ExplainedFact
from clearance.explain.record import Values
from clearance.explain.statements import ExplainedPerson, ReadPack, possible_lists, unread_words
from clearance.rulebook.english.because import Because
from clearance.rulebook.language.catalogue import Catalogue, Feature
from clearance.rulebook.language.column_words import PossibleWords
from clearance.rulebook.language.facts import Fact
from clearance.rulebook.language.sentences import Constant, Operator

# The office that can supply the facts of a side feed; for other facts it is `_REPORTER`.
_SUPPLIERS = {
    "registry": "the register (feed `registry`)",
    "supervision": "the office that supervises (feed `supervision`)",
    "petitions": "the court (feed `petitions`)",
}
_REPORTER = "the court or agency that reported the record (a corrected extract)"
# The status of a charge whose outcome is not on record.
_NOT_RECORDED = "undisposed"
# The words for a list without an entry in words.yaml.
_BESIDE_THE_SECTION = PossibleWords.model_validate(
    {"fact": "what the law asks besides the section", "from": "the court's file, or the prosecutor"}
)


def missing_facts(
    row: Row,
    evidence: Because,
    facts: Sequence[ExplainedFact],
    pack: ReadPack,
    values: Values,
    person: ExplainedPerson,
) -> Iterator[str]:
    """One text per supplier: the missing columns and fields, each once, and who could supply them.

    Missing are the unknown facts that decided; the fields of the record that cannot be read; and,
    where the unit is possibly on a statute list, the further condition of that list.

    Args:
        row: of `determinations`.
        evidence: the facts behind the determination.
        facts: the pack's facts, explained.
        pack: the pack as it was used.
        values: the unit's row.
        person: the context of all decisions about the person.
    """
    texts_by_supplier: dict[str, dict[str, None]] = {}
    for i in evidence.missing:
        columns = list(_empty_columns(i, pack, values, person.catalogue)) or [facts[i].said]
        texts_by_supplier.setdefault(facts[i].supplied_by, {}).update(dict.fromkeys(columns))
        for text in _unread(i, pack, values, person):
            texts_by_supplier.setdefault(_REPORTER, {})[text] = None
    if row.outcome != "ELIGIBLE":
        for i in evidence.deciding:
            for supplier, text in _behind(i, facts[i], pack, values, person):
                texts_by_supplier.setdefault(supplier, {})[text] = None
    for supplier, texts in texts_by_supplier.items():
        yield f"{', '.join(texts)} (from {supplier})"


def supplier_of(i: int, pack: ReadPack, catalogue: Catalogue) -> str:
    """Who could supply the columns that a fact reads.

    Args:
        i: the fact's index in the pack.
        pack: the pack as it was used.
        catalogue: the columns that packs may use.
    """
    if pack.resolved is None:
        return _REPORTER
    features = catalogue[pack.resolved.pack.unit]
    feeds = {
        features[column].feed for column in pack.resolved.facts[i].reads if column in features
    } - {None}
    suppliers = [
        _SUPPLIERS.get(str(feed), f"the feed `{feed}`") for feed in sorted(map(str, feeds))
    ]
    return " or ".join(suppliers) or _REPORTER


def _behind(
    i: int, explained: ExplainedFact, pack: ReadPack, values: Values, person: ExplainedPerson
) -> Iterator[tuple[str, str]]:
    """Suppliers and texts of the missing columns and fields behind a known fact that decided."""
    if pack.resolved is None:
        return
    fact, features = pack.resolved.facts[i], person.catalogue[pack.resolved.pack.unit]
    if fact.operator is Operator.IS_KNOWN:
        for label in _empty_columns(i, pack, values, person.catalogue):
            yield supplier_of(i, pack, person.catalogue), label
    for text in _unread(i, pack, values, person):
        yield _REPORTER, text
    for label in _no_outcome(fact, features, values):
        yield _REPORTER, label
    # If a fact about the sure list fails, another fact asks about the possible list.
    if explained.holds == "yes":
        for name, words in _possible(fact, pack, features, values):
            listed = features[next(iter(fact.reads))].words.codes.get(name, name)
            yield words.supplier, f"{words.fact}, on which it depends whether it is among {listed}"


def _unread(i: int, pack: ReadPack, values: Values, person: ExplainedPerson) -> tuple[str, ...]:
    if pack.resolved is None:
        return ()
    return unread_words(pack.resolved.facts[i], values, person.unread)


def _no_outcome(fact: Fact, features: Mapping[str, Feature], values: Values) -> Iterator[str]:
    """The labels of the status columns with `undisposed`, if the fact compares with it."""
    compared = {value.value for value in fact.values if isinstance(value, Constant)}
    for column in sorted(fact.reads):
        value = values.get(column)
        outcomes = value if isinstance(value, list) else [value]
        if _NOT_RECORDED in compared and _NOT_RECORDED in outcomes:
            yield features[column].label


def _possible(
    fact: Fact, pack: ReadPack, features: Mapping[str, Feature], values: Values
) -> Iterator[tuple[str, PossibleWords]]:
    """The lists that the unit is possibly on, each with the words of its further condition."""
    assert pack.resolved is not None
    for name in possible_lists(fact, pack.resolved, features, values):
        for column in fact.reads:
            yield name, features[column].words.possible.get(name, _BESIDE_THE_SECTION)


def _empty_columns(i: int, pack: ReadPack, values: Values, catalogue: Catalogue) -> Iterator[str]:
    """The labels of the columns that a fact reads and that are null."""
    if pack.resolved is None:
        return
    features = catalogue[pack.resolved.pack.unit]
    for column in sorted(pack.resolved.facts[i].reads):
        feature = features.get(column)
        if feature is not None and feature.null == "unknown" and values.get(column) is None:
            yield feature.label
