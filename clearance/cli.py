"""The `clearance` command: every verb of the contract, its options, its exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from clearance.command.run import Frame, as_date, needed_date
from clearance.errors import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_STORE,
    EXIT_USAGE,
    ClearanceError,
    UsageError,
)
from clearance.log import level as log_level

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Decides which record relief California law gives, to whom, why, and from which date.",
)
rules_app = typer.Typer(no_args_is_help=True, help="The rulebook: list, check, English, cases.")
app.add_typer(rules_app, name="rules")

StoreAt = Annotated[
    str | None,
    typer.Option("--store", envvar="CLEARANCE_STORE", help="Folder or address of the tables."),
]
Config = Annotated[Path | None, typer.Option("--config", help="Configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The date to decide as of, YYYY-MM-DD.")]
Inputs = Annotated[list[str], typer.Argument(help="Research files, folders or globs.")]
Out = Annotated[Path, typer.Option("--out", help="Where to write.")]
ExtractDate = Annotated[
    str | None, typer.Option("--extract-date", help="When DOJ drew the extract.")
]
Complete = Annotated[bool, typer.Option("--complete", help="The extract is the whole state.")]
Accept = Annotated[bool, typer.Option("--accept-quarantine", help="Take it in beyond the limit.")]
Counties = Annotated[
    list[str] | None, typer.Option("--county", help="Only this county; repeatable.")
]
Xlsx = Annotated[bool, typer.Option("--xlsx", help="Also each packet as a workbook.")]
Rules = Annotated[Path | None, typer.Option("--rules", help="Another rules folder.")]


@app.command()
def ingest(
    inputs: Inputs,
    store: StoreAt = None,
    extract_date: ExtractDate = None,
    complete: Complete = False,
    accept_quarantine: Accept = False,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Take research files in as one extract: source_rows, quarantine, source_files."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    settings = frame.settings()
    place = frame.open_store(settings)
    drawn = as_date(extract_date, "--extract-date")
    _look_for(inputs)
    from clearance.clock import wall_clock
    from clearance.command.line import say_ingest
    from clearance.ingest.step import ingest as take_in

    with place.claimed(make=True), frame.session() as spark:
        result = take_in(
            spark,
            place,
            inputs=inputs,
            extract_date=drawn,
            complete=complete,
            quarantine_limit=settings.quarantine_limit,
            unpack_limit=settings.unpack_limit,
            accept_quarantine=accept_quarantine,
            clock=wall_clock,
        )
    frame.show(result, lambda console: say_ingest(result, console))


@app.command()
def prepare(
    store: StoreAt = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make history, charges and arrests of the source rows."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    place = frame.open_store(frame.settings())
    from clearance.charges.step import prepare as make
    from clearance.command.line import say_prepare

    with place.claimed(), frame.session() as spark:
        result = make(spark, place, rules=frame.rules)
    frame.show(result, lambda console: say_prepare(result, console))


@app.command()
def determine(
    store: StoreAt = None,
    as_of: AsOf = None,
    pack: Annotated[
        list[str] | None, typer.Option("--pack", help="Only this pack; repeatable.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Again, even if nothing changed.")] = False,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """One sweep: the packs in force over every unit, into determinations."""
    day = needed_date(as_of, "--as-of")
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    settings = frame.settings()
    place = frame.open_store(settings)
    from clearance.clock import wall_clock
    from clearance.command.line import say_sweep
    from clearance.rulebook.load import load_rulebook
    from clearance.sweep.assign import plan_sweep
    from clearance.sweep.step import determine as sweep

    plan_sweep(load_rulebook(frame.rules), settings, as_of=day, selected=pack or ())
    with place.claimed(), frame.session() as spark:
        result = sweep(
            spark,
            place,
            as_of=day,
            rules=frame.rules,
            settings=settings,
            clock=wall_clock,
            selected=pack or (),
            full=full,
        )
    frame.show(result, lambda console: say_sweep(result, console))


@app.command()
def publish(
    out: Out,
    store: StoreAt = None,
    county: Counties = None,
    files: Annotated[str | None, typer.Option("--files", help="all,condensed,prop64")] = None,
    xlsx: Xlsx = False,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """County packets and statistics from the latest sweep."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    place = frame.open_store(frame.settings())
    from clearance.command.line import packet_files, publish_latest, say_publish

    wanted = packet_files(files)
    with frame.session() as spark:
        result = publish_latest(
            spark, place, out=out, rules=frame.rules, counties=county, files=wanted, xlsx=xlsx
        )
    frame.show(result, lambda console: say_publish(result, console))


