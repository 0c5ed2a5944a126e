"""A pack in English for lawyers: every condition, cite, date and certainty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clearance.rulebook.english.condition_words import render_statement, state_condition
from clearance.rulebook.english.fact_words import FactWords, Statements
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.model import Decision, Pack, Rule, condition_of
from clearance.rulebook.language.options import in_words, is_off
from clearance.rulebook.language.resolved import ResolvedPack, written

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
NOT_AUTOMATIC = "not by automatic review"
PETITION_OPEN = "a petition may be open"
NO_PETITION_OPEN = "none of the petitions looked at is open"
CERTAINTIES = {
    "H": "read in the statute's text",
    "M": "read in a digest or quotation only",
    "V": "from memory, to verify",
    "reading": "a reading of this project; a lawyer might decide it differently",
}


def pack_in_english(resolved: ResolvedPack, catalogue: Catalogue, reasons: dict[str, str]) -> str:
    """The whole pack as text.

    Args:
        resolved: the resolved pack.
        catalogue: for the columns' labels.
        reasons: reason texts by code.
    """
    pack = resolved.pack
    facts = FactWords(resolved, catalogue[pack.unit])
    statements = facts.all()
    lines = [
        *_head_lines(pack),
        "",
        f"It decides every {pack.unit} for which {facts.scope}. The first line that holds decides:",
        "",
    ]
    for number, rule in enumerate(pack.flow, start=1):
        lines += _rule_lines(number, rule, statements, resolved, reasons)
    last = pack.otherwise
    lines.append(
        f"{len(pack.flow) + 1}. Otherwise: {decision_in_english(pack, last.then, last.label)}. "
        f"Reason: {fill_reason(reasons[last.reason], resolved)} [{last.reason}]. Cite: {last.cite}."
    )
    if last.rules_cover_all:
        lines.append("   The lines above are meant to decide every unit whose facts are all known.")
    lines += ["", unknown_in_english(resolved, reasons), leap_day_in_english(pack)]
    if pack.params:
        lines += ["", "Values:"]
        lines += [_param_line(name, resolved) for name in pack.params]
    if pack.options:
        lines += ["", "Options, set by each county; one that it does not set is off:"]
        lines += [_option_line(name, resolved) for name in pack.options]
    return "\n".join(lines)


def _head_lines(pack: Pack) -> list[str]:
    return [
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
    ]


def _rule_lines(
    number: int,
    rule: Rule,
    statements: Mapping[str, Statements],
    resolved: ResolvedPack,
    reasons: dict[str, str],
) -> Iterator[str]:
    """A rule's decision with its condition, then its reason, cite, certainty and note."""
    condition, below = render_statement(state_condition(condition_of(rule), statements))
    decision = decision_in_english(resolved.pack, rule.then, rule.label)
    stop = "" if below else "."
    yield f"{number}. {decision[:1].upper()}{decision[1:]} if {condition}{stop}"
    yield from (f"   {line}" for line in below)
    reason = fill_reason(reasons[rule.reason], resolved)
    yield f"   Reason: {reason} [{rule.reason}]. Cite: {rule.cite}."
    if rule.certainty:
        yield f"   Certainty: {CERTAINTIES[rule.certainty]}."
    if rule.note:
        yield f"   Note: {rule.note}"


def fill_reason(text: str, resolved: ResolvedPack) -> str:
    """A reason text with the pack's params and options in place of `{name}`.

    Names that only a county or a count can fill are put in square brackets.
    """
    for name in resolved.values:
        text = text.replace("{" + name + "}", settled_in_english(resolved, name))
    for name, option in resolved.options.items():
        value = f"[{name}]" if is_off(option) else in_words(option)
        text = text.replace("{" + name + "}", value)
    return text.replace("{section}", "[section]").replace("{charge}", "[the charge itself]")


def in_force_in_english(pack: Pack) -> str:
    """The days on which the version was in force."""
    if pack.in_force == "never":
        return "never in force: a what-if version, which was not or is not the law"
    start, end = pack.in_force.start, pack.in_force.end
    if start is None and end is None:
        return f"in force when it was read ({pack.authority.read_on}); from when is not recorded"
    since = f"in force from {start}" if start else "in force"
    return since + (f" to {end}" if end else "")


def unknown_in_english(resolved: ResolvedPack, reasons: dict[str, str]) -> str:
    """The pack's decision for unknown facts."""
    unknown = resolved.pack.unknown
    if unknown.then is None:
        return "What the record does not say counts as not holding."
    return (
        "Where the record does not say, and what it does not say could change the answer: "
        f"{decision_in_english(resolved.pack, unknown.then, unknown.label)}. Reason: "
        f"{fill_reason(reasons[str(unknown.reason)], resolved)} [{unknown.reason}]. "
        f"Cite: {unknown.cite}."
    )


def leap_day_in_english(pack: Pack) -> str:
    """The anniversary of 29 February in a year without one."""
    day = "28 February" if pack.leap_day == "down" else "1 March"
    return f"An anniversary of 29 February in a year without one falls on {day}."


def _param_line(name: str, resolved: ResolvedPack) -> str:
    param = resolved.pack.params[name]
    line = f"- {name} = {settled_in_english(resolved, name)}. Cite: {param.cite}."
    if param.switch:
        allowed = ", ".join(written(word) for word in param.allowed)
        line += f" A switch of the configuration: {allowed}."
    if param.certainty:
        line += f" Certainty: {CERTAINTIES[param.certainty]}."
    return line + (f" {param.note}" if param.note else "")


def settled_in_english(resolved: ResolvedPack, name: str) -> str:
    """A param's value in words, with its periods if it is dated."""
    param = resolved.pack.params[name]
    if param.by is not None:
        periods = ", ".join(
            f"{_value_in_english(item.value)} from {item.start}" for item in param.dated
        )
        return f"by {param.by.replace('_', ' ')}: {periods}"
    return _value_in_english(resolved.values[name])


def _value_in_english(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def decision_in_english(pack: Pack, decision: Decision, label: str | None = None) -> str:
    """An outcome in words, with the office's label if the rule has one."""
    if decision.relief is not None:
        return f"eligible for {RELIEFS[decision.relief]}"
    if pack.kind == "law" and decision.outcome == "NOT_ELIGIBLE":
        return NOT_AUTOMATIC
    return OUTCOMES[decision.outcome] + (f" ({label})" if label else "")


def _option_line(name: str, resolved: ResolvedPack) -> str:
    option = resolved.pack.options[name]
    line = f"- {name} = {in_words(resolved.options[name])}. It may be {option.allows}."
    line += f" Cite: {option.cite}."
    if option.certainty:
        line += f" Certainty: {CERTAINTIES[option.certainty]}."
    return line + (f" {option.note}" if option.note else "")
