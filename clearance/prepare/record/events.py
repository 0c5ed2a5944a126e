"""Source rows as typed events.

`typed_rows` keeps, beside the columns of `history`, what the later steps need and no table may
hold: the comment where it is the charge, the case number, the birth date. `history` drops them.
"""

from __future__ import annotations

import re
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
    as_written,
    county_read,
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

# Longer terms are slips: nobody is sentenced to more than 999 years.
LONGEST = {"day": 99_999, "month": 9_999, "year": 999}


def typed_rows(source: DataFrame, *, rules: RecordRules) -> DataFrame:
    """A row is a row of `source_rows`, typed, with the restricted fields the later steps need.

    Args:
        source: `source_rows`.
        rules: how to read the record's words.
    """
    key = ("subject_id", "count_order", "source_file", "position")
    tidy = source.select(*key, *[present(F.col(name)).alias(name) for name in FIELDS])
    # One projection each for what the next uses more than once: the optimizer leaves them apart.
    unit = looked_up(F.upper("sent_time_code"), rules.words.sentence_units, "string")
    words = tidy.withColumns(
        {**_dates(), **_shouted(), **_tocs(), **_places(rules), "unit_word": unit}
    )
    word = F.col("disposition_word")
    words = words.withColumn("worded_effect", worded_effect(word, rules=rules))
    read = words.withColumns(
        {
            **_precisions(),
            "step_text": F.col("stp_type_descr"),
            "county": as_written(F.col("county_read"), F.col("stp_ori_cnty_name")),
            **_charge(),
            **_sentence(rules.words),
            **_disposition(rules),
            "unit_id": F.concat_ws("-", "subject_id", "count_order"),
        }
    )
    reduced = reduced_level(word, F.col("disposition_effect"), rules=rules)
    under = law_named(word, F.col("disposition_effect"), rules=rules)
    whole = read.withColumns({**_targets(), "reduced_to": reduced, "under": under})
    return whole.withColumn("flags", _flags(rules))


def read_texts(source: DataFrame) -> DataFrame:
    """A row is a row of `source_rows`: read_text and convicted_read_text as `typed_rows` has them.

    Without all that the other columns take: the plan of the texts stays small.

    Args:
        source: `source_rows`.
    """
    fields = ("offense_descr", "disp_offense_descr", "conv_offense_descr", "comment_text")
    tidy = source.select(*[present(F.col(name)).alias(name) for name in fields])
    return tidy.withColumns(_texts()).select(
        *[text.alias(name) for name, text in _targets().items()]
    )


def history(typed: DataFrame) -> DataFrame:
    """A row is an event row, typed, without direct identifiers.

    A raw text is kept only where it has the form of what it should be: a date's, a charge's, a word
    that the rules know.
    """
    forms = {
        "event_date_text": date_form,
        "disposition_date_text": date_form,
        "disposition_order": number_form,
        "sentence_order": number_form,
        "charge_text": charge_form,
        "convicted_charge_text": charge_form,
    }
    known = {
        "step_text": F.col("step_kind") != UNKNOWN_STEP,
        "disposition_text": F.col("disposition_effect") != "unknown",
    }
    shown = typed.withColumns(
        {
            "quality": flag_words("flags"),
            **{name: form(F.col(name)) for name, form in forms.items()},
            **{name: F.when(is_known, F.col(name)) for name, is_known in known.items()},
        }
    )
    return shown.select(*HISTORY.columns)


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


def _shouted() -> dict[str, Column]:
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
        "county_read": county_read(name, agency, rules=rules),
    }


