"""Facts resolved against the catalogue: typed operands, and the flip of facts that time moves.

A time operator defines only its flip date and a direction: its truth on a day is
`day >= flip`, so truth and flip can never disagree. Every operator flips at most once.

A date may be a bound: the true day is on or before it. The fact is known only if every such day
gives it the same truth, so that time can make a fact known. A date may lie between two others: its
last possible day is a bound, and the fact is also known if the first possible day agrees with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from clearance.errors import nearest
from clearance.rulebook.language.catalogue import Feature
from clearance.rulebook.language.model import Pack, PackParam
from clearance.rulebook.language.options import PackOption
from clearance.rulebook.language.sentences import (
    AsOf,
    Column,
    Constant,
    NotASentence,
    Operand,
    Operator,
    Option,
    Param,
    Sentence,
    Value,
    parse_sentence,
)

# The column types that each operator can be used with.
FITS: dict[Operator, tuple[str, ...]] = {
    Operator.IS_KNOWN: ("date", "number", "yes_no", "code", "text", "age"),
    Operator.IS: ("yes_no", "code", "text", "number"),
    Operator.IS_ONE_OF: ("code", "text"),
    Operator.MAY_BE: ("yes_no", "code", "text"),
    Operator.INCLUDES: ("tags",),
    Operator.STARTS_WITH: ("path",),
    Operator.AT_LEAST: ("number",),
    Operator.AT_MOST: ("number",),
    Operator.BEFORE: ("date",),
    Operator.AFTER: ("date",),
    Operator.ON_OR_BEFORE: ("date",),
    Operator.ON_OR_AFTER: ("date",),
    Operator.YEARS_BEFORE: ("date",),
    Operator.OVER_YEARS_BEFORE: ("date",),
    Operator.FREE_YEARS_BEFORE: ("date",),
    Operator.WITHIN_YEARS_AFTER: ("dates",),
    Operator.AGE_AT_LEAST: ("age",),
    Operator.AGE_PAST: ("age",),
}

# Operators whose truth is known even if the column is null.
ALWAYS_KNOWN = (Operator.IS_KNOWN, Operator.MAY_BE)

# The option types that each operator can have on its left, and the option type on its right.
OPTION_FITS: dict[Operator, tuple[str, ...]] = {
    Operator.IS: ("yes_no",),
    Operator.AT_LEAST: ("number",),
    Operator.AT_MOST: ("number",),
}
OPTION_AS_VALUE: dict[Operator, str] = {
    Operator.IS: "number",
    Operator.AT_LEAST: "number",
    Operator.AT_MOST: "number",
    Operator.IS_ONE_OF: "list",
    Operator.INCLUDES: "list",
}

# Truth after the flip (False: it holds until then), and days from the anniversary to the flip.
FLIPS: dict[Operator, tuple[bool, int]] = {
    Operator.BEFORE: (True, 1),
    Operator.ON_OR_BEFORE: (True, 0),
    Operator.AFTER: (False, 0),
    Operator.ON_OR_AFTER: (False, 1),
    Operator.YEARS_BEFORE: (True, 0),
    Operator.OVER_YEARS_BEFORE: (True, 1),
    Operator.FREE_YEARS_BEFORE: (True, 0),
    Operator.AGE_AT_LEAST: (True, 0),
    Operator.AGE_PAST: (True, 1),
}


class NotAFact(ValueError):
    """A sentence that does not fit the catalogue or the pack's params."""


