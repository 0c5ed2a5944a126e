"""Source rows as typed events.

`typed_rows` has the columns of `history` and restricted fields that later steps need: the comment
where it is the charge, the case number, the birth date. No table holds those; `history` drops them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.platform.spark.literal_table import looked_up
from clearance.prepare.citation.grammar import leaves_target, names_comment
from clearance.prepare.record.dispositions import effect_of, law_named, reduced_level, worded_effect
from clearance.prepare.record.fields import precision, present, upper_cased, whole_date
from clearance.prepare.record.places import (
    UNKNOWN_STEP,
    county_or_name,
    known_county,
    meaning,
    step_kind,
)
from clearance.prepare.record.quality import flag_words, flags
from clearance.prepare.record.raw_texts import charge_form, date_form, number_form
from clearance.prepare.record.rules import RecordRules, SentenceKind, Words
from clearance.prepare.record.sentences import NAMED, UNREAD_KIND
from clearance.schemas import HISTORY

FIELDS = tuple(
    """
    pri_dob cyc_date stp_event_date stp_type_descr stp_ori_code stp_ori_cnty_name disp_date ofn
    offense_descr
    offense_toc disp_offense_descr disp_offense_toc conv_offense_descr conv_offense_toc disp_order
    disp_descr conv_stat_descr sent_order sent_loc_descr sent_length sent_time_code comment_text
    """.split()
)
LEVELS = ("F", "M", "I")
NO_CHARGE = "X"
UNSPECIFIED = "N"
TOCS = (*LEVELS, NO_CHARGE, UNSPECIFIED)

KindWords = Mapping[SentenceKind, tuple[str, ...]]

# The longest plausible length by unit; a longer one is an error of the record.
LONGEST = {"day": 99_999, "month": 9_999, "year": 999}


def typed_rows(source: DataFrame, *, rules: RecordRules) -> DataFrame:
    """A row is a row of `source_rows`, typed, with the restricted fields that later steps need.

    Args:
        source: `source_rows`.
        rules: the rules for reading the record's words.
    """
    key = ("subject_id", "count_order", "source_file", "position")
    fields = source.select(*key, *[present(F.col(name)).alias(name) for name in FIELDS])
    # Columns that the next step uses more than once get a projection of their own, so that Spark
    # computes them once.
    unit = looked_up(F.upper("sent_time_code"), rules.words.sentence_units, "string")
    with_words = fields.withColumns(
        {**_dates(), **_upper_cased_words(), **_tocs(), **_places(rules), "unit_word": unit}
    )
    disposition = F.col("disposition_word")
    with_effect = with_words.withColumn("worded_effect", worded_effect(disposition, rules=rules))
    typed = with_effect.withColumns(
        {
            **_precisions(),
            "step_text": F.col("stp_type_descr"),
            "county": county_or_name(F.col("county_read"), F.col("stp_ori_cnty_name")),
            **_charge(),
            **_sentence(rules.words),
            **_disposition(rules),
            "unit_id": F.concat_ws("-", "subject_id", "count_order"),
        }
    )
    reduced = reduced_level(disposition, F.col("disposition_effect"), rules=rules)
    under = law_named(disposition, F.col("disposition_effect"), rules=rules)
    with_targets = typed.withColumns({**_with_targets(), "reduced_to": reduced, "under": under})
    return with_targets.withColumn("flags", _flags())


def read_texts(source: DataFrame) -> DataFrame:
    """A row is a row of `source_rows`: read_text and convicted_read_text, as in `typed_rows`.

    Without the other columns the plan of the texts is small.

    Args:
        source: `source_rows`.
    """
    names = ("offense_descr", "disp_offense_descr", "conv_offense_descr", "comment_text")
    fields = source.select(*[present(F.col(name)).alias(name) for name in names])
    return fields.withColumns(_texts()).select(
        *[text.alias(name) for name, text in _with_targets().items()]
    )


def history(typed: DataFrame) -> DataFrame:
    """A row is a typed event without direct identifiers.

    A raw text is null unless it has the form of its field: a date, a charge, a number, a word that
    the rules know.
    """
    forms = {
        "event_date_text": date_form,
        "disposition_date_text": date_form,
        "disposition_order": number_form,
        "sentence_order": number_form,
        "charge_text": charge_form,
        "convicted_charge_text": charge_form,
    }
    known_words = {
        "step_text": F.col("step_kind") != UNKNOWN_STEP,
        "disposition_text": F.col("disposition_effect") != "unknown",
    }
    events = typed.withColumns(
        {
            "quality": flag_words("flags"),
            **{name: form(F.col(name)) for name, form in forms.items()},
            **{name: F.when(is_known, F.col(name)) for name, is_known in known_words.items()},
        }
    )
    return events.select(*HISTORY.columns)


def _dates() -> dict[str, Column]:
    fields = {
        "event_date": "stp_event_date",
        "disposition_date": "disp_date",
        "cycle_date": "cyc_date",
        "birth_date": "pri_dob",
    }
    return {name: whole_date(F.col(field)) for name, field in fields.items()}


def _precisions() -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name, field in (("event_date", "stp_event_date"), ("disposition_date", "disp_date")):
        columns[f"{name}_text"] = F.col(field)
        columns[f"{name}_precision"] = precision(F.col(field), F.col(name))
    return columns


def _upper_cased_words() -> dict[str, Column]:
    fields = {
        "disposition_word": "disp_descr",
        "place_word": "sent_loc_descr",
    }
    return {name: upper_cased(F.col(field)) for name, field in fields.items()}


def _tocs() -> dict[str, Column]:
    toc = F.upper("offense_toc")
    convicted = F.coalesce(F.upper("conv_offense_toc"), F.upper("disp_offense_toc"), toc)
    return {"toc": toc, "convicted_toc": convicted}


def _places(rules: RecordRules) -> dict[str, Column]:
    name, agency = F.col("stp_ori_cnty_name"), F.col("stp_ori_code")
    return {
        "step_kind": step_kind(F.col("stp_type_descr"), rules=rules),
        "county_read": known_county(name, agency, rules=rules),
    }


def _disposition(rules: RecordRules) -> dict[str, Column]:
    word = F.col("disposition_word")
    return {
        "disposition_order": F.col("disp_order"),
        "disposition_text": F.col("disp_descr"),
        "disposition_effect": effect_of(word, F.col("worded_effect"), rules=rules),
        "conviction_level": meaning(F.col("conv_stat_descr"), dict(rules.words.levels)),
        "named_kinds": kinds_named(word, rules),
        "sentence_order": F.col("sent_order"),
    }


def _charge() -> dict[str, Column]:
    """The charge of the count and the convicted charge, with their levels."""
    offence = F.col("offense_descr")
    return {
        "charge_text": offence,
        "charge_level": _level(F.col("toc")),
        "convicted_charge_text": F.coalesce("conv_offense_descr", "disp_offense_descr", offence),
        "convicted_charge_level": _level(F.col("convicted_toc")),
        **_texts(),
    }


def _texts() -> dict[str, Column]:
    """The text of the count's charge and of the convicted charge, and the field of each."""
    offence, comment = F.col("offense_descr"), F.col("comment_text")
    in_comment = comment.isNotNull() & (offence.isNull() | _refers_to_comment(offence))
    charge = F.when(in_comment, comment).otherwise(offence)
    source = F.when(in_comment, "comment").when(offence.isNotNull(), "offense")
    convicted_charges = {
        "conviction": _unless_reference(F.col("conv_offense_descr")),
        "disposition": _unless_reference(F.col("disp_offense_descr")),
    }
    convicted_source = F.lit(None).cast("string")
    for name, text in reversed(convicted_charges.items()):
        convicted_source = F.when(text.isNotNull(), name).otherwise(convicted_source)
    return {
        "read_text": charge,
        "read_source": source,
        "convicted_read_text": F.coalesce(*convicted_charges.values(), charge),
        "convicted_read_source": F.coalesce(convicted_source, source),
    }


