"""A row of each kind of feed that is right, and files made of such rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from clearance.feed.kinds import Kind, find_kind

COUNTIES = ("LOS ANGELES", "YOLO")
HASH = "0123456789abcdef" * 4
RIGHT: dict[str, dict[str, str]] = {
    "registry": {
        "subject_id": "10000001",
        "registration": "290",
        "registered_on": "2001-02-03",
        "ended_on": "",
    },
    "supervision": {
        "subject_id": "10000001",
        "type": "parole",
        "county": "YOLO",
        "started_on": "2001-02-03",
        "ended_on": "2004-02-03",
    },
    "petitions": {
        "subject_id": "10000001",
        "cnt_order": "101002001000",
        "county": "LOS ANGELES",
        "filed_on": "2019-05-06",
        "status": "granted",
        "decided_on": "2019-07-08",
    },
    "merges": {
        "from_subject_id": "10000001",
        "into_subject_id": "10000002",
        "merged_on": "2020-01-02",
    },
    "reviews": {
        "unit_id": "10000001-101002001000",
        "pack": "prop64_statute",
        "content_hash": HASH,
        "outcome": "ELIGIBLE",
        "relief": "dismiss",
        "decided_by": "Yolo County District Attorney",
        "decided_on": "2026-10-11",
        "basis": "HSC 11361.8",
        "note": "",
    },
}


def kind_of(name: str) -> Kind:
    return find_kind(name, counties=COUNTIES)


def text_of(kind: str, *changes: dict[str, str]) -> str:
    """A feed of rows that are right but for the changes of each."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(RIGHT[kind]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(RIGHT[kind] | change for change in changes)
    return text.getvalue()


def write(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)