@dataclass(frozen=True)
class Fact:
    """One resolved yes/no question. It does not hold if it uses an option that is off.

    Attributes:
        name: its name in the flow.
        text: the sentence as written.
        operator: the comparison.
        subject: the column, param or option on the left.
        values: the operands on the right, constants typed like the subject.
        years: the number of years, for year and age operators; else None.
        free_of: for years in a row, the column of the days that restart them; else None.
        bounds: by column that may be a bound, the yes_no column that is true if it is.
        spans: by date that may lie between two others, the columns of the two.
    """

    name: str
    text: str
    operator: Operator
    subject: Column | Param | Option
    values: tuple[Operand, ...]
    years: Operand | None
    bounds: dict[str, str] = field(default_factory=dict, hash=False)
    spans: dict[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    free_of: Column | None = None

    @property
    def timed(self) -> bool:
        """Whether time alone can change its truth."""
        return any(isinstance(value, AsOf) for value in self.values)

    @property
    def rises(self) -> bool:
        """Whether a timed fact holds from the flip on; False if it holds until the flip."""
        return FLIPS[self.operator][0]

    @property
    def columns(self) -> set[str]:
        """The columns of its operands."""
        return {operand.name for operand in self.operands if isinstance(operand, Column)}

    @property
    def reads(self) -> set[str]:
        """All columns it reads: of operands, of marks of bounds, and of the ends of spans."""
        ends = (day for span in self.spans.values() for day in span)
        return {*self.columns, *self.bounds.values(), *ends}

    def bound_of(self, operand: Operand) -> str | None:
        """The yes_no column that is true if the operand is a bound; None if it never is one."""
        return self.bounds.get(operand.name) if isinstance(operand, Column) else None

    def span_of(self, operand: Operand) -> tuple[str, str] | None:
        """The columns that the operand may lie between; None if it is always one day."""
        return self.spans.get(operand.name) if isinstance(operand, Column) else None

    @property
    def may_be_a_bound(self) -> bool:
        """Whether an operand may be the last possible day instead of the true day."""
        return bool(self.bounds or self.spans)

    @property
    def options(self) -> list[str]:
        """The names of the options it uses."""
        return [operand.name for operand in self.operands if isinstance(operand, Option)]

    @property
    def operands(self) -> tuple[Operand, ...]:
        """All operands: subject, values, years and the column of `free_of`."""
        optional = (operand for operand in (self.years, self.free_of) if operand is not None)
        return (self.subject, *self.values, *optional)


def resolve_fact(
    name: str,
    text: str,
    *,
    features: dict[str, Feature],
    params: dict[str, PackParam],
    options: dict[str, PackOption] | None = None,
) -> Fact:
    """The fact that a sentence states.

    Args:
        name: the fact's name.
        text: the sentence.
        features: columns of the pack's unit.
        params: the pack's params.
        options: the pack's options.

    Raises:
        NotAFact: the sentence does not fit; the message says what to write.
    """
    options = options or {}
    try:
        sentence = parse_sentence(
            text, columns=set(features), params=set(params), options=set(options)
        )
    except NotASentence as error:
        raise NotAFact(str(error)) from error
    subject = _subject(sentence, names=[*features, *params, *options])
    kind = _kind(subject, features=features, params=params, options=options)
    fits = OPTION_FITS if isinstance(subject, Option) else FITS
    if kind not in fits.get(sentence.operator, ()):
        fitting = " or ".join(fits.get(sentence.operator, ())) or "no option"
        raise NotAFact(
            f"`{text}`: `{subject.name}` is a {kind}; `{sentence.operator.value}` "
            f"can be used with {fitting}"
        )
    feature = features.get(subject.name) if isinstance(subject, Column) else None
    _check_options(sentence, kind=kind, feature=feature, text=text, options=options)
    values = tuple(
        _typed(value, kind=kind, feature=feature, text=text, features=features)
        for value in sentence.values
    )
    years = sentence.years
    if isinstance(years, Constant):
        years = Constant(_number(years.value, text=text))
    elif isinstance(years, Column):
        raise NotAFact(f"`{text}`: how many years must be a number or a param")
    if isinstance(subject, Option) and values == (Constant(False),):
        raise NotAFact(
            f"`{text}`: a fact cannot require that an option is off; write `not` in the rule"
        )
    if any(isinstance(value, AsOf) for value in values) and sentence.operator not in FLIPS:
        raise NotAFact(f"`{text}`: as-of can be compared with dates and ages only")
    days = sentence.free_of
    if days is not None and not (isinstance(days, Column) and features[days.name].type == "dates"):
        raise NotAFact(f"`{text}`: `free of` needs a column of dates")
    free_of = days if isinstance(days, Column) else None
    fact = Fact(name, text, sentence.operator, subject, values, years, free_of=free_of)
    _check_periods(fact, features=features, params=params)
    columns = {column: features[column] for column in sorted(fact.columns)}
    bounds = {
        name: column.bounded for name, column in columns.items() if column.bounded is not None
    }
    spans = {name: column.between for name, column in columns.items() if column.between is not None}
    fact = replace(fact, spans=spans)
    # `is known` holds of a bound as well: there is a day, whichever it is.
    return fact if fact.operator is Operator.IS_KNOWN else replace(fact, bounds=bounds)


def _check_periods(
    fact: Fact, *, features: dict[str, Feature], params: dict[str, PackParam]
) -> None:
    """Refuse a dated param whose period is chosen by a column that may be a bound."""
    for operand in fact.operands:
        if not isinstance(operand, Param):
            continue
        by = params[operand.name].by
        if by is not None and by in features and features[by].bounded is not None:
            raise NotAFact(f"`{fact.text}`: the periods of `{operand.name}` go by `{by}`, a bound")


def resolve_facts(pack: Pack, features: dict[str, Feature]) -> list[Fact]:
    """Every fact of a pack, in order; bit i of the evidence is fact i."""
    return [
        resolve_fact(name, text, features=features, params=pack.params, options=pack.options)
        for name, text in pack.facts.items()
    ]


def resolve_scope(pack: Pack, features: dict[str, Feature]) -> list[Fact]:
    """The facts of the pack's scope, which must all hold; none is timed or may be unknown.

    Raises:
        NotAFact: a sentence of the scope is timed, or may be unknown.
    """
    return [
        resolve_scope_sentence(text, features=features, params=pack.params, options=pack.options)
        for text in pack.scope
    ]


def resolve_scope_sentence(
    text: str,
    *,
    features: dict[str, Feature],
    params: dict[str, PackParam],
    options: dict[str, PackOption] | None = None,
) -> Fact:
    """The fact of one sentence of a scope.

    Raises:
        NotAFact: the sentence is timed, uses a county's option, or may be unknown.
    """
    fact = resolve_fact("scope", text, features=features, params=params, options=options)
    if fact.options:
        raise NotAFact(f"`{text}`: a unit's scope must not hang on a county's option")
    if fact.timed:
        raise NotAFact(f"`{text}`: a unit's scope must not change as time passes")
    for column in fact.columns:
        if features[column].null != "never" and fact.operator not in ALWAYS_KNOWN:
            raise NotAFact(f"`{text}`: `{column}` can be unknown; scope needs certain columns")
    return fact


def _subject(sentence: Sentence, *, names: list[str]) -> Column | Param | Option:
    subject = sentence.subject
    if isinstance(subject, (Column, Param, Option)):
        return subject
    word = str(subject.value) if isinstance(subject, Constant) else "as-of"
    guess = nearest(word, names)
    hint = f"; did you mean `{guess}`?" if guess else ""
    raise NotAFact(f"`{word}` is neither a column of rules/features.yaml nor a param{hint}")


def _check_options(
    sentence: Sentence,
    *,
    kind: str,
    feature: Feature | None,
    text: str,
    options: dict[str, PackOption],
) -> None:
    """Refuse an option whose type does not fit the operator or the subject."""
    for value in sentence.values:
        if not isinstance(value, Option):
            continue
        option, wanted = options[value.name], OPTION_AS_VALUE.get(sentence.operator)
        if option.type != wanted or (wanted == "number" and kind != "number"):
            raise NotAFact(f"`{text}`: the {option.type} option `{value.name}` does not fit here")
        if wanted == "list" and len(sentence.values) > 1:
            raise NotAFact(f"`{text}`: a list option must be the only value")
        strange = sorted(set(option.of) - set(feature.codes)) if feature and feature.codes else []
        if strange:
            raise NotAFact(f"`{text}`: `{strange[0]}` of `{value.name}` is no such code")
    years = sentence.years
    if isinstance(years, Option) and options[years.name].type != "number":
        raise NotAFact(f"`{text}`: how many years must be a number option")


def _kind(
    subject: Column | Param | Option,
    *,
    features: dict[str, Feature],
    params: dict[str, PackParam],
    options: dict[str, PackOption],
) -> str:
    if isinstance(subject, Column):
        return features[subject.name].type
    if isinstance(subject, Option):
        return options[subject.name].type
    param = params[subject.name]
    value = param.value if param.value is not None else param.dated[0].value
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int):
        return "number"
    return "date" if isinstance(value, date) else "text"


