"""A fact in English: the statement if it holds, and the statement if it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clearance.rulebook.language.catalogue import Feature
from clearance.rulebook.language.facts import Fact
from clearance.rulebook.language.options import in_words, is_off
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import (
    AsOf,
    Column,
    Constant,
    Operand,
    Operator,
    Option,
    Param,
)

POSSIBLE = ":possible"

# The words of each comparison if it holds, and if it does not.
COMPARISONS = {
    Operator.AT_LEAST: ("is at least", "is below"),
    Operator.AT_MOST: ("is at most", "is above"),
    Operator.BEFORE: ("is before", "is on or after"),
    Operator.AFTER: ("is after", "is on or before"),
    Operator.ON_OR_BEFORE: ("is on or before", "is after"),
    Operator.ON_OR_AFTER: ("is on or after", "is before"),
}


@dataclass(frozen=True)
class Statements:
    """The two statements of one question.

    Attributes:
        yes: the statement if the answer is yes.
        no: the statement if the answer is no.
    """

    yes: str
    no: str

    def __invert__(self) -> Statements:
        """The opposite question."""
        return Statements(self.no, self.yes)


class FactWords:
    """The facts of a pack in English, with its values settled.

    Args:
        resolved: the pack.
        features: the columns of its unit, by name.
        names: whether a param or an option is named beside its value, as `10 (years_quiet)`.
    """

    def __init__(
        self, resolved: ResolvedPack, features: Mapping[str, Feature], *, names: bool = True
    ) -> None:
        self.resolved = resolved
        self.features = features
        self.names = names

    def all(self) -> dict[str, Statements]:
        """The statements of every fact, by name."""
        return {fact.name: self.of(fact) for fact in self.resolved.facts}

    @property
    def scope(self) -> str:
        """The scope of the pack: the statements that must all hold for a unit."""
        return ", and ".join(self.of(fact).yes for fact in self.resolved.scope)

    def of(self, fact: Fact) -> Statements:
        """The statements of one fact."""
        feature = None
        if isinstance(fact.subject, Column):
            feature = self.features[fact.subject.name]
        if feature is None:
            return self._setting(fact)
        match fact.operator, feature.type:
            case Operator.IS_KNOWN, "yes_no":
                sentence = feature.words.is_ or feature.label
                return Statements(
                    f"it is known whether {sentence}", f"it is not known whether {sentence}"
                )
            case Operator.IS_KNOWN, _:
                name = self._name(feature)
                return Statements(f"the {name} is known", f"the {name} is not known")
            case Operator.MAY_BE, "yes_no":
                statements = self._yes_or_no(fact.values[0], feature)
                return Statements(
                    f"{statements.yes}, or it is not known", f"{statements.no}, and that is known"
                )
            case _, "yes_no":
                return self._yes_or_no(fact.values[0], feature)
            case _, "tags":
                return self._tags(fact, feature)
            case _, "path":
                statements = _is_one_of([_path(value) for value in self._values(fact)])
                return _with_subject(f"the {self._name(feature)}", statements)
            case ((Operator.AGE_AT_LEAST | Operator.AGE_PAST), _):
                return self._age(fact)
            case Operator.FREE_YEARS_BEFORE, _:
                return self._free_of(fact, feature)
            case Operator.WITHIN_YEARS_AFTER, _:
                name, years = self._name(feature), self._years(fact.years)
                rest = f"{name} came within {years} of {self._value(fact.values[0])}"
                return Statements(f"a {rest}", f"no {rest}")
            case ((Operator.YEARS_BEFORE | Operator.OVER_YEARS_BEFORE), _):
                return self._years_before(fact, feature)
            case operator, "number" if operator in COMPARISONS or operator is Operator.IS:
                return self._compared(fact, f"the number of {self._name(feature)}")
            case operator, _ if operator in COMPARISONS:
                return self._compared(fact, f"the {self._name(feature)}")
        return self._is(fact, feature)

    def _name(self, feature: Feature) -> str:
        return feature.words.is_ or feature.label

    def _yes_or_no(self, value: Operand, feature: Feature) -> Statements:
        yes = feature.words.is_ or feature.label
        statements = Statements(yes, feature.words.not_ or f"{yes}: no")
        if isinstance(value, Constant):
            return statements if value.value else ~statements
        if isinstance(value, Param) and isinstance(self.resolved.values[value.name], bool):
            chosen = statements if self.resolved.values[value.name] else ~statements
            named = self._named([value])
            return Statements(chosen.yes + named, chosen.no + named)
        return Statements(
            f"{statements.yes}: {self._value(value)}", f"{statements.no}: {self._value(value)}"
        )

    def _tags(self, fact: Fact, feature: Feature) -> Statements:
        yes = feature.words.is_ or f"the {feature.label} include"
        no = feature.words.not_ or f"the {feature.label} do not include"
        if any(isinstance(value, Option) for value in fact.values):
            named = f"on a list that {self._value(fact.values[0])} names"
        elif feature.codes:
            named = _join_with_or([_code(feature, tag) for tag in self._values(fact)])
        else:
            named = _lists_in_words(feature, self._values(fact))
        return Statements(f"{yes} {named}", f"{no} {named}")

    def possible_lists(self, fact: Fact, tags: Collection[str]) -> list[str]:
        """The lists of a fact that the unit is possibly on, and on none of them surely.

        Args:
            fact: of the pack.
            tags: the unit's lists.
        """
        if not isinstance(fact.subject, Column) or self.features[fact.subject.name].codes:
            return []
        lists = dict.fromkeys(tag.removesuffix(POSSIBLE) for tag in self._values(fact))
        if any(name in tags for name in lists):
            return []
        return [name for name in lists if name + POSSIBLE in tags]

    def not_surely(self, fact: Fact) -> str:
        """The denial of a list of which it is possible that the unit is on it."""
        assert isinstance(fact.subject, Column)
        feature = self.features[fact.subject.name]
        no = feature.words.not_ or f"the {feature.label} do not include"
        return f"{no} surely {_lists_in_words(feature, self._values(fact))}"

    def _is(self, fact: Fact, feature: Feature) -> Statements:
        name = self._name(feature)
        first = fact.values[0]
        if isinstance(first, Option):
            named = f"one that {self._value(first)} names"
            return Statements(f"the {name} is {named}", f"the {name} is not {named}")
        if isinstance(first, Column):
            other = f"the {self._name(self.features[first.name])}"
            return Statements(f"the {name} is {other}", f"the {name} is not {other}")
        words = [feature.words.codes.get(value, value) for value in self._values(fact)]
        statements = _is_one_of(words)
        named = self._named(fact.values)
        statements = Statements(statements.yes + named, statements.no + named)
        if fact.operator is Operator.MAY_BE:
            return Statements(
                f"the {name} {statements.yes} or is not known",
                f"the {name} is known and {statements.no}",
            )
        return _with_subject(f"the {name}", statements)

    def _compared(self, fact: Fact, subject: str) -> Statements:
        value = self._value(fact.values[0])
        yes, no = COMPARISONS.get(fact.operator, ("is", "is not"))
        return Statements(f"{subject} {yes} {value}", f"{subject} {no} {value}")

    def _years_before(self, fact: Fact, feature: Feature) -> Statements:
        name, years = self._name(feature), self._years(fact.years)
        over = fact.operator is Operator.OVER_YEARS_BEFORE
        more, less = ("more than", "no more than") if over else ("at least", "less than")
        if isinstance(fact.values[0], AsOf):
            passed = f"{_has_or_have(years)} passed since the {name}"
            return Statements(f"{more} {years} {passed}", f"{less} {years} {passed}")
        other = self._value(fact.values[0])
        return Statements(
            f"the {name} lies {more} {years} before {other}",
            f"the {name} lies {less} {years} before {other}",
        )

    def _free_of(self, fact: Fact, feature: Feature) -> Statements:
        assert fact.free_of is not None
        years, days = self._years(fact.years), self._name(self.features[fact.free_of.name])
        passed = f"{_has_or_have(years)} passed since the {self._name(feature)}"
        rest = f"in a row without a {days} {passed}"
        return Statements(f"at least {years} {rest}", f"less than {years} {rest}")

    def _age(self, fact: Fact) -> Statements:
        assert fact.years is not None
        age, day = self._value(fact.years), self._value(fact.values[0])
        if fact.operator is Operator.AGE_PAST:
            birthday = f"the day on which the person turned {age}"
            return Statements(
                f"{birthday} lies before {day}", f"{birthday} does not lie before {day}"
            )
        return Statements(
            f"the person is {age} or older on {day}", f"the person is under {age} on {day}"
        )

    def _setting(self, fact: Fact) -> Statements:
        """The statements about a param or an option, which no record answers."""
        name, value = fact.subject.name, fact.values[0]
        if isinstance(fact.subject, Option):
            option = self._value(fact.subject)
            if fact.operator is Operator.IS:
                return Statements(f"{option} is on", f"{option} is off")
            return self._compared(fact, option)
        what = "switch" if self.resolved.pack.params[name].switch else "value"
        if fact.operator in (Operator.IS, Operator.IS_ONE_OF):
            if isinstance(value, Constant) and isinstance(value.value, bool):
                statements = Statements(f"the {what} `{name}` is on", f"the {what} `{name}` is off")
                return statements if value.value else ~statements
            words = " or ".join(f"`{text}`" for text in self._values(fact))
            verb = "is set to" if what == "switch" else "is"
            subject = f"the {what} `{name}`"
            negative = verb.replace("is", "is not", 1)
            return Statements(f"{subject} {verb} {words}", f"{subject} {negative} {words}")
        if fact.years is not None:
            over = fact.operator is Operator.OVER_YEARS_BEFORE
            more, less = ("more than", "no more than") if over else ("at least", "less than")
            rest = f"{self._years(fact.years)} before {self._value(value)}"
            day = self._value(fact.subject)
            return Statements(f"{day} lies {more} {rest}", f"{day} lies {less} {rest}")
        return self._compared(fact, self._value(fact.subject))

    def _values(self, fact: Fact) -> list[str]:
        """The values as codes; a list of a param gives each of its codes."""
        codes: list[str] = []
        for value in fact.values:
            if isinstance(value, Param):
                settled = self.resolved.values[value.name]
                codes += map(str, settled) if isinstance(settled, tuple) else [str(settled)]
            elif isinstance(value, Constant):
                codes.append(str(value.value))
        return codes

    def _years(self, operand: Operand | None) -> str:
        assert operand is not None
        if isinstance(operand, Option):
            return f"{self._value(operand)} years"
        if isinstance(operand, Param):
            unit = "year" if self.resolved.values[operand.name] == 1 else "years"
            by = self.resolved.pack.params[operand.name].by
            how = f"by the {self._name(self.features[by])}" if by else ""
            return (
                f"{_param_value(self.resolved, operand.name)} {unit}{self._named([operand], how)}"
            )
        assert isinstance(operand, Constant)
        return f"{operand.value} {'year' if operand.value == 1 else 'years'}"

    def _value(self, operand: Operand) -> str:
        if isinstance(operand, AsOf):
            return "the as-of date"
        if isinstance(operand, Column):
            return f"the {self._name(self.features[operand.name])}"
        if isinstance(operand, Param):
            return _param_value(self.resolved, operand.name) + self._named([operand])
        if isinstance(operand, Option):
            return self._option(operand.name)
        value = operand.value
        if isinstance(value, bool):
            return "yes" if value else "no"
        return value.isoformat() if isinstance(value, date) else str(value)

    def _named(self, values: Sequence[Operand], how: str = "") -> str:
        """The names of the params among the values, in brackets behind them; may be empty.

        Args:
            values: the values of a fact.
            how: the text behind the names; it is used without names, too.
        """
        named = [f"`{value.name}`" for value in values if isinstance(value, Param) and self.names]
        inside = ", ".join([*named, how] if how else named)
        return f" ({inside})" if inside else ""

    def _option(self, name: str) -> str:
        """An option in a sentence: its name, and its value if a county has set it."""
        value = self.resolved.options[name]
        if self.resolved.pack.options[name].type == "number":
            if is_off(value):
                return f"[{name}]"
            return f"{in_words(value)} (`{name}`)" if self.names else str(in_words(value))
        option = f"the county's option `{name}`"
        if not self.names:
            option = f"the county's option on {name.replace('_', ' ')}"
        return option if value is True or is_off(value) else f"{option} ({in_words(value)})"


def _param_value(resolved: ResolvedPack, name: str) -> str:
    """A param's value; the values of all periods if it is dated."""
    param = resolved.pack.params[name]
    if param.by is not None:
        return " or ".join(dict.fromkeys(_plain_value(item.value) for item in param.dated))
    return _plain_value(resolved.values[name])


