"""Counts: the rows of a count joined into one, after the only shuffle of prepare.

Later steps work inside the partitions by person that are made here. The dispositions of the rows
are collected; all other columns are a minimum, a maximum or a bitwise or, so that the order of rows
and repeated rows do not matter.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.record.disposition_rules import MODIFYING
from clearance.prepare.record.dispositions import CONVICTS, UNREAD, record_order
from clearance.prepare.record.events import TOCS
from clearance.prepare.record.fields import charge_line, possible_days
from clearance.prepare.record.places import UNKNOWN_COUNTY
from clearance.prepare.record.quality import flags
from clearance.prepare.record.sentences import SENTENCE_COLUMNS, sentence_aggregates, sentence_part

_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"
_LAST_ORDER = 2**31 - 1
# A position in record order is one number: the order, below it 22 bits for the day, 3 for the rank.
# The bits above it are for a class.
_DAYS_BEFORE_1970 = 719_162
_RANK_BITS, _DAY_BITS, _POSITION_BITS = 3, 22, 58
# `unread_bits`: texts of the count's rows that are not read, as bits: the conviction date, the
# level, the date of an event.
UNREAD_DATE, UNREAD_LEVEL, UNREAD_EVENT = 1, 2, 4
# `later_bits`: dispositions of the count's rows that may be about another count, as bits: a change
# of a conviction, a text that is not read, a dismissal, the withdrawal of a plea; and a diversion,
# which such a withdrawal may end.
CHANGES, NOT_READ, DISMISSES, WITHDRAWS, DIVERTS = 1, 2, 4, 8, 16
# The effects of `DISMISSES`: an acquittal that follows a conviction ends it as a dismissal does.
ENDING_LATER = ("dismisses", "acquits")

# The first and the last possible day of a conviction whose record gives only the month or the year.
CONVICTED_WITHIN = ("conviction_earliest", "conviction_latest")

# The keys of a count: person, subject, cycle, step, count. The rows are sorted by them once, for
# all later aggregations and windows by count, step, cycle or person.
CYCLE = ("person_id", "subject_id", "cycle")
KEYS = (*CYCLE, "step", "count_order")


def counts(typed: DataFrame) -> DataFrame:
    """A row is a count: its dispositions in record order, its charge, its dates, its sentence.

    Args:
        typed: `events.typed_rows` with `person_id`; repeated and identical rows make one count.
    """
    events = _events(typed).repartition("person_id").sortWithinPartitions(*KEYS)
    convicted = F.col("conviction").isNotNull()
    disagree = F.col("first_text") != F.col("last_text")
    return _sum_by_count(events).select(
        *KEYS,
        *[F.col(f"naming.{name}").alias(name) for name in ("text", "source", "toc", "step_kind")],
        F.col("case_number.ofn").alias("ofn"),
        F.coalesce("first_county.county", F.lit(UNKNOWN_COUNTY)).alias("county"),
        convicted.alias("convicted"),
        F.when(~_unread(UNREAD_DATE), F.col("dated_conviction.date")).alias("conviction_date"),
        *[F.when(_gives_no_day(), F.col(name)).alias(name) for name in CONVICTED_WITHIN],
        F.when(~_unread(UNREAD_LEVEL), F.col("levelled_conviction.level")).alias("stated_level"),
        "unread_bits",
        F.when(~_unread(UNREAD_EVENT), F.col("event_date")).alias("event_date"),
        "later_bits",
        F.sort_array("dispositions").alias("dispositions"),
        *SENTENCE_COLUMNS,
        F.col("flags").bitwiseOR(flags(ROWS_DISAGREE=disagree)).alias("flags"),
        "first_birth_date",
        "last_birth_date",
    )


def _events(typed: DataFrame) -> DataFrame:
    """A row is a typed row with the columns that the counts are made of.

    `at` is its position in record order.
    """
    effect = F.col("disposition_effect")
    changes = F.coalesce(effect.isin(*MODIFYING), F.lit(False))
    convicts = effect.eqNullSafe(CONVICTS)
    with_order = typed.withColumns({"at": _record_position(effect, changes), **sentence_part()})

    def if_convicted(convicted: str, otherwise: str) -> Column:
        return F.when(convicts, F.col(convicted)).otherwise(F.col(otherwise))

    return with_order.select(
        "person_id",
        "subject_id",
        F.substring("count_order", 1, 3).alias("cycle"),
        F.substring("count_order", 1, 6).alias("step"),
        "count_order",
        "flags",
        "birth_date",
        "event_date",
        "disposition_date",
        "conviction_level",
        "county",
        "step_kind",
        "ofn",
        F.when(
            effect.isNotNull(), F.struct("at", effect.alias("effect"), "reduced_to", "under")
        ).alias("disposition"),
        _later_bits(effect).alias("later_bits"),
        convicts.alias("convicts"),
        _not_read(convicts).alias("unread_bits"),
        if_convicted("convicted_read_text", "read_text").alias("text"),
        if_convicted("convicted_read_source", "read_source").alias("source"),
        if_convicted("convicted_toc", "toc").alias("toc"),
        "at",
        *[day.alias(name) for name, day in _convicted_within(convicts).items()],
        *[column.alias(name) for name, column in sentence_aggregates().items()],
    )


def _not_read(convicts: Column) -> Column:
    """The `unread_bits` of a row."""
    event, disposition = F.col("event_date_precision"), F.col("disposition_date_precision")
    # The disposition date replaces a blank event date, not one that is not read.
    date_unread = (event == "bad") | (F.col("event_date").isNull() & (disposition == "bad"))
    level_unread = F.col("conv_stat_descr").isNotNull() & F.col("conviction_level").isNull()
    toc_unread = ~F.col("toc").isin(*TOCS) | ~F.col("convicted_toc").isin(*TOCS)
    conditions = {
        UNREAD_DATE: convicts & date_unread,
        UNREAD_LEVEL: level_unread | toc_unread,
        UNREAD_EVENT: event == "bad",
    }
    bits = (F.when(condition, bit).otherwise(0) for bit, condition in conditions.items())
    return reduce(lambda left, right: left.bitwiseOR(right), bits)


def _convicted_within(convicts: Column) -> dict[str, Column]:
    """The first and the last possible day of a convicting row that gives only a month or a year.

    The disposition date replaces an event date that gives neither.
    """
    no_day = convicts & F.coalesce("event_date", "disposition_date").isNull()
    event, disposition = (
        possible_days(F.col(f"{name}_date_text"), F.col(f"{name}_date_precision"))
        for name in ("event", "disposition")
    )
    days = zip(CONVICTED_WITHIN, event, disposition, strict=True)
    return {
        name: F.when(no_day, F.coalesce(of_event, of_disposition))
        for name, of_event, of_disposition in days
    }


def _gives_no_day() -> Column:
    """Whether no convicting row gives a day, and none a date that is not read."""
    return ~_unread(UNREAD_DATE) & F.col("dated_conviction").isNull()


def _later_bits(effect: Column) -> Column:
    """The `later_bits` of a row; a change that was denied has none."""
    changes = tuple(name for name in MODIFYING if name != "denies")
    return (
        F.when(effect == "withdraws_plea", CHANGES | WITHDRAWS)
        .when(effect.isin(*changes), CHANGES)
        .when(effect == UNREAD, NOT_READ)
        .when(effect.isin(*ENDING_LATER), DISMISSES)
        .when(effect.isin("diverts", "diverts_unlisted"), DIVERTS)
        .otherwise(0)
    )


def _unread(bit: int) -> Column:
    return F.col("unread_bits").bitwiseAND(bit) != 0


def _record_position(effect: Column, changes: Column) -> Column:
    """DISP_ORDER, then DISP_DATE, then STP_EVENT_DATE, as one number.

    Without them a change of a conviction comes last, since it presupposes the conviction. So does a
    disposition that is not read.
    """
    last = changes | effect.eqNullSafe(UNREAD)
    order = F.coalesce(
        F.expr("try_cast(disposition_order AS int)"), F.when(last, _LAST_ORDER).otherwise(-1)
    )
    undated = F.when(last, _LAST_DAY).otherwise(_FIRST_DAY).cast("date")
    on = F.coalesce("disposition_date", "event_date", undated)
    day_bits = F.shiftleft(F.unix_date(on) + _DAYS_BEFORE_1970, _RANK_BITS)
    order_bits = F.shiftleft(order.cast("bigint"), _DAY_BITS + _RANK_BITS)
    return order_bits + day_bits + record_order(effect)


def _sum_by_count(events: DataFrame) -> DataFrame:
    """A row is a count, with the sums of its rows."""
    convicts = F.col("convicts")
    date = F.coalesce("event_date", "disposition_date")
    return events.groupBy(*KEYS).agg(
        F.bit_or("flags").alias("flags"),
        F.bit_or("unread_bits").alias("unread_bits"),
        F.bit_or("later_bits").alias("later_bits"),
        F.min("event_date").alias("event_date"),
        F.min(F.when(convicts, True)).alias("conviction"),
        # Rows with different months: from the first possible day to the last.
        F.min(CONVICTED_WITHIN[0]).alias(CONVICTED_WITHIN[0]),
        F.max(CONVICTED_WITHIN[1]).alias(CONVICTED_WITHIN[1]),
        _first("dated_conviction", convicts & date.isNotNull(), date=date),
        _first(
            "levelled_conviction",
            convicts & F.col("conviction_level").isNotNull(),
            level=F.col("conviction_level"),
        ),
        F.min(_naming()).alias("naming"),
        F.min(F.when(F.col("ofn").isNotNull(), F.struct((~convicts).alias("other"), "ofn"))).alias(
            "case_number"
        ),
        F.min(_county()).alias("first_county"),
        F.min(charge_line(F.col("text"))).alias("first_text"),
        F.max(charge_line(F.col("text"))).alias("last_text"),
        # A set, since a repeated row does not count twice.
        F.collect_set("disposition").alias("dispositions"),
        F.bit_or("sentence_bits").alias("sentence_bits"),
        *[F.max(name).alias(name) for name in SENTENCE_COLUMNS[1:]],
        F.min("birth_date").alias("first_birth_date"),
        F.max("birth_date").alias("last_birth_date"),
    )


def _first(name: str, condition: Column, **value: Column) -> Column:
    """The value of the first row, in record order, for which the condition holds."""
    fields = [column.alias(field) for field, column in value.items()]
    return F.min(F.when(condition, F.struct("at", *fields))).alias(name)


def _naming() -> Column:
    """The charge of a row; the minimum is that of the count.

    First come convicting rows with a text, then other rows with a text. Among them rows with a
    comment come first: a comment may be on a single row of a count.
    """
    has_text = F.col("text").isNotNull()
    has_comment = (F.col("source") == "comment") | F.contains("text", F.lit("\n"))
    without_comment = F.when(has_comment, 0).otherwise(1)
    rank = F.when(has_text & F.col("convicts"), 0).when(has_text, 1).when(F.col("convicts"), 2)
    return F.struct(
        _class_and_position(F.coalesce(rank, F.lit(3)) * 2 + without_comment).alias("position"),
        "text",
        "source",
        F.col("toc").isNull().alias("without_toc"),
        "toc",
        "step_kind",
    )


def _county() -> Column:
    """The county of a row; the minimum is of a convicting row, else a court row, else any row."""
    rank = F.when(F.col("convicts"), 0).when(F.col("step_kind") == "court", 1).otherwise(2)
    known = F.col("county") != UNKNOWN_COUNTY
    return F.when(known, F.struct(_class_and_position(rank).alias("position"), F.col("county")))


def _class_and_position(number: Column) -> Column:
    """The class, then the position in record order, as one number."""
    return F.shiftleft(number.cast("bigint"), _POSITION_BITS) + F.col("at")
