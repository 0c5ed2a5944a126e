"""Decides whether an extract is refused, and writes the refusal, which quotes no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clearance.errors import InputRefused
from clearance.ingest.files.header import list_header_faults, parse_cells
from clearance.ingest.layout import FIELD_COUNT
from clearance.ingest.survey import FileSurvey


@dataclass(frozen=True)
class Verdict:
    """The faults of an extract's files that may be reasons to refuse it.

    Attributes:
        misnamed: files with accepted rows and a header that names other columns.
        over: files with too many rows that cannot be kept.
        unread: files and their fields with too many values that cannot be read.
        accept_quarantine: whether `over` is accepted.
        accept_unread: whether `unread` is accepted.
    """

    misnamed: list[FileSurvey]
    over: list[FileSurvey]
    unread: list[tuple[FileSurvey, list[str]]]
    accept_quarantine: bool
    accept_unread: bool

    @property
    def refused(self) -> bool:
        """Whether the extract is refused."""
        return bool(self.misnamed) or self._too_many_rows or self._too_many_values

    @property
    def _too_many_rows(self) -> bool:
        return bool(self.over) and not self.accept_quarantine

    @property
    def _too_many_values(self) -> bool:
        return bool(self.unread) and not self.accept_unread

    def shapes_wanted(self) -> dict[str, list[str]]:
        """The fields whose unread values the refusal shows by shape, by the file's address."""
        if not self._too_many_values:
            return {}
        return {survey.file.address: fields for survey, fields in self.unread}

    def refusal(
        self, *, limit: float, unread_limit: float, shapes: Mapping[str, Sequence[str]]
    ) -> InputRefused:
        """The refusal to raise.

        Args:
            limit: the share of a file's rows that may be quarantined.
            unread_limit: the share of a field's values that may be unread.
            shapes: shapes of unread values, by field.
        """
        reasons = [_misnamed(survey) for survey in self.misnamed]
        if self._too_many_rows:
            reasons += [
                f"{_misnamed(survey)}{_counts(survey)} {_explain_codes(survey)}"
                for survey in self.over
            ]
            reasons.append(
                f"More than {limit:.2%} of a file's rows: nothing was taken in, the rows are in "
                "`quarantine`."
            )
        if self._too_many_values:
            reasons += [_unread(survey, fields, shapes) for survey, fields in self.unread]
            reasons.append(
                f"More than {unread_limit:.2%} of a field's values: nothing was taken in. Dates "
                "are YYYYMMDD, and words in the letters A to Z."
            )
        return InputRefused("\n".join(line.rstrip("\n") for line in reasons), self._remedy())

    def _remedy(self) -> str:
        if self.misnamed:
            return (
                "Ask for the file with its 95 columns in the order of the research file, or put "
                "them in that order by their names; then run the same command."
            )
        flags = []
        if self._too_many_rows:
            flags.append(
                "with --accept-quarantine to keep the good rows and leave the others in quarantine"
            )
        if self._too_many_values:
            flags.append("with --accept-unread to take the values in as unknown")
        return f"Ask for the file again in the right shape, or run {' and '.join(flags)}."


def judge(
    surveys: Sequence[FileSurvey],
    *,
    limit: float,
    unread_limit: float,
    accept_quarantine: bool,
    accept_unread: bool,
) -> Verdict:
    """The faults of an extract's files that may be reasons to refuse it.

    Args:
        surveys: the surveys of the files.
        limit: the share of a file's rows that may be quarantined.
        unread_limit: the share of a field's values that may be unread.
        accept_quarantine: whether more rows may be quarantined.
        accept_unread: whether more values may be unread.
    """
    unread = [
        (survey, [field for field, count in survey.unread.items() if count.beyond(unread_limit)])
        for survey in surveys
    ]
    return Verdict(
        misnamed=[
            survey for survey in surveys if survey.rows_accepted and list_header_problems(survey)
        ],
        over=[survey for survey in surveys if survey.rows_quarantined > limit * survey.rows_read],
        unread=[(survey, fields) for survey, fields in unread if fields],
        accept_quarantine=accept_quarantine,
        accept_unread=accept_unread,
    )


def list_header_problems(survey: FileSurvey) -> list[str]:
    """The faults of a file's headers, each once."""
    headers = [parse_cells(text) for text in survey.headers]
    if survey.file.header is not None:
        headers.append(survey.file.header)
    return list(dict.fromkeys(fault for cells in headers for fault in list_header_faults(cells)))


def _misnamed(survey: FileSurvey) -> str:
    faults = list_header_problems(survey)
    return f"{survey.file.path}: a header {'; it '.join(faults)}.\n" if faults else ""


def _counts(survey: FileSurvey) -> str:
    codes = ", ".join(f"{code} {count:,}" for code, count in sorted(survey.codes.items()))
    return (
        f"{survey.file.path}: {survey.rows_quarantined:,} of {survey.rows_read:,} rows "
        f"cannot be kept ({codes})."
    )


def _explain_codes(survey: FileSurvey) -> str:
    commonest = max(survey.codes, key=lambda code: (survey.codes[code], code))
    if commonest == "FIELD_COUNT":
        usual = max(survey.field_counts, key=lambda count: (survey.field_counts[count], count))
        why = "a column is missing or added, or there is a line break inside quotes"
        if usual == 1:
            why = "there are no commas between fields: another form of text, or no text at all"
        return f"Most of them have {usual} fields where {FIELD_COUNT} are expected: {why}."
    return {
        "UNBALANCED_QUOTES": "A quote has no partner: often a line break inside quotes.",
        "UNDECODABLE": "Needed fields have control characters: not plain text.",
        "NO_SUBJECT_ID": f"The third of the {FIELD_COUNT} fields, SUBJECT_ID, is missing.",
        "NO_COUNT_ORDER": f"The 51st of the {FIELD_COUNT} fields, CNT_ORDER, is missing.",
        "BAD_COUNT_ORDER": "CNT_ORDER must be 12 digits; spreadsheets shorten such numbers.",
    }[commonest]


def _unread(survey: FileSurvey, fields: Sequence[str], shapes: Mapping[str, Sequence[str]]) -> str:
    lines = []
    for field in fields:
        unread, present = survey.unread[field].unread, survey.unread[field].present
        lines.append(
            f"{survey.file.path}: {unread:,} of {present:,} values of {field} "
            f"({unread / present:.2%}) cannot be read{_describe_shapes(shapes.get(field, ()))}."
        )
    return "\n".join(lines)


def _describe_shapes(shapes: Sequence[str]) -> str:
    if not shapes:
        return ""
    foreign = ", a ? a letter or digit of another alphabet" if "?" in "".join(shapes) else ""
    return f"; they look like {', '.join(shapes)} (a 9 is any digit, an A any letter{foreign})"