@app.command()
def report(
    out: Out,
    store: StoreAt = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """One self-contained HTML page about the latest sweep."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    place = frame.open_store(frame.settings())
    from clearance.report.page import write_report

    with frame.session() as spark:
        result = write_report(spark, place, out=out, rules=frame.rules)
    frame.show(result, lambda console: console.print(str(result.out)))


@app.command()
def run(
    inputs: Inputs,
    out: Out,
    store: StoreAt = None,
    as_of: AsOf = None,
    extract_date: ExtractDate = None,
    complete: Complete = False,
    accept_quarantine: Accept = False,
    county: Counties = None,
    xlsx: Xlsx = False,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """The whole line: ingest, prepare, determine, publish, report."""
    day = needed_date(as_of, "--as-of")
    drawn = as_date(extract_date, "--extract-date")
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    settings = frame.settings()
    place = frame.open_store(settings)
    _look_for(inputs)
    from clearance.command.line import whole_line
    from clearance.rulebook.load import load_rulebook
    from clearance.sweep.assign import plan_sweep

    plan_sweep(load_rulebook(frame.rules), settings, as_of=day)
    with place.claimed(make=True), frame.session() as spark:
        result = whole_line(
            spark,
            place,
            inputs=inputs,
            as_of=day,
            out=out,
            rules=frame.rules,
            settings=settings,
            extract_date=drawn,
            complete=complete,
            accept_quarantine=accept_quarantine,
            counties=county,
            xlsx=xlsx,
        )
    frame.show(result, result.say)


@app.command()
def demo(
    people: Annotated[int, typer.Option("--people", help="How many people to make up.")] = 2000,
    out: Out = Path("out/demo"),
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Made-up people through the whole line, as of a fixed day."""
    from clearance.command.demo import run_demo

    frame = Frame(store=str(out / "store"), as_json=as_json, quiet=quiet)
    result = run_demo(frame, people=people, out=out)
    frame.show(result, result.say)


@app.command()
def synth(
    people: Annotated[int, typer.Option("--people", help="How many people to make up.")],
    out: Out,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    as_of: AsOf = "2026-11-01",
    form: Annotated[str, typer.Option("--format", help="csv or delta")] = "csv",
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Made-up people in the research file's own format, with its mess."""
    day = needed_date(as_of, "--as-of")
    if form not in ("csv", "delta"):
        raise UsageError(f"`{form}` is no format.", "Write --format csv or --format delta.")
    from clearance.command.demo import synth_delta
    from clearance.synth.step import synthesize

    frame = Frame(store=str(out), as_json=as_json, quiet=quiet)
    if form == "delta":
        result = synth_delta(frame, people=people, out=out, seed=seed, as_of=day)
    else:
        result = synthesize(people=people, out=out, seed=seed, as_of=day)
    frame.show(
        result,
        lambda console: console.print(f"{result.people:,} people, {result.rows:,} rows in {out}"),
    )


@app.command()
def explain(
    subject_id: Annotated[str, typer.Argument(help="SUBJECT_ID as in the research file.")],
    store: StoreAt = None,
    sweep: Annotated[str | None, typer.Option("--sweep", help="As that sweep left it.")] = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """One person's record, each decision with rule, facts and cite, and what would change it."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    place = frame.open_store(frame.settings())
    from clearance.explain import explain as look_up

    with frame.session() as spark:
        result = look_up(spark, place, subject_id=subject_id, rules=frame.rules, sweep_id=sweep)
    frame.show(result, result.render)


@app.command()
def sweeps(
    store: StoreAt = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """The sweeps of a store, oldest first."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    place = frame.open_store(frame.settings())
    from clearance.command.views import list_sweeps, say_sweeps

    with frame.session() as spark:
        rows = list_sweeps(spark, place)
    frame.show(rows, lambda console: say_sweeps(rows, console))


@app.command()
def replay(
    sweep: Annotated[str, typer.Argument(help="A sweep's id, from `clearance sweeps`.")],
    store: StoreAt = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Decide an old sweep again from what the store kept, and compare digests."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=quiet)
    place = frame.open_store(frame.settings())
    from clearance.sweep.replay import replay as decide_again

    with frame.session() as spark:
        result = decide_again(spark, place, sweep_id=sweep, rules=frame.rules)
    if result.agrees or as_json:
        frame.show(result, lambda console: console.print(result.digest))
    result.raise_for_difference()


@app.command()
def doctor(
    store: StoreAt = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Java, Spark, Delta, memory, store and rulebook: each ok, or what to do."""
    frame = Frame(store=store, config=config, as_json=as_json, quiet=True)
    from clearance.command.views import diagnose, say_checks

    checks = diagnose(frame)
    frame.show(checks, lambda console: say_checks(checks, console))
    if not all(check["ok"] for check in checks):
        raise typer.Exit(EXIT_STORE)


@rules_app.command("list")
def rules_list(
    rules: Rules = None, as_json: Json = False, quiet: Quiet = False, debug: Debug = False
) -> None:
    """Every pack and version."""
    from clearance.command.rulebook import list_packs, say_packs

    rows = list_packs(_rules_frame(rules).rules)
    Frame(as_json=as_json, quiet=quiet).show(rows, lambda console: say_packs(rows, console))


@rules_app.command("check")
def rules_check(
    rules: Rules = None,
    overlaps: Annotated[
        bool, typer.Option("--overlaps", help="Note where two rules hold and decide differently.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Read the whole rulebook and name all that does not hold together, each with a unit."""
    from clearance.command.check import check_rules, say_audit

    result = check_rules(_rules_frame(rules).rules, overlaps=overlaps or as_json)
    Frame(as_json=as_json, quiet=quiet).show(result, lambda console: say_audit(result, console))
    result.raise_for_problems()


@rules_app.command("show")
def rules_show(
    pack: Annotated[str, typer.Argument(help="`pack` or `pack@version`.")],
    rules: Rules = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """A pack in English."""
    from clearance.command.rulebook import show_pack

    frame = _rules_frame(rules)
    text = show_pack(frame.rules, Frame(config=config).settings(), pack)
    Frame(as_json=as_json).show(
        {"pack": pack, "english": text}, lambda console: console.print(text, markup=False)
    )


@rules_app.command("test")
def rules_test(
    rules: Rules = None, as_json: Json = False, quiet: Quiet = False, debug: Debug = False
) -> None:
    """Run every pack's cases, through plain Python and through Spark."""
    from clearance.command.rulebook import run_cases, say_cases

    frame = Frame(as_json=as_json, quiet=quiet, rules=_rules_frame(rules).rules)
    result = run_cases(frame)
    frame.show(result, lambda console: say_cases(result, console))
    result.raise_for_failures()


def _rules_frame(rules: Path | None) -> Frame:
    return Frame(rules=rules) if rules is not None else Frame()


def _look_for(inputs: list[str]) -> None:
    """Name a missing input before Spark starts."""
    from clearance.ingest.files import local_files

    local_files(inputs)


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with its code; the last line on stderr says what to do."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    if debug:
        os.environ.setdefault("CLEARANCE_SPARK_LOG", "warn")
    sys.exit(_code(given, debug=debug))


def _show_trace(error: Exception) -> None:
    from clearance.command.trace import trace_lines

    for line in trace_lines(error):
        print(line, file=sys.stderr)


def _code(given: list[str], *, debug: bool) -> int:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        log_level()
        command = typer.main.get_command(app)
        code = command.main(args=given, prog_name="clearance", standalone_mode=False)
        return code if isinstance(code, int) else EXIT_DONE
    except ClearanceError as error:
        if debug:
            _show_trace(error)
        console.print(error.message, markup=False)
        console.print(error.remedy, markup=False)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        console.print("Interrupted. Nothing is half written: run the same command again.")
        return EXIT_INTERRUPTED
    except typer.TyperException as error:
        tell = getattr(error, "format_message", error.__str__)
        console.print(tell(), markup=False)
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "clearance"
        console.print(f"See `{path} --help`.", markup=False)
        return EXIT_USAGE
    except Exception as error:
        if debug:
            _show_trace(error)
        console.print(f"Something failed that was not foreseen ({type(error).__name__}).")
        console.print("Run it again with --debug for the cause; running it again is safe.")
        return EXIT_STORE


if __name__ == "__main__":
    main()
