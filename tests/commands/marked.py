"""The whole line in a process of its own, over rows that carry a marker in every personal field.

Run by `test_personal_data.py` as `python -m tests.commands.marked FOLDER`, with everything that
could write a value down turned up: the log at debug, Spark's at info, event log on, plans in full.
Prints a line `>>> NAME CODE` a command on stdout.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from pyspark.sql import SparkSession

from clearance.ingest.layout import FIELDS
from clearance.personal import IDENTIFYING

AS_OF = "2026-11-01"
BORN = "19610317"


def marker(field: str, row: str) -> str:
    """A value that stands in one field of one kind of row and nowhere else."""
    return f"ZQ{FIELDS.index(field):02}{row}QZ"


def marked_row(row: str, **fields: str) -> str:
    """A line with the row's marker in every identifying field; other fields as given."""
    usual = {
        "SUBJECT_ID": f"9{sum(map(ord, row)):05}",
        "CNT_ORDER": "101001001000",
        "CYC_DATE": "20010203",
        "STP_EVENT_DATE": "20010203",
        "STP_TYPE_DESCR": "COURT ACTION",
        "STP_ORI_CNTY_NAME": "YOLO",
        "OFFENSE_DESCR": "11358 HS-CULTIVATE CANNABIS",
        "OFFENSE_TOC": "F",
        "DISP_DESCR": "CONVICTED-JAIL",
        "CONV_STAT_DESCR": "FELONY",
        "SENT_LOC_DESCR": "JAIL",
        "SENT_LENGTH": "006",
        "SENT_TIME_CODE": "M",
    }
    given = usual | {name: marker(name, row) for name in IDENTIFYING} | fields
    return ",".join(given.get(name, "") for name in FIELDS)


ACCEPTED = {
    # Not beside a row that is lost, which would make its record incomplete: it gets relief.
    "ARST": marked_row("ARST", STP_TYPE_DESCR="ARREST/DETAINED/CITED", DISP_DESCR=""),
    "KEPT": marked_row("KEPT"),
    "BORN": marked_row("BORN", PRI_DOB=BORN, REQ_DOB=BORN),
    "NOTE": marked_row("NOTE", OFFENSE_DESCR="SEE COMMENT FOR CHARGE"),
    "CITE": marked_row(
        "CITE", OFFENSE_DESCR="", COMMENT_TEXT=f"11357(C) HS {marker('COMMENT_TEXT', 'CITE')}"
    ),
    "DATE": marked_row("DATE", STP_EVENT_DATE="2001-02-30", CYC_DATE="x", SENT_LENGTH="many"),
    "LATN": marked_row("LATN", PRI_NAME=f"Ñ{marker('PRI_NAME', 'LATN')}"),
    "QUOT": marked_row("QUOT", PRI_NAME=f'"{marker("PRI_NAME", "QUOT")}, ""JAN"""'),
}
SET_ASIDE = {
    "MORE": marked_row("MORE") + ",x",
    "LESS": marked_row("LESS").rsplit(",", 1)[0],
    "OPEN": marked_row("OPEN", PRI_NAME=f'"{marker("PRI_NAME", "OPEN")}'),
    "CTRL": marked_row("CTRL", COMMENT_TEXT=f"\x07{marker('COMMENT_TEXT', 'CTRL')}"),
    "NOID": marked_row("NOID", SUBJECT_ID=""),
    "NOCO": marked_row("NOCO", CNT_ORDER=""),
    "BADC": marked_row("BADC", CNT_ORDER="1.01E+11"),
    "LONG": marked_row("LONG") + "," * 250_000,
}


# The plans of these are of the kinds of any other's: of convictions, of arrests, of a county.
CONFIG = """
packs: [pc1203_425, pc851_93]
county_policies: {default: {policy: prop64_statute}}
"""


def write_inputs(folder: Path) -> None:
    """The research files: a good one, a newer one for some people, one that is refused."""
    folder.mkdir()
    (folder / "packs.yaml").write_text(CONFIG)
    rows = [*ACCEPTED.values(), *SET_ASIDE.values()]
    encoded = [row.encode("latin-1" if "Ñ" in row else "utf-8") for row in rows]
    (folder / "first.csv").write_bytes(b"\n".join([*encoded, b""]))
    again = [ACCEPTED["KEPT"], marked_row("NEXT"), ACCEPTED["KEPT"]]
    (folder / "second.csv").write_text("\n".join([*again, ""]))
    write_reviews(folder)
    (folder / "refused.csv").write_text("\n".join([SET_ASIDE["MORE"] + "2", SET_ASIDE["OPEN"], ""]))


REVIEWED = {name: f"ZQ99{name}QZ" for name in ("BASE", "NOTE")}


def write_reviews(folder: Path) -> None:
    """A feed of reviews with markers in what a reviewer wrote, and one whose cells have slipped."""
    header = "unit_id,pack,content_hash,outcome,relief,decided_by,decided_on,basis,note"
    review = f"1-101001,p,{0:064},NOT_ELIGIBLE,,DA,2026-10-01,{REVIEWED['BASE']},{REVIEWED['NOTE']}"
    (folder / "reviews.csv").write_text(f"{header}\n{review}\n")
    slipped = ",".join([REVIEWED["NOTE"]] * 9)
    (folder / "slipped.csv").write_text(f"{header}\n{slipped}\n")