def _plain_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _with_subject(subject: str, statements: Statements) -> Statements:
    return Statements(f"{subject} {statements.yes}", f"{subject} {statements.no}")


def _is_one_of(words: Sequence[str | tuple[str, str]]) -> Statements:
    """Predicates: `is A or B`, `is neither A nor B`."""
    plain = [word for word in words if isinstance(word, str)]
    pairs = [word for word in words if not isinstance(word, str)]
    phrases = [Statements(*pair) for pair in pairs]
    if plain:
        phrases.insert(0, Statements(f"is {_join_with_or(plain)}", _is_none_of(plain)))
    return Statements(
        " or ".join(both.yes for both in phrases),
        " and ".join(both.no for both in phrases),
    )


def _is_none_of(words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"is not {words[0]}"
    if len(words) <= 3:
        return f"is neither {' nor '.join(words)}"
    return f"is none of {', '.join(words[:-1])} and {words[-1]}"


def _join_with_or(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _has_or_have(years: str) -> str:
    return "has" if years.startswith("1 year") else "have"


def _path(value: str) -> str:
    return "(" + value.replace(".", ")(") + ")"


def _code(feature: Feature, code: str) -> str:
    words = feature.words.codes.get(code, code.replace("_", " "))
    return words if isinstance(words, str) else words[0]


def _lists_in_words(feature: Feature, tags: Sequence[str]) -> str:
    """`on the list of A or of B`, `on, or possibly on, the list of A`."""
    certain = [tag for tag in tags if not tag.endswith(POSSIBLE)]
    possible = [tag.removesuffix(POSSIBLE) for tag in tags if tag.endswith(POSSIBLE)]

    def lists(names: Sequence[str]) -> str:
        return "the list of " + _join_with_or([_code(feature, name) for name in names])

    if certain == possible:
        return f"on, or possibly on, {lists(certain)}"
    phrases = [f"on {lists(certain)}"] if certain else []
    phrases += [f"possibly on {lists(possible)}"] if possible else []
    return ", or ".join(phrases)
