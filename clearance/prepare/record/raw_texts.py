"""Raw texts in tables that are not restricted: only texts of the form that their field should have.

By an error a field may hold anything, such as a person's name. Such a text is in `source_rows`
only, which is restricted.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

_DATE = r"^\d{8}$"
_NUMBER = r"^\d{1,4}$"
# A number that a section may have. Longer numbers are dates, or identify people.
_SECTION = r"(?<!\d)\d{1,5}(?!\d)"
# No comma, as in a person's name, and no number longer than that of a district.
_PLACE = r"^(?!.*\d{3})[^,]{1,30}$"
# The kind and the place of an office, as the Department of Justice writes them ("CASC YOLO", often
# without a blank) or in words ("SUPERIOR COURT, YOLO"); letters only.
_KINDS = "SC|MC|JC|PD|SO|HP|UP|SP|DA|PR|MS|DC|CY"
_IN_WORDS = (
    r"(?:SUPERIOR|MUNICIPAL|JUSTICE|JUVENILE) COURT|POLICE DEP(?:ARTMEN)?T|SHERIFF'?S (?:OFFICE|DEP"
    r"(?:ARTMEN)?T)|HIGHWAY PATROL|DISTRICT ATTORNEY|PROBATION DEP(?:ARTMEN)?T"
)
_OFFICE = rf"(?i)^(?:CA(?:{_KINDS})|(?:{_KINDS})(?= )|(?:{_IN_WORDS})\b,?)[A-Z .'/()-]{{0,40}}$"


def date_form(text: Column) -> Column:
    """The text where it is eight digits, even of a day that does not exist; else null."""
    return F.when(F.rlike(text, F.lit(_DATE)), text)


def number_form(text: Column) -> Column:
    """The text where it is a number of one to four digits; else null."""
    return F.when(F.rlike(text, F.lit(_NUMBER)), text)


def charge_form(text: Column) -> Column:
    """The text where a number in it may be that of a section; else null."""
    return F.when(has_charge_form(text), text)


def has_charge_form(text: Column) -> Column:
    """Whether a number in the text may be that of a section."""
    return F.rlike(text, F.lit(_SECTION))


def office_form(text: Column) -> Column:
    """The text where it has the form of a court or an agency, kind before place; else null."""
    return F.when(F.rlike(text, F.lit(_OFFICE)), text)


def place_form(text: Column) -> Column:
    """The text where it has the form of the name of a place; else null."""
    return F.when(F.rlike(text, F.lit(_PLACE)), text)
