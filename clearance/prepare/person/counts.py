"""Counts: the rows of one (person, count) added up, after the one shuffle.

Everything after this module works inside the partitions made here. Only dispositions are kept one
by one; all else adds up by minimum, maximum or bitwise or, so that the order of rows and repeated
rows cannot matter.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clearance.prepare.record.dispositions import CONVICTS, UNREAD, record_order
from clearance.prepare.record.events import TOCS
from clearance.prepare.record.fields import charge_line, possible_days
from clearance.prepare.record.places import UNKNOWN_COUNTY
from clearance.prepare.record.quality import flags
from clearance.prepare.record.rules import MODIFYING
from clearance.prepare.record.sentences import SENTENCE_COLUMNS, sentence_aggregates, sentence_part

_LONG_AGO, _AT_LAST = "0001-01-01", "9999-12-31"
_LAST = 2**31 - 1
# A place in record order is one number: the order, 22 bits for the day and 3 for the rank below it.
# A class above it takes the bits that are left.
_DAYS_BEFORE_1970 = 719_162
_RANK_BITS, _DAY_BITS, _PLACE_BITS = 3, 22, 58
# What a count's rows give as text that is not read: the date of its conviction, its level, the date
# of an event.
UNREAD_DATE, UNREAD_LEVEL, UNREAD_EVENT = 1, 2, 4
# What they may say of another count: a change, text that is not read, a dismissal, the withdrawal
# of a plea; and a diversion, which that ends.
CHANGES, NOT_READ, DISMISSES, WITHDRAWS, DIVERTS = 1, 2, 4, 8, 16

# Between these lies the day of a conviction of which the record gives the month or the year.
CONVICTED_WITHIN = ("conviction_earliest", "conviction_latest")

# A count, below the person, the subject, the cycle and the step that it stands in. The rows are
# sorted so once, and stay so for everything that is asked of a count, a step, a cycle or a person.
CYCLE = ("person_id", "subject_id", "cycle")
KEYS = (*CYCLE, "step", "count_order")


def counts(typed: DataFrame) -> DataFrame:
    """A row is a count: its dispositions in record order, its charge, its dates, its sentence.

    Args:
        typed: `history.typed_rows` with `person_id`; repeated and identical rows make one count.
    """
    gathered = _events(typed).repartition("person_id").sortWithinPartitions(*KEYS)
    added = _sum_by_count(gathered)
    convicted = F.col("conviction").isNotNull()
    disagree = F.col("first_text") != F.col("last_text")
    return added.select(
        *KEYS,
        *[F.col(f"naming.{name}").alias(name) for name in ("text", "source", "toc", "step_kind")],
        F.col("case_number.ofn").alias("ofn"),
        F.coalesce("place.county", F.lit(UNKNOWN_COUNTY)).alias("county"),
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
    """A row is a typed row, cut down to what the counts need.

    `at` is its place in record order.
    """
    effect = F.col("disposition_effect")
    changes = F.coalesce(effect.isin(*MODIFYING), F.lit(False))
    convicts = effect.eqNullSafe(CONVICTS)
    placed = typed.withColumns({"at": _place_in_order(effect, changes), **sentence_part()})

    def of(convicted: str, otherwise: str) -> Column:
        return F.when(convicts, F.col(convicted)).otherwise(F.col(otherwise))

    return placed.select(
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
        of("convicted_read_text", "read_text").alias("text"),
        of("convicted_read_source", "read_source").alias("source"),
        of("convicted_toc", "toc").alias("toc"),
        "at",
        *[day.alias(name) for name, day in _convicted_within(convicts).items()],
        *[mark.alias(name) for name, mark in sentence_aggregates().items()],
    )


def _not_read(convicts: Column) -> Column:
    """What a row gives as text that is not read, as bits."""
    event, disposition = F.col("event_date_precision"), F.col("disposition_date_precision")
    # The disposition date stands in for a blank event date, not for one that is not read.
    no_date = (event == "bad") | (F.col("event_date").isNull() & (disposition == "bad"))
    stated = F.col("conv_stat_descr").isNotNull() & F.col("conviction_level").isNull()
    toc = ~F.col("toc").isin(*TOCS) | ~F.col("convicted_toc").isin(*TOCS)
    found = {
        UNREAD_DATE: convicts & no_date,
        UNREAD_LEVEL: stated | toc,
        UNREAD_EVENT: event == "bad",
    }
    bits = (F.when(condition, bit).otherwise(0) for bit, condition in found.items())
    return reduce(lambda left, right: left.bitwiseOR(right), bits)


def _convicted_within(convicts: Column) -> dict[str, Column]:
    """The first and the last possible day of a convicting row that gives a month or a year only.

    The disposition date stands in for an event date that gives neither.
    """
    no_day = convicts & F.coalesce("event_date", "disposition_date").isNull()
    event, disposition = (
        possible_days(F.col(f"{name}_date_text"), F.col(f"{name}_date_precision"))
        for name in ("event", "disposition")
    )
    pairs = zip(CONVICTED_WITHIN, event, disposition, strict=True)
    return {name: F.when(no_day, F.coalesce(own, other)) for name, own, other in pairs}


def _gives_no_day() -> Column:
    """Whether no convicting row gives a day, and none a date that is not read."""
    return ~_unread(UNREAD_DATE) & F.col("dated_conviction").isNull()


def _later_bits(effect: Column) -> Column:
    """What a row may say of another count, as bits; what was denied says nothing."""
    changes = tuple(one for one in MODIFYING if one != "denies")
    return (
        F.when(effect == "withdraws_plea", CHANGES | WITHDRAWS)
        .when(effect.isin(*changes), CHANGES)
        .when(effect == UNREAD, NOT_READ)
        .when(effect == "dismisses", DISMISSES)
        .when(effect.isin("diverts", "diverts_unlisted"), DIVERTS)
        .otherwise(0)
    )


def _unread(bit: int) -> Column:
    return F.col("unread_bits").bitwiseAND(bit) != 0


def _place_in_order(effect: Column, changes: Column) -> Column:
    """DISP_ORDER, then DISP_DATE, then STP_EVENT_DATE, as one number.

    Without them a change of a conviction comes after everything, since it presupposes the
    conviction, and so does what is not read.
    """
    later = changes | effect.eqNullSafe(UNREAD)
    order = F.coalesce(
        F.expr("try_cast(disposition_order AS int)"), F.when(later, _LAST).otherwise(-1)
    )
    undated = F.when(later, _AT_LAST).otherwise(_LONG_AGO).cast("date")
    on = F.coalesce("disposition_date", "event_date", undated)
    day = F.shiftleft(F.unix_date(on) + _DAYS_BEFORE_1970, _RANK_BITS)
    above = F.shiftleft(order.cast("bigint"), _DAY_BITS + _RANK_BITS)
    return above + day + record_order(effect)


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
        # Rows that give different months leave every day from the first to the last possible.
        *[of(name).alias(name) for of, name in zip((F.min, F.max), CONVICTED_WITHIN, strict=True)],
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
        F.min(_place()).alias("place"),
        F.min(charge_line(F.col("text"))).alias("first_text"),
        F.max(charge_line(F.col("text"))).alias("last_text"),
        # A row given twice says nothing more.
        F.collect_set("disposition").alias("dispositions"),
        F.bit_or("sentence_bits").alias("sentence_bits"),
        *[F.max(mark).alias(mark) for mark in SENTENCE_COLUMNS[1:]],
        F.min("birth_date").alias("first_birth_date"),
        F.max("birth_date").alias("last_birth_date"),
    )


def _first(name: str, condition: Column, **value: Column) -> Column:
    """The value of the first row, in record order, for which the condition holds."""
    fields = [column.alias(field) for field, column in value.items()]
    return F.min(F.when(condition, F.struct("at", *fields))).alias(name)


def _naming() -> Column:
    """What names the count's charge: the first convicting row with a text, else any with one.

    Among them first one that a comment completes: the comment may stand on one row of several.
    """
    named = F.col("text").isNotNull()
    completed = (F.col("source") == "comment") | F.contains("text", F.lit("\n"))
    uncompleted = F.when(completed, 0).otherwise(1)
    rank = F.when(named & F.col("convicts"), 0).when(named, 1).when(F.col("convicts"), 2)
    return F.struct(
        _class_and_place(F.coalesce(rank, F.lit(3)) * 2 + uncompleted).alias("place"),
        "text",
        "source",
        F.col("toc").isNull().alias("without_toc"),
        "toc",
        "step_kind",
    )


def _place() -> Column:
    """The county of the convicting row, else one that a court row names, else any row."""
    rank = F.when(F.col("convicts"), 0).when(F.col("step_kind") == "court", 1).otherwise(2)
    known = F.col("county") != UNKNOWN_COUNTY
    return F.when(known, F.struct(_class_and_place(rank).alias("place"), F.col("county")))


def _class_and_place(number: Column) -> Column:
    """The class, then the place in record order, as one number."""
    return F.shiftleft(number.cast("bigint"), _PLACE_BITS) + F.col("at")
