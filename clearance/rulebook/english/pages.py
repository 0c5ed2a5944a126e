"""The pages for lawyers: one page of Markdown per version of a pack, and an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from clearance.rulebook.english import page_notes
from clearance.rulebook.english.certainty import NO_MARK, certainty_entries, open_questions
from clearance.rulebook.english.condition_words import render_statement, state_condition
from clearance.rulebook.english.difference import difference_in_english
from clearance.rulebook.english.fact_words import FactWords
from clearance.rulebook.english.head_counts import HeadCounts, load_head_counts
from clearance.rulebook.english.prose import (
    CERTAINTIES,
    decision_in_english,
    fill_reason,
    in_force_in_english,
    leap_day_in_english,
    settled_in_english,
    unknown_in_english,
)
from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.model import Pack, condition_of
from clearance.rulebook.language.resolved import ResolvedPack, written
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
    """The text of every page and of the index, by file name.

    Args:
        rulebook: the rulebook; its packs are shown with the values of their own files.
    """
    packs = [item.pack for item in rulebook.packs]
    head_counts = load_head_counts(rulebook.folder)
    reviews: dict[str, str] = {}
    texts = {INDEX: ""}
    pointers = {p.pack: (p.title, _file_name(p)) for p in packs if p.kind == "pointer"}
    for item in rulebook.packs:
        resolved = rulebook.resolve(item.pack, switches={})
        review = reviews[_file_name(item.pack)] = _review_in_words(
            item.pack, sign_off(item, resolved)
        )
        page = _page(resolved, rulebook, pointers, review=review, head_counts=head_counts)
        if item.based_on is not None:
            page += "\n".join(difference_in_english(item.based_on, item.changes)) + "\n"
        texts[_file_name(item.pack)] = page
    texts[INDEX] = _index(packs, reviews)
    return texts


def _file_name(pack: Pack) -> str:
    return f"{pack.pack}-{pack.version}.md"


def _page(
    resolved: ResolvedPack,
    rulebook: Rulebook,
    pointers: dict[str, tuple[str, str]],
    *,
    review: str,
    head_counts: HeadCounts | None,
) -> str:
    pack = resolved.pack
    parts = [
        _head(pack, review),
        page_notes.petition_lines(pack, pointers),
        page_notes.effect_lines(pack),
        page_notes.asking_lines(pack),
    ]
    parts += [
        _flow(resolved, rulebook.catalogue, rulebook.reasons),
        _elements(pack),
        _values(resolved),
    ]
    parts += [
        _options(pack),
        _certainty_lines(pack),
        page_notes.question_lines(resolved, head_counts),
        page_notes.glossary_lines(),
    ]
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


def _review_in_words(pack: Pack, signed: SignOff) -> str:
    if signed.signature is not None:
        return str(signed)
    by = pack.authority.reviewed_by
    return f"reviewed by {by}" if by else "not reviewed by a lawyer yet"


def _flow(resolved: ResolvedPack, catalogue: Catalogue, reasons: dict[str, str]) -> Iterator[str]:
    pack = resolved.pack
    facts = FactWords(resolved, catalogue[pack.unit])
    statements = facts.all()
    yield from ("", "## What it decides", "")
    yield f"Every {pack.unit} for which {facts.scope}. The first line that holds decides."
    yield ""
    for i, rule in enumerate(pack.flow, start=1):
        condition, below = render_statement(state_condition(condition_of(rule), statements))
        decision = decision_in_english(pack, rule.then, rule.label)
        yield f"{i}. `{rule.rule}`: **{decision}** if {condition}" + ("" if below else ".")
        yield from (f"    {line}" for line in below)
        yield f"    - Reason: {fill_reason(reasons[rule.reason], resolved)} (`{rule.reason}`)."
        yield f"    - Cite: {rule.cite}. Certainty: {rule.certainty or NO_MARK}."
        yield from page_notes.branch_lines(rule, statements)
        if rule.note:
            yield f"    - Note: {rule.note}"
    last = pack.otherwise
    yield (
        f"{len(pack.flow) + 1}. `otherwise`: in every other case: "
        f"**{decision_in_english(pack, last.then, last.label)}**."
    )
    yield f"    - Reason: {fill_reason(reasons[last.reason], resolved)} (`{last.reason}`)."
    yield f"    - Cite: {last.cite}."
    if last.rules_cover_all:
        yield "    - The lines above are meant to decide every unit whose facts are all known."
    if last.note:
        yield f"    - Note: {last.note}"
    yield from ("", unknown_in_english(resolved, reasons), "", leap_day_in_english(pack))


def _values(resolved: ResolvedPack) -> Iterator[str]:
    params = resolved.pack.params
    plain = [name for name, param in params.items() if not param.switch]
    switches = [name for name, param in params.items() if param.switch]
    if plain:
        yield from ("", "## Dates and values", "")
        yield from _table("Name", "Value", "Cite", "Certainty", "Note")
    for name in plain:
        param = params[name]
        yield _row(
            f"`{name}`",
            settled_in_english(resolved, name),
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
    yield from page_notes.choice_lines(resolved.pack)


def _options(pack: Pack) -> Iterator[str]:
    if not pack.options:
        return
    yield from ("", "## Options", "", "Each county sets them; what it does not set is off.", "")
    yield from _table("Name", "May be", "Cite", "Certainty", "Note")
    for name, option in pack.options.items():
        yield _row(
            f"`{name}`", option.allows, option.cite, option.certainty or NO_MARK, option.note
        )


def _certainty_lines(pack: Pack) -> Iterator[str]:
    yield from ("", "## Certainty", "")
    yield from _table("Mark", "Means", "Rules", "Values and options")
    items = certainty_entries(pack)
    for mark, means in [*CERTAINTIES.items(), (NO_MARK, "the pack gives none")]:
        entries = [item for item in items if (item.certainty or NO_MARK) == mark]
        rules = ", ".join(f"`{item.name}`" for item in entries if item.what == "rule")
        others = ", ".join(f"`{item.name}`" for item in entries if item.what != "rule")
        yield _row(mark, means, rules, others)


def _elements(pack: Pack) -> Iterator[str]:
    if not pack.elements:
        return
    yield from ("", "## The section, element by element", "")
    yield from _table("Cite", "In our words", "Rules")
    yield from (_row(*cells) for cells in page_notes.element_rows(pack))


def _index(packs: Sequence[Pack], reviews: Mapping[str, str]) -> str:
    lines = [
        "# The law as the rules have it",
        "",
        "A page a version of a pack, written by `clearance rules pages --out docs/law` from",
        "`rules/` and checked by the tests; to change one, change its pack. Each shows the values",
        "that the pack itself sets; the configuration may set its switches otherwise.",
    ]
    for kind, heading in KINDS.items():
        packs_of_kind = [pack for pack in packs if pack.kind == kind]
        if not packs_of_kind:
            continue
        lines += ["", f"## {heading}", ""]
        lines += _table("Page", "Version", "In force", "Review", "Open questions")
        lines += [
            _row(
                f"[{pack.title}]({_file_name(pack)})",
                f"`{pack.pack}@{pack.version}`",
                in_force_in_english(pack),
                reviews[_file_name(pack)],
                str(len(open_questions(pack))),
            )
            for pack in packs_of_kind
        ]
    return "\n".join(lines) + "\n"


def _table(*names: str) -> list[str]:
    return [_row(*names), "|" + "---|" * len(names)]


def _row(*cells: str | None) -> str:
    texts = [(cell or "").replace("|", "\\|").replace("\n", " ") for cell in cells]
    return "| " + " | ".join(texts) + " |"
