"""What a version changed of the one it is based on, as lines of its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clearance.rulebook.loading.version_changes import Change

KINDS = {"params": ("value", "values"), "rules": ("rule", "rules")}
INSTEAD = {"otherwise": "what holds when no rule does", "unknown": "what missing facts do"}


def difference_in_english(based_on: str, changes: Sequence[Change]) -> Iterator[str]:
    """Lines of Markdown: the version before, and bill by bill what it added, changed, took away.

    Args:
        based_on: the version before, as `pack@version`.
        changes: what bills changed of it.
    """
    page = f"{based_on.replace('@', '-')}.md"
    yield from ("", "## What changed", "")
    yield f"Everything else is as in [{based_on}]({page})."
    yield ""
    for change in changes:
        yield f"- {change.bill}, {change.section}: {change.says}"
        for verb, names in _verbs(change):
            yield f"    - {verb} {'; '.join(names)}."


def _verbs(change: Change) -> Iterator[tuple[str, list[str]]]:
    """Each verb with what it was done to; facts go with the rules that ask them."""
    added = (list(change.add.params), [str(rule["rule"]) for rule in change.add.rules])
    altered = (list(change.change.params), [str(rule["rule"]) for rule in change.change.rules])
    dropped = (list(change.drop.params), list(change.drop.rules))
    for verb, names in (("Adds", added), ("Changes", altered), ("Takes away", dropped)):
        said = [_listed(kind, having) for kind, having in zip(KINDS, names, strict=True) if having]
        if verb == "Changes":
            said += [words for name, words in INSTEAD.items() if getattr(change.change, name)]
        if said:
            yield verb, said


def _listed(kind: str, names: list[str]) -> str:
    one, more = KINDS[kind]
    return f"the {one if len(names) == 1 else more} {', '.join(f'`{name}`' for name in names)}"
