"""Charges and arrests of source rows in memory; nothing is written to a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pyspark.sql import DataFrame

from clearance.prepare.arrests import arrests
from clearance.prepare.cached_rows import cached_rows
from clearance.prepare.features import charges, features
from clearance.prepare.record.events import typed_rows
from clearance.prepare.record.rules import RecordRules
from clearance.prepare.side_feeds import SideFeeds
from clearance.prepare.statutes.lists import StatuteLists


@contextmanager
def prepared_in_memory(
    source: DataFrame, *, record: RecordRules, statutes: StatuteLists, feeds: SideFeeds
) -> Iterator[dict[str, DataFrame]]:
    """The rows of `charges` and `arrests` by table; only the block may read them.

    Args:
        source: `source_rows`.
        record: the rules for reading a record.
        statutes: the statute lists.
        feeds: the side feeds.
    """
    events = typed_rows(source, rules=record)
    prepared = features(events, source=source, rules=record, statutes=statutes, feeds=feeds)
    try:
        with cached_rows(prepared.counts) as counts:
            persisted = replace(prepared, counts=counts)
            yield {"arrests": arrests(persisted), "charges": charges(persisted)}
    finally:
        prepared.texts.release()
