"""Side feeds drawn at random for the people of a sequence, taken in as the command takes them."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from clearance.determine.digest import row_hash
from clearance.feed.kinds import find_kind
from clearance.feed.read import checked_feed
from clearance.feed.step import load_feed
from clearance.platform.store.store import Store
from clearance.prepare.record.rules import load_record_rules

COUNTY = "LOS ANGELES"
Draw = Callable[[random.Random, list[str]], list[dict[str, str]]]


def registry(dice: random.Random, people: list[str]) -> list[dict[str, str]]:
    """Some people registered, some of them no longer."""
    return [
        {"subject_id": name, "registration": "290", **_spell(dice, "registered_on")}
        for name in _some(dice, people)
    ]


def supervision(dice: random.Random, people: list[str]) -> list[dict[str, str]]:
    """Some people on probation or parole, for a while or still."""
    return [
        {
            "subject_id": name,
            "type": dice.choice(("parole", "probation")),
            "county": COUNTY,
            **_spell(dice, "started_on"),
        }
        for name in _some(dice, people)
    ]


def merges(dice: random.Random, people: list[str]) -> list[dict[str, str]]:
    """Some subjects that are one person with another."""
    names = sorted(people)
    joined = dice.sample(names, 2 * dice.randrange(len(names) // 6 + 1))
    return [
        {"from_subject_id": one, "into_subject_id": other, "merged_on": _day(dice).isoformat()}
        for one, other in zip(joined[::2], joined[1::2], strict=True)
    ]


DRAWN: dict[str, Draw] = {"registry": registry, "supervision": supervision, "merges": merges}
KINDS = (*DRAWN, "petitions", "reviews")


def petitions(dice: random.Random, convictions: Iterable[Row]) -> list[dict[str, str]]:
    """Petitions on some convictions: granted, denied, or under way."""
    rows = []
    for row in convictions:
        if dice.random() < 0.1:
            status = dice.choice(("granted", "denied", "pending"))
            decided = _day(dice).isoformat() if status != "pending" else ""
            rows.append(
                {
                    "subject_id": row["subject_id"],
                    "cnt_order": row["count_order"],
                    "county": COUNTY,
                    "filed_on": date(1995, 1, 1).isoformat(),
                    "status": status,
                    "decided_on": decided,
                }
            )
    return rows


def reviews(dice: random.Random, open_rows: Iterable[Row]) -> list[dict[str, str]]:
    """Decisions on some of the rows that are under review."""
    return [
        {
            "unit_id": row["unit_id"],
            "pack": row["pack"],
            "content_hash": row["content"],
            "outcome": "NOT_ELIGIBLE",
            "relief": "",
            "decided_by": "an office",
            "decided_on": _day(dice).isoformat(),
            "basis": "its own",
            "note": "",
        }
        for row in open_rows
        if dice.random() < 0.5
    ]


def take_some(
    spark: SparkSession,
    store: Store,
    *,
    dice: random.Random,
    people: list[str],
    rules: Path,
    kinds: Sequence[str] = KINDS,
) -> str:
    """Take a feed of a random kind in; returns its kind.

    Args:
        spark: the session.
        store: with `charges` and `determinations`.
        dice: what decides.
        people: subject ids.
        rules: the rules folder.
        kinds: of which.
    """
    kind = dice.choice(kinds)
    if kind == "petitions":
        found = store.read(spark, "charges").where("convicted")
        rows = petitions(dice, found.select("subject_id", "count_order").distinct().collect())
    elif kind == "reviews":
        open_rows = store.read(spark, "determinations").withColumn("content", row_hash())
        rows = reviews(dice, open_rows.where(F.col("outcome") == "REVIEW").collect())
    else:
        rows = DRAWN[kind](dice, people)
    wanted = find_kind(kind, counties=load_record_rules(rules).counties)
    file = Path(store.uri).parent / f"{kind}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, wanted.header)
        writer.writeheader()
        writer.writerows(rows)
    with checked_feed(wanted, [str(file)]) as checked:
        load_feed(spark, store, feed=checked)
    return kind


def _some(dice: random.Random, people: list[str]) -> list[str]:
    share = dice.choice((0.0, 0.05, 0.2))
    return [name for name in sorted(people) if dice.random() < share]


def _day(dice: random.Random) -> date:
    return date(1996, 1, 1) + timedelta(days=dice.randrange(9000))


def _spell(dice: random.Random, start: str) -> dict[str, str]:
    since = _day(dice)
    until = since + timedelta(days=dice.randrange(1, 4000))
    return {start: since.isoformat(), "ended_on": dice.choice(("", until.isoformat()))}