def _typed(
    operand: Operand,
    *,
    kind: str,
    feature: Feature | None,
    text: str,
    features: dict[str, Feature],
) -> Operand:
    if kind in ("age", "dates"):
        kind = "date"
    if isinstance(operand, Column):
        other = features[operand.name].type
        if other != kind:
            raise NotAFact(f"`{text}`: `{operand.name}` is a {other}, not a {kind}")
        return operand
    if isinstance(operand, (Param, Option, AsOf)):
        return operand
    return Constant(_constant(operand.value, kind=kind, feature=feature, text=text))


def _constant(value: Value, *, kind: str, feature: Feature | None, text: str) -> Value:
    if kind == "date":
        if not isinstance(value, date):
            raise NotAFact(f"`{text}`: `{value}` is no date, column or param; write YYYY-MM-DD")
        return value
    if kind == "number":
        return _number(value, text=text)
    if kind == "yes_no":
        if value not in ("yes", "no"):
            raise NotAFact(f"`{text}`: write `is yes` or `is no`")
        return value == "yes"
    if feature is not None and feature.codes and value not in feature.codes:
        raise NotAFact(f"`{text}`: `{value}` is not one of {', '.join(feature.codes)}")
    return str(value)


def _number(value: Value, *, text: str) -> int:
    if isinstance(value, int):
        return value
    if not str(value).isdigit():
        raise NotAFact(f"`{text}`: `{value}` is neither a number nor a param")
    return int(str(value))