def _with_targets() -> dict[str, Column]:
    """The charge texts; a conspiracy without its target has the comment on a line below."""
    comment = F.col("comment_text")
    columns = {}
    for name in ("read_text", "convicted_read_text"):
        text, source = F.col(name), F.col(name.replace("text", "source"))
        below = comment.isNotNull() & (source != "comment") & leaves_target(text)
        columns[name] = F.when(below, F.concat_ws("\n", text, comment)).otherwise(text)
    return columns


def _unless_reference(text: Column) -> Column:
    """The text; null where it only refers to the comment."""
    return F.when(~_refers_to_comment(text), text)


def _refers_to_comment(text: Column) -> Column:
    """Whether a text refers to the comment; the quick search spares most texts the pattern."""
    return F.contains(F.upper(text), F.lit("COM")) & names_comment(text)


def _level(toc: Column) -> Column:
    return F.when(toc.isin(*LEVELS), toc)


def _sentence(words: Words) -> dict[str, Column]:
    """The sentence part of a row: its kind, whether it was already served, its unit and length."""
    unit, kinds = F.col("unit_word"), words.sentence_kinds
    has_kind = F.col("place_word").isNotNull() | _has_unusual_length(unit)
    unit_of_time = F.when(unit.isin(*LONGEST), unit)
    return {
        "sentence_kind": F.when(has_kind, _sentence_kind(kinds)),
        "sentence_served": F.when(has_kind, _is_served(kinds)),
        "sentence_unit": unit_of_time,
        "sentence_length": _sentence_length(unit_of_time, words.runs_from_another_day),
    }


