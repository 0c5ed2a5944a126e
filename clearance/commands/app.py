"""Puts the verbs of the `clearance` command together."""

from __future__ import annotations

from typing import Annotated

import typer

from clearance import __version__
from clearance.commands.answers.diff import diff
from clearance.commands.answers.explain import explain
from clearance.commands.answers.export import export
from clearance.commands.answers.replay import replay
from clearance.commands.answers.sweeps import sweeps
from clearance.commands.demo import demo
from clearance.commands.doctor import doctor
from clearance.commands.maintain import maintain
from clearance.commands.options import with_json_file
from clearance.commands.rules import app as rules
from clearance.commands.run import run
from clearance.commands.steps.determine import determine
from clearance.commands.steps.feed import feed
from clearance.commands.steps.grant import grant
from clearance.commands.steps.ingest import ingest
from clearance.commands.steps.prepare import prepare
from clearance.commands.steps.publish import publish
from clearance.commands.steps.report import report
from clearance.commands.synth import synth
from clearance.errors import EXIT_INTERRUPTED, UsageError
from clearance.platform.watch.meter import begin_command

# In the order of `--help`; `rules` has its own verbs.
VERBS = (
    *(ingest, prepare, determine, publish, report, run),
    *(feed, grant),
    *(demo, synth),
    *(explain, diff, export, sweeps, replay),
    *(doctor, maintain),
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Decides which record relief California law gives, to whom, why, and from which date.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"clearance {__version__}")
        raise typer.Exit


@app.callback()
def _before_the_verb(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Options of the command itself."""


for verb in VERBS:
    app.command()(verb)
app.add_typer(rules.app, name="rules")


def run_verb(given: list[str]) -> object:
    """Run the verb that the arguments name.

    Args:
        given: the arguments.

    Returns:
        The exit code, where a verb ended with an exit code; else a value without meaning.

    Raises:
        UsageError: the arguments fit no verb.
        KeyboardInterrupt: Ctrl-C, also where typer turned it into an exit code.
    """
    command = typer.main.get_command(app)
    begin_command()
    try:
        code = command.main(
            args=with_json_file(given), prog_name="clearance", standalone_mode=False
        )
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "clearance"
        raise UsageError(message(), f"See `{path} --help`.") from error
    if code == EXIT_INTERRUPTED:
        raise KeyboardInterrupt
    return code
