"""Pages on the law as data: reason codes, facts that packs may ask, sentences they ask them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache

from clearance.platform.paths import rules_folder
from clearance.rulebook.english.fact_words import FactWords
from clearance.rulebook.english.office_words import load_reason_texts
from clearance.rulebook.language.catalogue import Feature
from clearance.rulebook.language.facts import FITS, FLIPS, Fact
from clearance.rulebook.language.model import Pack
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.sentences import FORMS_HELP, Operator
from clearance.rulebook.loading.load import Rulebook, load_rulebook
from manual.markdown import code, plain, table

MOST_PACKS = 4
"""So many packs are named beside a reason code; of more, how many there are."""


@cache
def rulebook() -> Rulebook:
    """The rules of the checkout."""
    return load_rulebook(rules_folder())


def reason_page() -> str:
    """Every reason code, its text, and the packs that give it."""
    given: dict[str, dict[str, str]] = defaultdict(dict)
    # Of several versions that give it the one that was in force last is linked.
    for pack in sorted((item.pack for item in rulebook().packs), key=_in_force_from):
        for part in (*pack.flow, pack.unknown, pack.otherwise):
            if reason := getattr(part, "reason", None):
                given[reason][pack.pack] = _page(pack)
    rows = [
        (code(reason), plain(text), _packs(given.get(reason, {})))
        for reason, text in sorted(load_reason_texts(rules_folder()).items())
    ]
    return "\n".join(
        [
            "# Reason codes",
            "",
            "Each decision has one reason. A code never changes its meaning. This page is made "
            "from `rules/reasons.yaml` and the packs when the site is built; a word in braces is "
            "a value of the pack, or the count's own. A code that no pack gives comes of the "
            "engine: an office's review, or a county that cannot be read.",
            "",
            *table(("Code", "Text", "Given by"), rows),
        ]
    )


def feature_page() -> str:
    """Every column that a pack may ask, from the catalogue."""
    lines = [
        "# Facts that a pack may ask",
        "",
        "A pack asks about these columns and no others. This page is made from "
        "`rules/features.yaml` when the site is built. Where the record does not say, a column "
        "that is marked *may be unknown* makes a condition on it unknown, neither true nor false "
        "([why](../explanation/unknown.md)).",
        "",
    ]
    for unit, features in rulebook().catalogue.items():
        lines += [f"## Of {'a conviction' if unit == 'conviction' else 'an arrest'}", ""]
        rows = [(code(name), _type(one), plain(one.meaning)) for name, one in features.items()]
        lines += table(("Column", "Type", "What it says"), rows)
    return "\n".join(lines)


def operator_page() -> str:
    """Every sentence that a fact can be, with one out of the packs and its English."""
    examples: dict[Operator, tuple[ResolvedPack, Fact]] = {}
    for resolved in _resolved_packs():
        for fact in resolved.facts:
            examples.setdefault(fact.operator, (resolved, fact))
    rows = []
    for operator in Operator:
        fits = ", ".join(kind.replace("_", " or ") for kind in FITS[operator])
        timed = "yes" if operator in FLIPS else ""
        rows.append((code(operator.value), fits, timed, *_example(examples.get(operator))))
    forms = [f"- `{form}`" for form in FORMS_HELP.split("; ")]
    return "\n".join(
        [
            "# Sentences of the rule language",
            "",
            "A fact is one sentence with one operator. The list is closed. This page is made from "
            "the parser and the packs when the site is built; [the rule language](../rules.md) "
            "says what each sentence means, and how unknown values go through it.",
            "",
            "## Operators",
            "",
            "*Moved by time*: asked against `as-of`, its answer changes once, on a day that is "
            "worked out. `eligible_on` and `revisit_on` come from these days.",
            "",
            *table(("Operator", "Asked of", "Moved by time", "In a pack", "In English"), rows),
            "## Forms",
            "",
            *forms,
            "",
        ]
    )


def _resolved_packs() -> Iterator[ResolvedPack]:
    book = rulebook()
    for item in book.packs:
        yield book.resolve(item.pack, switches={})


def _example(found: tuple[ResolvedPack, Fact] | None) -> tuple[str, str]:
    """A fact as its pack writes it, with a link to the pack's page, and in English."""
    if found is None:
        return "none yet", ""
    resolved, fact = found
    words = FactWords(resolved, rulebook().catalogue[resolved.pack.unit]).of(fact).yes
    where = f"[{resolved.pack.pack}]({_page(resolved.pack)})"
    return f"{code(fact.text)} ({where})", plain(words)


def _in_force_from(pack: Pack) -> date:
    """The first day of a version; of one that was never in force a day before all others."""
    if pack.in_force == "never" or pack.in_force.start is None:
        return date.min
    return pack.in_force.start


def _page(pack: Pack) -> str:
    return f"../law/{pack.pack}-{pack.version}.md"


def _packs(pages: dict[str, str]) -> str:
    links = [f"[{pack}]({page})" for pack, page in sorted(pages.items())]
    more = len(links) - MOST_PACKS
    return ", ".join(links[:MOST_PACKS]) + (f" and {more} more" if more > 0 else "")


def _type(feature: Feature) -> str:
    kind = feature.type.replace("_", " or ")
    if feature.codes:
        kind += ": " + ", ".join(code(word) for word in feature.codes)
    if feature.feed:
        kind += f"; from the feed {code(feature.feed)}"
    return kind + ("; may be unknown" if feature.null == "unknown" else "")
