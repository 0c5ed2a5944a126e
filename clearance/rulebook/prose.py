"""A pack in English, for the lawyer who signs it off: every condition, cite, date and doubt."""

from __future__ import annotations

from datetime import date

from clearance.rulebook.bound import BoundPack, written
from clearance.rulebook.catalogue import Catalogue, Feature
from clearance.rulebook.facts import Fact
from clearance.rulebook.model import (
    All,
    Condition,
    Decision,
    Not,
    Pack,
    condition_of,
)
from clearance.rulebook.options import in_words, is_off
from clearance.rulebook.sentences import AsOf, Column, Constant, Operand, Operator, Option, Param

RELIEFS = {
    "dismiss_and_seal": "dismissal and sealing",
    "dismiss": "dismissal",
    "redesignate_misdemeanor": "redesignation as a misdemeanor",
    "redesignate_infraction": "redesignation as an infraction",
    "resentence": "recall of the sentence and resentencing",
    "grant_conviction_relief": "conviction relief",
    "grant_arrest_relief": "arrest relief",
    "detention_only": "a record of detention only",
    "destroy_record": "destruction of the record",
    "void_conviction": "treatment as never convicted",
    "seal_arrest": "treatment as never arrested",
}
OUTCOMES = {
    "NOT_ELIGIBLE": "not eligible",
    "REVIEW": "a person must review it",
}
CERTAINTIES = {
    "H": "read in the statute's text",
    "M": "read in a digest or quotation only",
    "V": "from memory, to verify",
    "reading": "a reading of this project; a lawyer might decide it differently",
}
LEVELS = {"F": "felony", "M": "misdemeanor", "I": "infraction"}


def english(bound: BoundPack, catalogue: Catalogue, reasons: dict[str, str]) -> str:
    """The whole pack as text.

    Args:
        bound: the pack with its values settled.
        catalogue: for the columns' labels.
        reasons: reason texts by code.
    """
    pack = bound.pack
    features = catalogue[pack.unit]
    says = {fact.name: fact_in_english(bound, fact, features) for fact in bound.facts}
    scope = " and ".join(fact_in_english(bound, fact, features) for fact in bound.scope)
    lines = [
        pack.title,
        "=" * len(pack.title),
        f"Pack {pack.pack}, version {pack.version} ({pack.kind}); {in_force_in_english(pack)}.",
        f"Authority: {pack.authority.cite}; read on {pack.authority.read_on}; "
        + (
            f"reviewed by {pack.authority.reviewed_by}."
            if pack.authority.reviewed_by
            else "not yet reviewed by a lawyer."
        ),
        *([f"Note: {pack.authority.note}"] if pack.authority.note else []),
        "",
        f"It decides every {pack.unit} for which {scope}. The first line that holds decides:",
        "",
    ]
    for i, rule in enumerate(pack.flow, start=1):
        condition = condition_in_english(condition_of(rule), says)
        lines.append(f"{i}. If {condition}: {decision_in_english(rule.then, rule.label)}.")
        lines.append(
            f"   Reason: {filled(reasons[rule.reason], bound)} [{rule.reason}]. Cite: {rule.cite}."
        )
        if rule.certainty:
            lines.append(f"   Certainty: {CERTAINTIES[rule.certainty]}.")
        if rule.note:
            lines.append(f"   Note: {rule.note}")
    last = pack.otherwise
    lines.append(
        f"{len(pack.flow) + 1}. Otherwise: {decision_in_english(last.then, last.label)}. "
        f"Reason: {filled(reasons[last.reason], bound)} [{last.reason}]. Cite: {last.cite}."
    )
    if last.rules_cover_all:
        lines.append("   The lines above are meant to decide every unit whose facts are all known.")
    lines += ["", unknown_in_english(bound, reasons), leap_day_in_english(pack)]
    if pack.params:
        lines += ["", "Values:"]
        lines += [_param(name, bound) for name in pack.params]
    if pack.options:
        lines += ["", "Options, set by each county; one that it does not set is off:"]
        lines += [_option(name, bound) for name in pack.options]
    return "\n".join(lines)


def filled(text: str, bound: BoundPack) -> str:
    """A reason text with the pack's params and options in place of `{name}`.

    What only a county or a count can fill stands in square brackets.
    """
    for name in bound.values:
        text = text.replace("{" + name + "}", settled_in_english(bound, name))
    for name, option in bound.options.items():
        said = f"[{name}]" if is_off(option) else in_words(option)
        text = text.replace("{" + name + "}", said)
    return text.replace("{section}", "[section]").replace("{charge}", "[the charge itself]")


def in_force_in_english(pack: Pack) -> str:
    """From which day to which the version was the law."""
    if pack.in_force == "never":
        return "never in force, for what-if only"
    start, end = pack.in_force.start, pack.in_force.end
    since = f"in force from {start}" if start else "in force"
    return since + (f" to {end}" if end else "")


def unknown_in_english(bound: BoundPack, reasons: dict[str, str]) -> str:
    """What the pack says where the record says nothing."""
    unknown = bound.pack.unknown
    if unknown.then is None:
        return "What the record does not say counts as not holding."
    return (
        "Where the record does not say, and what it does not say could change the answer: "
        f"{decision_in_english(unknown.then, unknown.label)}. Reason: "
        f"{filled(reasons[str(unknown.reason)], bound)} [{unknown.reason}]. Cite: {unknown.cite}."
    )


def leap_day_in_english(pack: Pack) -> str:
    """Where 29 February lands in a year without one."""
    day = "28 February" if pack.leap_day == "down" else "1 March"
    return f"An anniversary of 29 February in a year without one falls on {day}."


