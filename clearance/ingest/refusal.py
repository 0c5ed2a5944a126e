"""Why an extract is refused after its files were read through, in words that quote no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clearance.errors import InputRefused
from clearance.ingest.files.header import cells_of, header_faults
from clearance.ingest.layout import FIELD_COUNT
from clearance.ingest.survey import FileSurvey


@dataclass(frozen=True)
class Verdict:
    """The files of an extract that cannot be taken in as they are.

    Attributes:
        misnamed: files with rows, but also a header that names other columns than these rows have.
        over: files with too many rows that cannot be kept.
        unread: by file, the fields of which too many values cannot be read.
        accept_quarantine: `over` is accepted.
        accept_unread: `unread` is accepted.
    """

    misnamed: list[FileSurvey]
    over: list[FileSurvey]
    unread: list[tuple[FileSurvey, list[str]]]
    accept_quarantine: bool
    accept_unread: bool

    @property
    def refused(self) -> bool:
        """Whether nothing of the extract is kept."""
        return bool(self.misnamed) or self._too_many_rows or self._too_many_values

    @property
    def _too_many_rows(self) -> bool:
        return bool(self.over) and not self.accept_quarantine

    @property
    def _too_many_values(self) -> bool:
        return bool(self.unread) and not self.accept_unread

    def shapes_wanted(self) -> dict[str, list[str]]:
        """The fields of which to show what their unread values look like, by the file's address."""
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
            shapes: of unread values, by field.
        """
        told = [_misnamed(survey) for survey in self.misnamed]
        if self._too_many_rows:
            told += [
                f"{_misnamed(survey)}{_counts(survey)} {_cure(survey)}" for survey in self.over
            ]
            told.append(
                f"More than {limit:.2%} of a file's rows: nothing was taken in, the rows are in "
                "`quarantine`."
            )
        if self._too_many_values:
            told += [_unread(survey, fields, shapes) for survey, fields in self.unread]
            told.append(
                f"More than {unread_limit:.2%} of a field's values: nothing was taken in. Dates "
                "are YYYYMMDD, and words in the letters A to Z."
            )
        return InputRefused("\n".join(line.rstrip("\n") for line in told), self._remedy())

    def _remedy(self) -> str:
        if self.misnamed:
            return (
                "Ask for the file with its 95 columns in the order of the research file, or put "
                "them in that order by their names; then run the same command."
            )
        keeps = {
            "--accept-quarantine": "to keep the good rows and leave the others in quarantine",
            "--accept-unread": "to take the values in as unknown",
        }
        flags = [
            flag
            for flag, needed in zip(
                keeps, (self._too_many_rows, self._too_many_values), strict=True
            )
            if needed
        ]
        accept = " and ".join(f"with {flag} {keeps[flag]}" for flag in flags)
        return f"Ask for the file again in the right shape, or run {accept}."


def verdict_on(
    surveys: Sequence[FileSurvey],
    *,
    limit: float,
    unread_limit: float,
    accept_quarantine: bool,
    accept_unread: bool,
) -> Verdict:
    """Which files of an extract are to be refused, and why.

    Args:
        surveys: what the files hold.
        limit: the share of a file's rows that may be quarantined.
        unread_limit: the share of a field's values that may be unread.
        accept_quarantine: more may be.
        accept_unread: more may be.
    """
    unread = [
        (survey, [field for field, found in survey.unread.items() if found.beyond(unread_limit)])
        for survey in surveys
    ]
    return Verdict(
        misnamed=[survey for survey in surveys if survey.rows_accepted and faults_of(survey)],
        over=[survey for survey in surveys if survey.rows_quarantined > limit * survey.rows_read],
        unread=[(survey, fields) for survey, fields in unread if fields],
        accept_quarantine=accept_quarantine,
        accept_unread=accept_unread,
    )


def faults_of(survey: FileSurvey) -> list[str]:
    """What is wrong with the headers of a file."""
    headers = [cells_of(text) for text in survey.headers]
    if survey.file.header is not None:
        headers.append(survey.file.header)
    return list(dict.fromkeys(fault for cells in headers for fault in header_faults(cells)))


def _misnamed(survey: FileSurvey) -> str:
    faults = faults_of(survey)
    return f"{survey.file.path}: a header {'; it '.join(faults)}.\n" if faults else ""


def _counts(survey: FileSurvey) -> str:
    codes = ", ".join(f"{code} {count:,}" for code, count in sorted(survey.codes.items()))
    return (
        f"{survey.file.path}: {survey.rows_quarantined:,} of {survey.rows_read:,} rows "
        f"cannot be kept ({codes})."
    )


def _cure(survey: FileSurvey) -> str:
    commonest = max(survey.codes, key=lambda code: (survey.codes[code], code))
    if commonest == "FIELD_COUNT":
        found = max(survey.field_counts, key=lambda count: (survey.field_counts[count], count))
        why = "a column is missing or added, or a line break stands inside quotes"
        if found == 1:
            why = "no commas stand between fields: another form of text, or no text at all"
        return f"Most of them have {found} fields where {FIELD_COUNT} are expected: {why}."
    return {
        "UNBALANCED_QUOTES": "A quote has no partner: often a line break inside quotes.",
        "UNDECODABLE": "Control characters stand in fields that are read: not plain text.",
        "NO_SUBJECT_ID": f"The third of the {FIELD_COUNT} fields, SUBJECT_ID, is missing.",
        "NO_COUNT_ORDER": f"The 51st of the {FIELD_COUNT} fields, CNT_ORDER, is missing.",
        "BAD_COUNT_ORDER": "CNT_ORDER must be 12 digits; spreadsheets shorten such numbers.",
    }[commonest]


def _unread(survey: FileSurvey, fields: Sequence[str], shapes: Mapping[str, Sequence[str]]) -> str:
    return "\n".join(
        f"{survey.file.path}: {found.unread:,} of {found.present:,} values of {field} "
        f"({found.unread / found.present:.2%}) cannot be read{_like(shapes.get(field, ()))}."
        for field in fields
        for found in (survey.unread[field],)
    )


def _like(shapes: Sequence[str]) -> str:
    if not shapes:
        return ""
    foreign = ", a ? a letter or digit of another alphabet" if "?" in "".join(shapes) else ""
    return f"; they look like {', '.join(shapes)} (a 9 is any digit, an A any letter{foreign})"
