"""The workbook of a packet with given rows, written and read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from pyspark.sql import Row

from clearance.platform.paths import rules_folder
from clearance.publish.column_meanings import load_column_meanings
from clearance.publish.column_order import HEADERS
from clearance.publish.figures.summary import IMPACT
from clearance.publish.workbook.workbook import Explained, write_workbook
from clearance.rulebook.english.reasons import list_reasons

AS_OF = date(2026, 11, 1)
PACK = """
pack: county_pilot
title: County pilot
params: {years_quiet: {value: 10, cite: policy}}
flow:
  - {rule: minor, when: minor, then: REVIEW, label: To be reviewed by City Attorneys,
     reason: MINOR, cite: office policy}
  - {rule: quiet, when: quiet, then: {ELIGIBLE: dismiss}, reason: QUIET, cite: HSC 11361.9}
unknown: {then: REVIEW, reason: MISSING, label: Maybe Eligible - Flag for Review, cite: policy}
otherwise: {then: {ELIGIBLE: redesignate_misdemeanor}, reason: REST, cite: policy}
"""
TEXTS = {
    "MINOR": "Misdemeanor or Infraction",
    "QUIET": "No convictions in past {years_quiet} years",
    "MISSING": "Missing information",
    "REST": "=WEBSERVICE(A1)",
}
PACKS = [Row(fingerprint="f1", pack="county_pilot", version="2019", yaml=PACK, facts=["minor"])]
EXPLAINED = Explained(list_reasons(PACKS, texts=TEXTS), load_column_meanings(rules_folder()))
PEOPLE = dict.fromkeys(IMPACT, 1)
NO_LEVELS = {"total": 0, "felony": 0, "non_felony": 0, "unknown_level": 0}
DECIDED = {
    "Case Number": "B-777; 888",
    "# of convictions on record": "3",
    "Date of Conviction": "05/06/2008",
    "Years Since This Conviction": "18.5",
    "Years Since Any Conviction": "-1.0",
    "Eligibility Determination": "Eligible for Dismissal",
    "Eligibility Reason": "No convictions in past 10 years",
}


def summary_of(lines: Mapping[str, int], **more: Any) -> dict[str, Any]:
    """A county's summary with one dismissal."""
    return {
        "county": "YOLO",
        "as_of": "2026-11-01",
        "sweep_id": "s1",
        "lines": dict(lines),
        "encodings": dict.fromkeys(lines, "utf-8"),
        "policy": "county_pilot",
        "policy_version": "2019",
        "policy_fingerprint": "f1",
        "note": None,
        "earliest_prop64_conviction": "2008-05-06",
        "prop64_convictions": {**NO_LEVELS, "total": 2, "felony": 2},
        "prop64_convictions_by_section": {"11358 HS": {**NO_LEVELS, "total": 2, "felony": 2}},
        "people_with_a_prop64_conviction": 2,
        "by_determination": {
            "Eligible for Dismissal": {
                "total": 1,
                "by_section": {"11358 HS": 1},
                "by_reason": {"No convictions in past 10 years": 1},
            },
            "Eligible for Reduction": {"total": 0, "by_section": {}, "by_reason": {}},
        },
        "impact": {"policy": PEOPLE, "scenarios": {"dismiss_all_p64": PEOPLE}},
        "relief": {
            "state_law": {
                "kind": "law",
                "version": "2024",
                "title": "Automatic relief",
                "units": {"NOT_ELIGIBLE": 4, "ELIGIBLE": 3},
            }
        },
        "petitions": {"pc1203_4": "Dismissal after probation"},
        **more,
    }


def line(header: tuple[str, ...], values: Mapping[str, str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([values.get(name, "") for name in header])
    return text.getvalue().removesuffix("\r\n") + "\n"


def made(folder: Path, files: Mapping[str, list[dict[str, str]]], **more: Any) -> Workbook:
    """The workbook of a packet with these rows, read back."""
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        header = HEADERS[name]
        lines = "".join([line(header, dict(zip(header, header, strict=True)))])
        text = lines + "".join(line(header, row) for row in rows)
        encoding = more.get("encoding", "utf-8")
        (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    lines_of = {name: len(rows) for name, rows in files.items()}
    return load_workbook(write(folder, lines_of, **more))


def write(
    folder: Path,
    lines: Mapping[str, int],
    *,
    sheet_rows: int = 101,
    summary: Mapping[str, Any] | None = None,
    encoding: str = "utf-8",
) -> Path:
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    path = write_workbook(
        folder,
        summary=summary_of(lines, **(summary or {}), encodings=dict.fromkeys(lines, encoding)),
        headers={name: HEADERS[name] for name in lines},
        explained=EXPLAINED,
        as_of=AS_OF,
        scratch=scratch,
        sheet_rows=sheet_rows,
    )
    assert list(scratch.iterdir()) == []
    return path


def row_of(sheet: Worksheet, number: int) -> dict[str, Any]:
    header, values = sheet[1], sheet[number]
    return {str(name.value): cell for name, cell in zip(header, values, strict=False)}


def texts_of(sheet: Worksheet) -> list[list[Any]]:
    return [[cell for cell in row if cell is not None] for row in sheet.values]