SWEEP = "the first sweep's id"


def commands(folder: Path) -> list[tuple[str, list[str]]]:
    """Every command to run, failing ones too, by name; a new verb has its place here."""
    inputs = folder / "input"
    into = ["--store", str(folder / "store"), "--config", str(inputs / "packs.yaml")]
    (folder / "file").write_text("no folder")
    kept = f"9{sum(map(ord, 'KEPT')):05}"
    # Marks stand where dates should.
    accepted = ["--accept-quarantine", "--accept-unread"]
    first = [str(inputs / "first.csv"), *accepted, "--extract-date", "2026-10-01"]
    return [
        (
            "run",
            ["run", *first, "--as-of", AS_OF, "--out", str(folder / "out"), *into],
        ),
        ("refused", ["ingest", str(inputs / "refused.csv"), *into]),
        ("merge", ["ingest", str(inputs / "second.csv"), "--accept-unread", *into]),
        ("prepare", ["prepare", *into]),
        ("determine", ["determine", "--as-of", "2026-11-02", *into]),
        ("explain", ["explain", kept, *into]),
        ("sweeps", ["sweeps", *into, "--json"]),
        ("replay", ["replay", SWEEP, *into, "--json"]),
        ("grant", ["grant", SWEEP, *into]),
        ("publish", ["publish", "--out", str(folder / "again"), *into]),
        ("report", ["report", "--out", str(folder / "again" / "report.html"), *into]),
        ("export", ["export", "--out", str(folder / "again" / "decided.csv"), *into]),
        ("diff", ["diff", "--out", str(folder / "again" / "changes.html"), *into]),
        (
            "page",
            ["explain", kept, "--all", "--html", str(folder / "again" / "person.html"), *into],
        ),
        ("feed", ["feed", "reviews", str(inputs / "reviews.csv"), *into]),
        ("slipped", ["feed", "reviews", str(inputs / "slipped.csv"), *into]),
        ("maintain", ["maintain", *into]),
        ("doctor", ["doctor", *into]),
        ("unwritable", ["ingest", *first, "--store", str(folder / "file" / "store")]),
    ]


def first_sweep(spark: SparkSession, folder: Path) -> str:
    """The id of the first sweep of the store."""
    from clearance.platform.store.store import Store

    sweeps = Store(str(folder / "store")).read(spark, "sweeps")
    first = sweeps.orderBy("determinations_version").first()
    assert first is not None
    return str(first.sweep_id)


def check_violation(spark: SparkSession, folder: Path) -> int:
    """The exit code of a write that a CHECK constraint refuses, told as a command would."""
    from pyspark.sql import functions as F

    from clearance.commands.trace import trace_lines
    from clearance.errors import ClearanceError
    from clearance.platform.store.store import Store

    store = Store(str(folder / "store"))
    rows = store.read(spark, "quarantine").withColumn("code", F.lit("NO_SUCH_CODE"))
    try:
        store.append(rows, "quarantine")
    except ClearanceError as error:
        print(*trace_lines(error), error.message, error.remedy, sep="\n", file=sys.stderr)
        return error.exit_code
    return 0


def broken_table(folder: Path, command: Callable[[list[str]], int]) -> int:
    """The exit code of publish over a copy of the store whose files are damaged in the middle."""
    copy = folder / "broken"
    shutil.copytree(folder / "store", copy)
    for path in (copy / "source_rows").glob("*.parquet"):
        data = bytearray(path.read_bytes())
        data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
        path.write_bytes(bytes(data))
    code = command(["publish", "--out", str(folder / "broken_out"), "--store", str(copy)])
    shutil.rmtree(copy)
    return code


def main(folder: Path) -> None:
    """Run it all in one session, under the usual mask of a login shell."""
    os.umask(0o022)
    from clearance.cli import exit_code
    from clearance.platform.spark.session import build_session

    write_inputs(folder / "input")
    (folder / "events").mkdir()
    spark = build_session(
        cores=2,
        small=True,
        extra={
            "spark.eventLog.enabled": "true",
            "spark.eventLog.compress": "false",
            "spark.eventLog.dir": (folder / "events").as_uri(),
            "spark.sql.ui.explainMode": "extended",
            "spark.local.dir": str(folder / "tmp"),
            "spark.sql.shuffle.partitions": "2",
        },
    )

    def command(arguments: list[str]) -> int:
        return exit_code([*arguments, "--debug"], debug=True)

    names = {}
    for name, arguments in commands(folder):
        print(f">>> {name} {command([names.get(word, word) for word in arguments])}", flush=True)
        names = names or {SWEEP: first_sweep(spark, folder)}
    print(f">>> check {check_violation(spark, folder)}", flush=True)
    print(f">>> broken {broken_table(folder, command)}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
