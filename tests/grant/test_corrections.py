"""Which grants are checked together, and against which record.

What is corrected and noticed from month to month is in `test_year_of_months.py`.
"""

from __future__ import annotations

import json

from pyspark.sql import Row

from clearance.grant.corrections import _editions
from clearance.grant.last_looked import CheckedVersions


def test_packs_are_decided_once_a_version_however_many_sweeps_granted() -> None:
    def swept(**records: str) -> Row:
        return Row(assigned=json.dumps({pack: {"usual": text} for pack, text in records.items()}))

    sweeps = {f"{number:02}": swept(one="f", other="f") for number in range(60)}
    sweeps["30"] = swept(one="f2", other="f")
    asked = {(name, pack): row for name, row in sweeps.items() for pack in ("one", "other")}
    first, second = _editions(asked)
    assert first[0] == {"one": {"usual": "f"}, "other": {"usual": "f"}}
    assert second == ({"one": {"usual": "f2"}}, [("30", "one")])
    assert sorted([*first[1], *second[1]]) == sorted(asked)


def test_sweeps_that_rest_on_one_record_are_asked_together_and_one_that_nobody_knows_is_not() -> (
    None
):
    def at(number: int) -> dict[str, int]:
        return {"arrests": number, "charges": number}

    rows = [
        Row(sweep_id=name, input_versions=at(own))
        for name, own in zip("abcd", range(4), strict=True)
    ]
    looked = CheckedVersions().with_checked(["a", "b", "c"], versions=at(7)).without("c")
    pairs = list(looked.since({"a", "b", "c", "gone"}, sweeps=rows))
    assert pairs == [(["a", "b"], at(7)), (["c"], at(2))]
    note = json.loads(looked.in_note({"granted": "d"}))
    assert note == {"granted": "d", "looked": [{"versions": at(7), "sweeps": ["a", "b"]}]}


def test_a_grant_of_a_pack_that_its_sweep_did_not_assign_is_not_decided_again() -> None:
    swept = Row(assigned=json.dumps({"one": {"usual": "f"}}))
    assert _editions({("s", "other"): swept}) == []