def _sentence_kind(kinds: KindWords) -> Column:
    """The kind of a sentence part: endless, or the first kind that its place names.

    `unread` where the place names none, null without a place.
    """
    place = F.col("place_word")
    kind = F.when(_names_kind("endless", kinds), "endless")
    for name, words in kinds.items():
        kind = kind.when(_mentions(place, words), F.lit(name))
    return kind.when(place.isNotNull(), UNREAD_KIND)


def _is_served(kinds: KindWords) -> Column:
    """Whether place, length or unit is time served; a number without a unit needs no search."""
    has_words = ~_is_number("sent_length") | F.col("unit_word").isNotNull()
    return F.coalesce(has_words, F.lit(False)) & _names_kind("served", kinds)


def _names_kind(kind: SentenceKind, kinds: KindWords) -> Column:
    """Whether place, length or unit names the kind."""
    if kind not in kinds:
        return F.lit(False)
    texts = (F.col("place_word"), F.upper("sent_length"))
    conditions = [_mentions(text, kinds[kind]) for text in texts] + [F.col("unit_word") == kind]
    return reduce(or_, (F.coalesce(condition, F.lit(False)) for condition in conditions))


def _sentence_length(unit: Column, from_another_day: tuple[str, ...]) -> Column:
    """The length as a number; null where it is no number, too long, or from another day."""
    number = F.expr("try_cast(sent_length AS int)")
    longest = F.lit(None).cast("int")
    for name, limit in LONGEST.items():
        longest = F.when(unit == name, limit).otherwise(longest)
    within = number.between(1, F.coalesce(longest, F.lit(max(LONGEST.values()))))
    if from_another_day:
        within = within & ~F.coalesce(
            _mentions(F.col("place_word"), from_another_day), F.lit(False)
        )
    return F.when(within, number)


def _is_number(field: str) -> Column:
    return F.expr(f"try_cast({field} AS int)").isNotNull()


def _has_unusual_length(unit: Column) -> Column:
    """Whether the length is no number, or the unit is no unit of time."""
    no_number = F.col("sent_length").isNotNull() & ~_is_number("sent_length")
    return no_number | F.coalesce(~unit.isin(*LONGEST), F.lit(False))


