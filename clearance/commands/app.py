"""The verbs of the `clearance` command, put together."""

from __future__ import annotations

import typer

from clearance.commands import maintain, synth
from clearance.commands.answers import explain
from clearance.commands.options import with_json_file
from clearance.commands.rules import app as rules
from clearance.commands.steps import feed, grant, ingest
from clearance.errors import EXIT_INTERRUPTED, UsageError
from clearance.platform.watch.meter import begin_command

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Decides which record relief California law gives, to whom, why, and from which date.",
)
for verbs in (ingest, feed, grant, synth, explain, maintain):
    app.add_typer(verbs.app)
app.add_typer(rules.app, name="rules")


def run_verb(given: list[str]) -> object:
    """Run the verb that the arguments name.

    Args:
        given: the arguments.

    Returns:
        The exit code, where a verb ended with one; else nothing that means anything.

    Raises:
        UsageError: the arguments fit no verb.
        KeyboardInterrupt: Ctrl-C, also where typer made an exit code of it.
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
        tell = getattr(error, "format_message", error.__str__)
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "clearance"
        raise UsageError(tell(), f"See `{path} --help`.") from error
    if code == EXIT_INTERRUPTED:
        raise KeyboardInterrupt
    return code
