"""A workbook's first sheet: the county's numbers, with charts. Source: `summary.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from clearance.determine.recorded import WHAT_IF
from clearance.publish.figures.small_cells import OUTCOMES
from clearance.publish.figures.summary import IMPACT
from clearance.publish.workbook.cells import Styles, strong_colour, write_text

TITLE = "Summary"
SPLIT = "in {sheets} sheets, since one holds {rows:,} rows"
LEFT_OUT = "more rows than the {rows:,} of a sheet: see {file}.csv beside this workbook"

_LEVELS = {"felony": "Felony", "non_felony": "Non-felony", "unknown_level": "Level unknown"}
_LEVEL_COLOURS = ("#9C0006", "#BF9000", "#7F7F7F")
_OUTCOMES = ("Eligible", "Not yet", "For review", "Not eligible")
_PACK_COLOURS = ("#1F6E43", "#1F4E78", "#7F4F00", "#3F3151")
_WIDTHS = (46, 34, 14, 14, 14, 14)
_CHARTS_AT = 7
_CHART_ROWS = 16


@dataclass(frozen=True)
class Sheets:
    """The sheets of a packet's file.

    Attributes:
        file: its name, without `.csv`.
        rows: the number of its rows.
        note: whether the file is split or left out; empty if it has one sheet.
    """

    file: str
    rows: int
    note: str = ""


@dataclass(frozen=True)
class _Block:
    """The lines of a table for a chart, with their first and last row in the sheet, from 0."""

    first: int
    last: int
    lines: list[list[Any]]


class SummarySheet:
    """Writes the sheet from top to bottom, as constant memory requires."""

    def __init__(self, book: Workbook, styles: Styles) -> None:
        self._book, self._styles = book, styles
        self._sheet: Worksheet = book.add_worksheet(TITLE)
        self._row = 0
        self._charts = 0
        for at, width in enumerate(_WIDTHS):
            self._sheet.set_column(at, at, width)

    def write(self, summary: Mapping[str, Any], *, files: Iterable[Sheets]) -> None:
        """Writes all tables and charts.

        Args:
            summary: as in `summary.json`.
            files: the sheets of each file of the packet.
        """
        policy = " ".join(filter(None, (summary["policy"], summary["policy_version"])))
        self._line(f"{summary['county']}: county packet", self._styles.title)
        self._line(f"As of {summary['as_of']}, sweep {summary['sweep_id']}")
        if summary.get("what_if"):
            self._line(WHAT_IF, self._styles.heading)
        if label := summary.get("made_up"):
            self._line(label, self._styles.heading)
        self._line(f"Policy: {policy or 'none has decided anything here'}")
        if summary["note"]:
            self._line(summary["note"], self._styles.heading)
        self._table("Rows", ["File", "Note", "Rows"], [[f.file, f.note, f.rows] for f in files])
        self._convictions(summary)
        self._determinations(summary["by_determination"])
        self._relief(summary)
        self._impact(summary)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)

    def _convictions(self, summary: Mapping[str, Any]) -> None:
        lines = [
            [section, "", counts["total"], *(counts[level] for level in _LEVELS)]
            for section, counts in summary["prop64_convictions_by_section"].items()
        ]
        header = ["Prop 64 convictions of the county's courts", "", "Total", *_LEVELS.values()]
        block = self._table("Convictions", header, lines)
        counts = summary["prop64_convictions"]
        total = [counts["total"], *(counts[level] for level in _LEVELS)]
        self._cells(["All sections", "", *total])
        self._cells(
            ["People with such a conviction", "", summary["people_with_a_prop64_conviction"]]
        )
        self._cells(["Earliest such conviction", "", summary["earliest_prop64_conviction"] or "-"])
        self._chart(
            "Prop 64 convictions by section",
            block,
            [
                (name, column, _LEVEL_COLOURS[column - 3])
                for column, name in enumerate(_LEVELS.values(), start=3)
            ],
            kind={"type": "column", "subtype": "stacked"},
        )

    def _determinations(self, words: Mapping[str, Any]) -> None:
        totals = [[word, "", counts["total"]] for word, counts in words.items()]
        block = self._table("Determinations", ["Determination", "", "Convictions"], totals)
        colours = [strong_colour(word) for word in words]
        self._chart("Determinations", block, [("Convictions", 2, "#1F4E78")], points=colours)
        for name, key in (("Section", "by_section"), ("Reason", "by_reason")):
            lines = [
                [word, section_or_reason, number]
                for word, counts in words.items()
                for section_or_reason, number in counts[key].items()
            ]
            self._table(f"By {name.lower()}", ["Determination", name, "Convictions"], lines)

    def _relief(self, summary: Mapping[str, Any]) -> None:
        lines = [
            [
                f"{relief['title']} ({pack} {relief['version']})",
                relief["kind"],
                *(relief["units"].get(outcome, 0) for outcome in OUTCOMES),
            ]
            for pack, relief in summary["relief"].items()
        ]
        self._table("Relief", ["Pack", "Kind", *_OUTCOMES], lines)
        petitions = [[title, name] for name, title in summary["petitions"].items()]
        if petitions:
            self._table("What a petition of the sheet Relief is", ["Petition", "Named"], petitions)

    def _impact(self, summary: Mapping[str, Any]) -> None:
        impact = summary["impact"]
        columns = {"County's policy": impact["policy"], **impact["scenarios"]}
        lines = [
            [
                name.replace("_", " ").capitalize(),
                "",
                *(people[name] for people in columns.values()),
            ]
            for name in IMPACT
        ]
        block = self._table("People", ["What relief changes", "", *columns], lines)
        series = [
            (name, 2 + index, _PACK_COLOURS[index % len(_PACK_COLOURS)])
            for index, name in enumerate(columns)
        ]
        self._chart("People whom relief would change", block, series)

    def _table(self, title: str, header: list[str], lines: list[list[Any]]) -> _Block:
        self._row += 1
        self._line(title, self._styles.heading)
        self._cells(header, self._styles.header)
        first = self._row
        for line in lines:
            self._cells(line)
        return _Block(first, self._row - 1, lines)

    def _line(self, text: str, style: Format | None = None) -> None:
        self._cells([text], style)

    def _cells(self, values: Sequence[Any], style: Format | None = None) -> None:
        for column, value in enumerate(values):
            if isinstance(value, int):
                self._sheet.write_number(self._row, column, value, style or self._styles.count)
            elif value:
                format_ = style or self._styles.text
                write_text(
                    self._sheet, self._row, column, value, styles=self._styles, style=format_
                )
            elif style is not None:
                self._sheet.write_blank(self._row, column, None, style)
        self._row += 1

    def _chart(
        self,
        title: str,
        block: _Block,
        series: list[tuple[str, int, str]],
        *,
        kind: dict[str, str] | None = None,
        points: list[str] | None = None,
    ) -> None:
        """Adds a chart of a block beside the tables; none if all its values are zero.

        A workbook in constant memory cannot read its cells, so the chart gets the values. The
        default is horizontal bars, since most names are long.
        """
        if not any(line[column] for line in block.lines for _, column, _ in series):
            return
        chart = self._book.add_chart(kind or {"type": "bar"})
        for name, column, colour in series:
            chart.add_series(
                {
                    "name": name,
                    "categories": [TITLE, block.first, 0, block.last, 0],
                    "categories_data": [line[0] for line in block.lines],
                    "values": [TITLE, block.first, column, block.last, column],
                    "values_data": [line[column] for line in block.lines],
                    "fill": {"color": colour},
                    "points": [{"fill": {"color": fill}} for fill in points] if points else None,
                    "data_labels": {"value": True},
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"none": True} if len(series) == 1 else {"position": "bottom"})
        if kind is None:
            chart.set_y_axis({"reverse": True})  # bars in the order of the table
        chart.set_size({"width": 620, "height": 300})
        self._sheet.insert_chart(1 + self._charts * _CHART_ROWS, _CHARTS_AT, chart)
        self._charts += 1
