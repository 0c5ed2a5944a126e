"""Writes the table `reasons`: what each reason code of each pack says, for readers in SQL.

The table changes with `packs`, with the texts of `reasons.yaml` and with the code that words them.
The note of its last commit says what it was made from, so that a run with nothing new reads no row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

from pyspark.sql import SparkSession

from clearance.determine.side_feeds import REVIEWED
from clearance.platform.code_hash import code_hash
from clearance.platform.spark.literal_table import literal_table
from clearance.platform.store.store import Store
from clearance.rulebook.english.office_words import load_reason_texts
from clearance.rulebook.english.reasons import list_reasons_by_code
from clearance.schemas import REASONS

_WORDED_BY = "clearance.rulebook.english.reasons"


def record_reasons(spark: SparkSession, store: Store, *, rules: Path) -> None:
    """Bring `reasons` up to date with `packs`, in one commit; none where it is.

    Packs that are new are added. With other texts every row is written again, so that a better
    text needs no new sweep; so is the table of a store that has none yet.

    Args:
        spark: the session.
        store: where `packs` is; nothing is written while no pack was in force yet.
        rules: the rulebook's folder, for the texts.

    Raises:
        RulebookInvalid: the texts are not a mapping of codes to texts.
        SweepConflict: another run has written the table meanwhile.
    """
    texts = load_reason_texts(rules)
    last, packs_version = store.last_commit(spark, "reasons"), store.version(spark, "packs")
    if packs_version < 0:
        return
    words = _hash_of_words(texts)
    note = json.dumps({"packs": packs_version, "words": words})
    if last is not None and last.note == note:
        return
    packs = store.read(spark, "packs", version=packs_version)
    only_new = last is not None and json.loads(last.note or "{}").get("words") == words
    if only_new:
        worded = store.read(spark, "reasons").select("pack_fingerprint")
        packs = packs.join(worded, packs["fingerprint"] == worded["pack_fingerprint"], "left_anti")
    reasons = list_reasons_by_code(packs.collect(), texts=texts, reviewed=REVIEWED)
    rows = literal_table(spark, [astuple(reason) for reason in reasons], REASONS.types)
    after = -1 if last is None else last.version
    with store.compare_and_commit(spark, "reasons", after=after, note=note):
        if only_new:
            store.append(rows, "reasons")
        else:
            store.replace(rows, "reasons")


def _hash_of_words(texts: Mapping[str, str]) -> str:
    """A hash of the texts and of the code that words a reason."""
    worded = json.dumps([code_hash(_WORDED_BY), sorted(texts.items())])
    return hashlib.sha256(worded.encode()).hexdigest()
