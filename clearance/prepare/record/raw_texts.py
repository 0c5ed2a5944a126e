"""Raw texts in tables that are not restricted: only those of the form of what they should be.

A field may hold anything, a name among it, where a line has slipped or a clerk has: `source_rows`
keeps that, for those who may read it.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

_DATE = r"^\d{8}$"
_NUMBER = r"^\d{1,4}$"
# A number that a section may have. Longer ones are dates and numbers of people.
_SECTION = r"(?<!\d)\d{1,5}(?!\d)"
# No comma, as between the parts of a name, and no number longer than a district's.
_PLACE = r"^(?!.*\d{3})[^,]{1,30}$"
# An office's kind and place, as the Department of Justice writes them ("CASC YOLO", often without a
# blank) or in words ("SUPERIOR COURT, YOLO"); letters only.
_KINDS = "SC|MC|JC|PD|SO|HP|UP|SP|DA|PR|MS|DC|CY"
_IN_WORDS = (
    r"(?:SUPERIOR|MUNICIPAL|JUSTICE|JUVENILE) COURT|POLICE DEP(?:ARTMEN)?T|SHERIFF'?S (?:OFFICE|DEP"
    r"(?:ARTMEN)?T)|HIGHWAY PATROL|DISTRICT ATTORNEY|PROBATION DEP(?:ARTMEN)?T"
)
_OFFICE = rf"(?i)^(?:CA(?:{_KINDS})|(?:{_KINDS})(?= )|(?:{_IN_WORDS})\b,?)[A-Z .'/()-]{{0,40}}$"


def date_form(text: Column) -> Column:
    """The text where it is eight digits, whether or not there is such a day."""
    return F.when(F.rlike(text, F.lit(_DATE)), text)


def number_form(text: Column) -> Column:
    """The text where it is a small number."""
    return F.when(F.rlike(text, F.lit(_NUMBER)), text)


def charge_form(text: Column) -> Column:
    """The text where a number in it may be that of a section."""
    return F.when(has_charge_form(text), text)


def has_charge_form(text: Column) -> Column:
    """Whether a number in the text may be that of a section."""
    return F.rlike(text, F.lit(_SECTION))


def office_form(text: Column) -> Column:
    """The text where it may be a court or an agency: its kind first, then its place."""
    return F.when(F.rlike(text, F.lit(_OFFICE)), text)


def place_form(text: Column) -> Column:
    """The text where it may be the name of a place."""
    return F.when(F.rlike(text, F.lit(_PLACE)), text)
