"""A page a pack version in Markdown, and an index: what a lawyer signs off, without a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from clearance.rulebook.english import page_notes
from clearance.rulebook.english.certainty import NO_MARK, marked, open_questions
from clearance.rulebook.english.condition_words import clause, statement
from clearance.rulebook.english.difference import difference_in_english
from clearance.rulebook.english.fact_words import FactWords
from clearance.rulebook.english.prose import (
    CERTAINTIES,
    decision_in_english,
    filled,
    in_force_in_english,
    leap_day_in_english,
    settled_in_english,
    unknown_in_english,
)
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.model import Pack, condition_of
from clearance.rulebook.language.resolved import ResolvedPack, resolve, written
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.loading.signatures import SignOff, sign_off

INDEX = "README.md"
KINDS = {
    "law": "Law",
    "effect": "What the law itself, or another custodian, has to do",
    "policy": "Policies",
    "scenario": "Scenarios",
    "pointer": "Pointers to petitions",
}


def pages(rulebook: Rulebook) -> dict[str, str]:
    """Every page by file name, the index among them.

    Args:
        rulebook: its packs, with the values that they themselves set.
    """
    packs = [item.pack for item in rulebook.packs]
    reviews: dict[str, str] = {}
    found = {INDEX: ""}
    pointers = {p.pack: (p.title, _name(p)) for p in packs if p.kind == "pointer"}
    for item in rulebook.packs:
        bound = resolve(item.pack, rulebook.catalogue, switches={}, reads=rulebook.reads)
        review = reviews[_name(item.pack)] = _reviewed(item.pack, sign_off(item, bound))
        page = _page(bound, rulebook, pointers, review=review)
        if item.based_on is not None:
            page += "\n".join(difference_in_english(item.based_on, item.changes)) + "\n"
        found[_name(item.pack)] = page
    found[INDEX] = _index(packs, reviews)
    return found


def _name(pack: Pack) -> str:
    return f"{pack.pack}-{pack.version}.md"


def _page(
    bound: ResolvedPack,
    rulebook: Rulebook,
    pointers: dict[str, tuple[str, str]],
    *,
    review: str,
) -> str:
    pack = bound.pack
    parts = [_head(pack, review), page_notes.petition(pack, pointers), page_notes.effect(pack)]
    parts += [_flow(bound, rulebook.catalogue, rulebook.reasons), _elements(pack), _values(bound)]
    parts += [_options(pack), _marks(pack), page_notes.questions(pack), page_notes.words()]
    return "\n".join(chain.from_iterable(parts)) + "\n"


def _head(pack: Pack, review: str) -> Iterator[str]:
    yield from (f"# {pack.title}", "")
    yield f"Pack `{pack.pack}`, version `{pack.version}` ({pack.kind})."
    yield ""
    yield f"- Time: {in_force_in_english(pack)}."
    yield f"- Authority: {pack.authority.cite}, read on {pack.authority.read_on}."
    yield f"- Review: {review}."
    for note in (pack.authority.note, pack.note):
        if note:
            yield f"- Note: {note}"


def _reviewed(pack: Pack, signed: SignOff) -> str:
    if signed.signature is not None:
        return str(signed)
    by = pack.authority.reviewed_by
    return f"reviewed by {by}" if by else "not reviewed by a lawyer yet"


def _flow(bound: ResolvedPack, catalogue: Catalogue, reasons: dict[str, str]) -> Iterator[str]:
    pack = bound.pack
    facts = FactWords(bound, catalogue[pack.unit])
    says = facts.all()
    yield from ("", "## What it decides", "")
    yield f"Every {pack.unit} for which {facts.scope}. The first line that holds decides."
    yield ""
    for i, rule in enumerate(pack.flow, start=1):
        condition, below = clause(statement(condition_of(rule), says))
        decision = decision_in_english(pack, rule.then, rule.label)
        yield f"{i}. `{rule.rule}`: **{decision}** if {condition}" + ("" if below else ".")
        yield from (f"    {line}" for line in below)
        yield f"    - Reason: {filled(reasons[rule.reason], bound)} (`{rule.reason}`)."
        yield f"    - Cite: {rule.cite}. Certainty: {rule.certainty or NO_MARK}."
        yield from page_notes.stated(rule, says)
        if rule.note:
            yield f"    - Note: {rule.note}"
    last = pack.otherwise
    yield (
        f"{len(pack.flow) + 1}. `otherwise`: in every other case: "
        f"**{decision_in_english(pack, last.then, last.label)}**."
    )
    yield f"    - Reason: {filled(reasons[last.reason], bound)} (`{last.reason}`)."
    yield f"    - Cite: {last.cite}."
    if last.rules_cover_all:
        yield "    - The lines above are meant to decide every unit whose facts are all known."
    if last.note:
        yield f"    - Note: {last.note}"
    yield from ("", unknown_in_english(bound, reasons), "", leap_day_in_english(pack))


def _values(bound: ResolvedPack) -> Iterator[str]:
    params = bound.pack.params
    plain = [name for name, param in params.items() if not param.switch]
    switches = [name for name, param in params.items() if param.switch]
    if plain:
        yield from ("", "## Dates and values", "")
        yield from _table("Name", "Value", "Cite", "Certainty", "Note")
    for name in plain:
        param = params[name]
        yield _row(
            f"`{name}`",
            settled_in_english(bound, name),
            "; ".join([param.cite, *(f"from {item.start}: {item.cite}" for item in param.dated)]),
            param.certainty or NO_MARK,
            param.note,
        )
    if switches:
        yield from ("", "## Switches", "", "The configuration may set them.", "")
        yield from _table("Name", "Set to", "Allowed", "Cite", "Certainty", "Note")
    for name in switches:
        param = params[name]
        yield _row(
            f"`{name}`",
            written(param.value) if param.value is not None else "",
            ", ".join(written(value) for value in param.allowed),
            param.cite,
            param.certainty or NO_MARK,
            param.note,
        )
    yield from page_notes.choices(bound.pack)


def _options(pack: Pack) -> Iterator[str]:
    if not pack.options:
        return
    yield from ("", "## Options", "", "Each county sets them; what it does not set is off.", "")
    yield from _table("Name", "May be", "Cite", "Certainty", "Note")
    for name, option in pack.options.items():
        yield _row(
            f"`{name}`", option.allows, option.cite, option.certainty or NO_MARK, option.note
        )


def _marks(pack: Pack) -> Iterator[str]:
    yield from ("", "## Certainty", "")
    yield from _table("Mark", "Means", "Rules", "Values and options")
    items = marked(pack)
    for mark, means in [*CERTAINTIES.items(), (NO_MARK, "the pack gives none")]:
        having = [item for item in items if (item.certainty or NO_MARK) == mark]
        rules = ", ".join(f"`{item.name}`" for item in having if item.what == "rule")
        others = ", ".join(f"`{item.name}`" for item in having if item.what != "rule")
        yield _row(mark, means, rules, others)


def _elements(pack: Pack) -> Iterator[str]:
    if not pack.elements:
        return
    yield from ("", "## The section, element by element", "")
    yield from _table("Cite", "In our words", "Rules")
    yield from (_row(*cells) for cells in page_notes.elements(pack))


def _index(packs: Sequence[Pack], reviews: Mapping[str, str]) -> str:
    lines = [
        "# The law as the rules have it",
        "",
        "A page a version of a pack, written by `clearance rules pages --out docs/law` from",
        "`rules/` and checked by the tests; to change one, change its pack. Each shows the values",
        "that the pack itself sets; the configuration may set its switches otherwise.",
    ]
    for kind, heading in KINDS.items():
        having = [pack for pack in packs if pack.kind == kind]
        if not having:
            continue
        lines += ["", f"## {heading}", ""]
        lines += _table("Page", "Version", "In force", "Review", "Open questions")
        lines += [
            _row(
                f"[{pack.title}]({_name(pack)})",
                f"`{pack.pack}@{pack.version}`",
                in_force_in_english(pack),
                reviews[_name(pack)],
                str(len(open_questions(pack))),
            )
            for pack in having
        ]
    return "\n".join(lines) + "\n"


def _table(*names: str) -> list[str]:
    return [_row(*names), "|" + "---|" * len(names)]


def _row(*cells: str | None) -> str:
    texts = [(cell or "").replace("|", "\\|").replace("\n", " ") for cell in cells]
    return "| " + " | ".join(texts) + " |"
