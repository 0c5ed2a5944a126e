"""The changes of a version to its base, as lines of its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clearance.rulebook.loading.version_changes import Change

KINDS = {"params": ("value", "values"), "rules": ("rule", "rules")}
INSTEAD = {"otherwise": "what holds when no rule does", "unknown": "what missing facts do"}


def difference_in_english(based_on: str, changes: Sequence[Change]) -> Iterator[str]:
    """Lines of Markdown: the version before, and per bill what was added, changed or removed.

    Args:
        based_on: the version before, as `pack@version`.
        changes: the bills' changes to it.
    """
    page = f"{based_on.replace('@', '-')}.md"
    yield from ("", "## What changed", "")
    yield f"Everything else is as in [{based_on}]({page})."
    yield ""
    for change in changes:
        yield f"- {change.bill}, {change.section}: {change.says}"
        for verb, names in _changes_by_verb(change):
            yield f"    - {verb} {'; '.join(names)}."


def _changes_by_verb(change: Change) -> Iterator[tuple[str, list[str]]]:
    """Each verb with the names of values and rules; facts belong to the rules that use them."""
    added = (list(change.add.params), [str(rule["rule"]) for rule in change.add.rules])
    altered = (list(change.change.params), [str(rule["rule"]) for rule in change.change.rules])
    dropped = (list(change.drop.params), list(change.drop.rules))
    for verb, names in (("Adds", added), ("Changes", altered), ("Takes away", dropped)):
        phrases = [
            _listed(kind, kind_names)
            for kind, kind_names in zip(KINDS, names, strict=True)
            if kind_names
        ]
        if verb == "Changes":
            phrases += [words for name, words in INSTEAD.items() if getattr(change.change, name)]
        if phrases:
            yield verb, phrases


def _listed(kind: str, names: list[str]) -> str:
    singular, plural = KINDS[kind]
    return (
        f"the {singular if len(names) == 1 else plural} {', '.join(f'`{name}`' for name in names)}"
    )