def _param(name: str, bound: BoundPack) -> str:
    param = bound.pack.params[name]
    line = f"- {name} = {settled_in_english(bound, name)}. Cite: {param.cite}."
    if param.switch:
        allowed = ", ".join(written(word) for word in param.allowed)
        line += f" A switch of the configuration: {allowed}."
    if param.certainty:
        line += f" Certainty: {CERTAINTIES[param.certainty]}."
    return line + (f" {param.note}" if param.note else "")


def settled_in_english(bound: BoundPack, name: str) -> str:
    """A param's value in words, with its periods where it has some."""
    param = bound.pack.params[name]
    if param.by is not None:
        periods = ", ".join(f"{_said(item.value)} from {item.start}" for item in param.dated)
        return f"by {param.by}: {periods}"
    return _said(bound.values[name])


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def decision_in_english(decision: Decision, label: str | None = None) -> str:
    """An outcome in words, with what the office calls it where the rule says so."""
    if decision.relief is not None:
        return f"eligible for {RELIEFS[decision.relief]}"
    return OUTCOMES[decision.outcome] + (f" ({label})" if label else "")


def _option(name: str, bound: BoundPack) -> str:
    option = bound.pack.options[name]
    line = f"- {name} = {in_words(bound.options[name])}. It may be {option.allows}."
    line += f" Cite: {option.cite}."
    if option.certainty:
        line += f" Certainty: {CERTAINTIES[option.certainty]}."
    return line + (f" {option.note}" if option.note else "")


def condition_in_english(condition: Condition, says: dict[str, str]) -> str:
    """A condition in words, with brackets where `and` and `or` meet."""
    if isinstance(condition, str):
        return says[condition]
    if isinstance(condition, Not):
        inner = condition_in_english(condition.not_, says)
        return f"it is not so that {inner}"
    parts = condition.all if isinstance(condition, All) else condition.any
    word = " and " if isinstance(condition, All) else " or "
    texts = []
    for part in parts:
        text = condition_in_english(part, says)
        texts.append(text if isinstance(part, str) else f"({text})")
    return word.join(texts)


def fact_in_english(bound: BoundPack, fact: Fact, features: dict[str, Feature]) -> str:
    """One question in words."""
    subject = _operand(bound, fact.subject, features)
    values = [_operand(bound, value, features) for value in fact.values]
    if any(isinstance(value, Column) for value in fact.values):
        values = [f"the {value}" for value in values]
    years = _operand(bound, fact.years, features) if fact.years else ""
    listed = " or ".join(values)
    if isinstance(fact.subject, Option) and fact.operator is Operator.IS:
        return f"the county's option {subject} is on"
    feature = features.get(fact.subject.name)
    if feature is not None and feature.type == "yes_no" and fact.operator is Operator.IS:
        return _yes_or_no(fact.values[0], subject, values[0])
    if feature is not None and feature.type == "number":
        subject = f"number of {subject}"
    if feature is not None and feature.codes == tuple(LEVELS):
        listed = " or ".join(LEVELS.get(value, value) for value in values)
    match fact.operator:
        case Operator.IS_KNOWN if feature is not None and feature.type == "yes_no":
            return f"it is known whether {subject}"
        case Operator.IS_KNOWN:
            return f"the {subject} is known"
        case Operator.IS_ONE_OF if isinstance(fact.values[0], Option):
            return f"the {subject} is one that the county's option {listed} names"
        case Operator.MAY_BE if feature is not None and feature.type == "yes_no":
            return f"{_yes_or_no(fact.values[0], subject, values[0])}, or it is not known"
        case Operator.MAY_BE:
            return f"the {subject} is {listed} or not known"
        case Operator.INCLUDES if fact.subject.name == "tags":
            whose = "the charge" if bound.pack.unit == "conviction" else "a charge"
            return f"{whose} is on the list {listed}"
        case Operator.INCLUDES:
            return f"the {subject} include {listed}"
        case Operator.STARTS_WITH:
            return f"the {subject} is {_paths(values)}"
        case Operator.YEARS_BEFORE:
            return f"the {subject} lies {years} years or more before {listed}"
        case Operator.OVER_YEARS_BEFORE:
            return f"the {subject} lies more than {years} years before {listed}"
        case Operator.AGE_AT_LEAST:
            return f"the person is {years} or older on {listed}"
        case Operator.AGE_PAST:
            return f"the day on which the person turned {years} lies before {listed}"
        case _:
            return f"the {subject} {_verb(fact.operator)} {listed}"


def _yes_or_no(value: Operand, subject: str, said: str) -> str:
    if isinstance(value, Constant):
        return subject if value.value else f"not: {subject}"
    return f"{subject}: {said}"


def _verb(operator: Operator) -> str:
    return "is" if operator is Operator.IS_ONE_OF else operator.value


def _paths(values: list[str]) -> str:
    return " or ".join("(" + value.replace(".", ")(") + ")" for value in values)


def _operand(bound: BoundPack, operand: Operand, features: dict[str, Feature]) -> str:
    if isinstance(operand, AsOf):
        return "the as-of date"
    if isinstance(operand, Column):
        return features[operand.name].label
    if isinstance(operand, Param):
        return f"{operand.name} ({settled_in_english(bound, operand.name)})"
    if isinstance(operand, Option):
        return _option_named(bound, operand.name)
    assert isinstance(operand, Constant)
    value = operand.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _option_named(bound: BoundPack, name: str) -> str:
    """The option as a sentence names it; its value where a county has set it."""
    value = bound.options[name]
    if isinstance(value, int) and not isinstance(value, bool) and is_off(value):
        return f"[{name}]"
    return name if value is True or is_off(value) else f"{name} ({in_words(value)})"