def _disposition(rules: RecordRules) -> dict[str, Column]:
    word = F.col("disposition_word")
    return {
        "disposition_order": F.col("disp_order"),
        "disposition_text": F.col("disp_descr"),
        "disposition_effect": effect_of(word, F.col("worded_effect"), rules=rules),
        "conviction_level": meaning(F.col("conv_stat_descr"), dict(rules.words.levels)),
        "named_kinds": named_kinds(word, rules),
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
    """The charge of the count and the convicted charge, as text to read, with where each stood."""
    offence, comment = F.col("offense_descr"), F.col("comment_text")
    in_comment = comment.isNotNull() & (offence.isNull() | _refers_to_comment(offence))
    read = F.when(in_comment, comment).otherwise(offence)
    source = F.when(in_comment, "comment").when(offence.isNotNull(), "offense")
    convicted = {
        "conviction": _unless_reference(F.col("conv_offense_descr")),
        "disposition": _unless_reference(F.col("disp_offense_descr")),
    }
    convicted_source = F.lit(None).cast("string")
    for name, text in reversed(convicted.items()):
        convicted_source = F.when(text.isNotNull(), name).otherwise(convicted_source)
    return {
        "read_text": read,
        "read_source": source,
        "convicted_read_text": F.coalesce(*convicted.values(), read),
        "convicted_read_source": F.coalesce(convicted_source, source),
    }


def _targets() -> dict[str, Column]:
    """The texts to read, with the comment below a conspiracy that does not name its target."""
    comment = F.col("comment_text")
    columns = {}
    for name in ("read_text", "convicted_read_text"):
        text, source = F.col(name), F.col(name.replace("text", "source"))
        below = comment.isNotNull() & (source != "comment") & leaves_target(text)
        columns[name] = F.when(below, F.concat_ws("\n", text, comment)).otherwise(text)
    return columns


def _unless_reference(text: Column) -> Column:
    """The text, unless all it says is that the comment has the charge."""
    return F.when(~_refers_to_comment(text), text)


def _refers_to_comment(text: Column) -> Column:
    """Whether a text refers to the comment; only those that may are looked at closely."""
    return F.contains(F.upper(text), F.lit("COM")) & names_comment(text)


def _level(toc: Column) -> Column:
    return F.when(toc.isin(*LEVELS), toc)


def _sentence(words: Words) -> dict[str, Column]:
    place, length = F.col("place_word"), F.upper("sent_length")
    says = F.col("unit_word")
    kinds = words.sentence_kinds

    def named(kind: SentenceKind) -> Column:
        """Whether place, length or unit says so."""
        if kind not in kinds:
            return F.lit(False)
        found = (_mentions(text, kinds[kind]) for text in (place, length))
        return reduce(
            or_, (F.coalesce(matches, F.lit(False)) for matches in (*found, says == kind))
        )

    kind = F.when(named("endless"), "endless")
    for name, parts in kinds.items():
        kind = kind.when(_mentions(place, parts), F.lit(name))
    kind = kind.when(place.isNotNull(), UNREAD_KIND)
    # Few lengths are anything but a number.
    served = F.coalesce(~_number("sent_length") | says.isNotNull(), F.lit(False)) & named("served")
    number = F.expr("try_cast(sent_length AS int)")
    unit = F.when(says.isin(*LONGEST), says)
    longest = F.lit(None).cast("int")
    for measure, limit in LONGEST.items():
        longest = F.when(unit == measure, limit).otherwise(longest)
    within = number.between(1, F.coalesce(longest, F.lit(max(LONGEST.values()))))
    elsewhere = words.runs_from_another_day
    if elsewhere:
        within = within & ~F.coalesce(_mentions(place, elsewhere), F.lit(False))
    return {
        "sentence_kind": F.when(place.isNotNull() | _has_unusual_length(says), kind),
        "sentence_served": F.when(place.isNotNull() | _has_unusual_length(says), served),
        "sentence_unit": unit,
        "sentence_length": F.when(within, number),
    }


def _number(field: str) -> Column:
    return F.expr(f"try_cast({field} AS int)").isNotNull()


def _has_unusual_length(says: Column) -> Column:
    """Whether a length, or its unit, is there and is none of the usual."""
    length = F.col("sent_length").isNotNull() & ~_number("sent_length")
    return length | F.coalesce(~says.isin(*LONGEST), F.lit(False))


def named_kinds(text: Column, rules: RecordRules) -> Column:
    """Which kinds of sentence a disposition text names, as the bits of `sentences.NAMED`."""
    named = {kind: words for kind, words in rules.words.sentence_kinds.items() if kind in NAMED}
    bits = [
        F.when(_mentions(text, words), NAMED[kind]).otherwise(0) for kind, words in named.items()
    ]
    # Most texts are those that the rules have whole, and most of these hold no such word.
    every = [word for words in named.values() for word in words]
    whole = {rule.text for rule in rules.dispositions if rule.text is not None}
    silent = sorted(text for text in whole if not any(word in text for word in every))
    found = reduce(lambda left, right: left.bitwiseOR(right), bits, F.lit(0))
    return F.when(text.isNull() | text.isin(*silent), 0).otherwise(found)


def _mentions(text: Column, words: tuple[str, ...]) -> Column:
    """Whether one of the words begins in the text, and nothing beside it takes it back."""
    either = "|".join(map(re.escape, words))
    return F.rlike(
        text,
        F.lit(
            rf"(?<![A-Z0-9])(?<!(?:NO|NOT)[ -])(?:{either})[A-Z]*+(?![ /-]?(?:NOT|DENIED)(?![A-Z]))"
        ),
    )


def _flags(rules: RecordRules) -> Column:
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
        & _has_a_term(),
        BAD_SENTENCE_LENGTH=F.col("sent_length").isNotNull()
        & F.col("sentence_length").isNull()
        & _has_a_term(),
        CHARGES_DISAGREE=(F.col("read_text") != F.col("convicted_read_text"))
        & (_cite("read_text") != _cite("convicted_read_text")),
        LEVELS_DISAGREE=(F.col("charge_level") != F.col("convicted_charge_level"))
        | (level != F.col("convicted_charge_level")),
        NOT_A_CHARGE=F.col("toc") == NO_CHARGE,
        TURNED_OVER=F.col("disposition_effect") == "turns_over",
        DIVERSION_NOT_NAMED=F.col("disposition_effect") == "diverts_unlisted",
    )


def _has_a_term() -> Column:
    """Whether the length of the part is a number of days, months or years."""
    other = (F.col("sentence_kind") == "endless") | F.col("sentence_served")
    return ~F.coalesce(other, F.lit(False))


def _no_date(text: str, date: str) -> Column:
    return F.col(text).isNotNull() & (F.col(text) != "00000000") & F.col(date).isNull()


def _cite(text: str) -> Column:
    """The part of a charge text before its literal, without blanks, to compare two texts by."""
    return F.replace(F.substring_index(F.upper(F.col(text)), "-", 1), F.lit(" "), F.lit(""))
