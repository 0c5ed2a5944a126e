"""The rows of a feed's files, their fingerprint, or what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clearance.errors import InputRefused
from clearance.feed.read import checked_feed
from tests.support.feed_files import kind_of


def rows(kind: str, *files: str) -> list[dict[str, Any]]:
    """What is kept of files that are right."""
    with checked_feed(kind_of(kind), files) as feed:
        with feed.staged.open(encoding="utf-8") as lines:
            kept = [json.loads(line) for line in lines]
        assert feed.rows == len(kept)
    assert not feed.staged.exists()
    return kept


def fingerprint(kind: str, *files: str) -> str:
    with checked_feed(kind_of(kind), files) as feed:
        return feed.fingerprint


def problem_lines(kind: str, *files: str) -> list[str]:
    """The lines of the message that refuses the files."""
    with pytest.raises(InputRefused) as refused, checked_feed(kind_of(kind), files):
        pass
    assert refused.value.exit_code == 3
    *lines, last = refused.value.message.splitlines()
    assert last.endswith(f"the feed {kind} was refused whole, nothing was changed.")
    return lines