def kinds_named(text: Column, rules: RecordRules) -> Column:
    """The kinds of sentence that a disposition text names, as the bits of `sentences.NAMED`."""
    kinds = {kind: words for kind, words in rules.words.sentence_kinds.items() if kind in NAMED}
    bits = [
        F.when(_mentions(text, words), NAMED[kind]).otherwise(0) for kind, words in kinds.items()
    ]
    # Most texts are whole texts of the rules, and most of these name no kind: no search needed.
    kind_words = [word for words in kinds.values() for word in words]
    rule_texts = {rule.text for rule in rules.dispositions if rule.text is not None}
    without_kind = sorted(
        text for text in rule_texts if not any(word in text for word in kind_words)
    )
    named = reduce(lambda left, right: left.bitwiseOR(right), bits, F.lit(0))
    return F.when(text.isNull() | text.isin(*without_kind), 0).otherwise(named)


def _mentions(text: Column, words: tuple[str, ...]) -> Column:
    """Whether a word of the text begins with any of the words, without NO, NOT or DENIED nearby."""
    beginning = "|".join(map(re.escape, words))
    return F.rlike(
        text,
        F.lit(
            rf"(?<![A-Z0-9])(?<!(?:NO|NOT)[ -])(?:{beginning})[A-Z]*+"
            r"(?![ /-]?(?:NOT|DENIED)(?![A-Z]))"
        ),
    )


def _flags() -> Column:
    event, disposition = F.col("event_date_precision"), F.col("disposition_date_precision")
    partial = ("month", "year")
    level = F.col("conviction_level")
    return flags(
        PARTIAL_EVENT_DATE=event.isin(*partial),
        BAD_EVENT_DATE=event == "bad",
        PARTIAL_DISPOSITION_DATE=disposition.isin(*partial),
        BAD_DISPOSITION_DATE=disposition == "bad",
        BAD_CYCLE_DATE=_no_date("cyc_date", "cycle_date"),
        BAD_BIRTH_DATE=_no_date("pri_dob", "birth_date"),
        UNKNOWN_STEP=F.col("step_kind") == UNKNOWN_STEP,
        UNKNOWN_COUNTY_NAME=F.col("county_read").isNull(),
        UNKNOWN_DISPOSITION=F.col("disposition_effect") == "unknown",
        UNKNOWN_LEVEL=(F.col("conv_stat_descr").isNotNull() & level.isNull())
        | ~F.col("toc").isin(*TOCS),
        UNKNOWN_SENTENCE_KIND=F.col("sentence_kind") == UNREAD_KIND,
        UNKNOWN_SENTENCE_UNIT=F.col("sent_time_code").isNotNull()
        & F.col("sentence_unit").isNull()
        & _is_timed(),
        BAD_SENTENCE_LENGTH=F.col("sent_length").isNotNull()
        & F.col("sentence_length").isNull()
        & _is_timed(),
        CHARGES_DISAGREE=(F.col("read_text") != F.col("convicted_read_text"))
        & (_cite("read_text") != _cite("convicted_read_text")),
        LEVELS_DISAGREE=(F.col("charge_level") != F.col("convicted_charge_level"))
        | (level != F.col("convicted_charge_level")),
        NOT_A_CHARGE=F.col("toc") == NO_CHARGE,
        TURNED_OVER=F.col("disposition_effect") == "turns_over",
        DIVERSION_NOT_NAMED=F.col("disposition_effect") == "diverts_unlisted",
    )


def _is_timed() -> Column:
    """Whether the sentence part has a length in days, months or years."""
    without_length = (F.col("sentence_kind") == "endless") | F.col("sentence_served")
    return ~F.coalesce(without_length, F.lit(False))


def _no_date(text: str, date: str) -> Column:
    """Whether a text of a date, other than zeros, gives no date."""
    return F.col(text).isNotNull() & (F.col(text) != "00000000") & F.col(date).isNull()


def _cite(text: str) -> Column:
    """The part of a charge text before its words, without blanks, to compare two texts."""
    return F.replace(F.substring_index(F.upper(F.col(text)), "-", 1), F.lit(" "), F.lit(""))
