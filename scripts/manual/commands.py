"""Pages on the command: verbs and their options from the command tree, exit codes, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from typer.core import TyperGroup
from typer.main import get_command

from clearance import errors
from clearance.commands.app import app
from clearance.platform.paths import PACKAGE, conf_folder
from clearance.settings import DEFAULT_CONFIG, Settings
from manual.markdown import code, plain, table

PROGRAM = "clearance"
VARIABLE = re.compile(r"""["`](CLEARANCE_[A-Z_]*[A-Z])["`=]""")
# What each environment variable is for that is neither an option nor a setting.
VARIABLES = {
    "CLEARANCE_JARS": "The folder of Delta's jars, where it is not the usual one.",
    "CLEARANCE_LOG_LEVEL": (
        "How much is logged on stderr: `debug`, `info`, `warning` (the default) or `error`. "
        "Steps, counts and codes; never a value of a row."
    ),
    "CLEARANCE_SPARK_LOG": (
        "How much Spark logs by itself: `off` (the default) or one of its levels. Its messages may "
        "hold values of rows."
    ),
    "CLEARANCE_SPARK_UI": (
        "`on`, or a port: Spark's pages are open on this machine while a command runs."
    ),
    "CLEARANCE_EVENT_LOG": "A folder that keeps what Spark did, in numbers.",
}
ENDS_WITHOUT_ERROR = {
    "EXIT_DONE": "Done.",
    "EXIT_INTERRUPTED": "Interrupted (Ctrl-C, or the end of the machine's session).",
}


def command_page() -> str:
    """Every verb with its arguments and options, as the command itself knows them."""
    group: Any = get_command(app)
    lines = [
        "# Commands",
        "",
        plain(group.help),
        "",
        "This page is made from the command tree when the site is built: it is what "
        "`clearance VERB --help` says. See also [settings](settings.md) and "
        "[exit codes](exit-codes.md).",
        "",
    ]
    verbs = list(_verbs(group, PROGRAM))
    rows = [
        (f"[`{path}`](#{_anchor(path)})", plain(_first_line(verb.help))) for path, verb in verbs
    ]
    lines += table(("Verb", "What it does"), rows)
    lines += ["Without a verb:", "", *_params(group, PROGRAM)]
    for path, verb in verbs:
        lines += _verb(path, verb)
    return "\n".join(lines)


def exit_code_page() -> str:
    """Exit codes and what each means, from the classes of errors.

    Raises:
        KeyError: an exit code of which nothing says what it means.
    """
    meanings = {
        kind.exit_code: _first_line(kind.__doc__) for kind in errors.ClearanceError.__subclasses__()
    }
    names = [name for name in vars(errors) if name.startswith("EXIT_")]
    rows = [
        (str(number), plain(ENDS_WITHOUT_ERROR.get(name) or meanings[number]))
        for name, number in sorted((name, getattr(errors, name)) for name in names)
    ]
    lines = [
        "# Exit codes",
        "",
        "The last line on stderr says what to do. A schedule may repeat a command that ended with "
        f"{errors.EXIT_STORE}, and one that ended with {errors.EXIT_CONFLICT} when the other run "
        "is over.",
        "",
        *table(("Code", "Meaning"), sorted(rows, key=lambda row: int(row[0]))),
    ]
    return "\n".join(lines)


def settings_page() -> str:
    """The settings of a configuration file, with those that the project comes with; variables.

    Raises:
        KeyError: a setting or a variable without words.
    """
    file = conf_folder() / DEFAULT_CONFIG
    set_here = yaml.safe_load(file.read_text(encoding="utf-8"))
    meanings = _attributes(Settings.__doc__ or "")
    rows = [
        (code(name), plain(meanings[name]), code(_flat(set_here[name])), code(_variable(name)))
        for name in Settings.model_fields
    ]
    used = {name for path in PACKAGE.rglob("*.py") for name in VARIABLE.findall(path.read_text())}
    by_option = {
        option.envvar
        for _, verb in _verbs(get_command(app), PROGRAM)
        for option in verb.params
        if getattr(option, "envvar", None)
    }
    others = sorted(used - by_option - {_variable(name) for name in Settings.model_fields})
    lines = [
        "# Settings and environment variables",
        "",
        "A configuration file (`--config FILE`) says what a run decides. The one that comes with "
        f"the project is `conf/{DEFAULT_CONFIG}`; its values are in the third column. Options of "
        "the command go over environment variables, and those over the file. Lists and mappings "
        "are written as JSON in a variable.",
        "",
        *table(("Setting", "What it says", f"In {DEFAULT_CONFIG}", "Variable"), rows),
        "## Other environment variables",
        "",
        *table(("Variable", "What it is for"), [(code(name), VARIABLES[name]) for name in others]),
    ]
    return "\n".join(lines)


def _verbs(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _verbs(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}", command


def _verb(path: str, verb: Any) -> Iterator[str]:
    context = verb.make_context(path, [], resilient_parsing=True)
    yield from (f"## {path}", "")
    yield from (*(plain(part) for part in (verb.help or "").split("\n")), "")
    yield from ("```text", " ".join((path, *verb.collect_usage_pieces(context))), "```", "")
    yield from _params(verb, path)
    if verb.epilog:
        yield from (*_epilog(verb.epilog), "")


def _params(command: Any, path: str) -> Iterator[str]:
    """A table of arguments and one of options, each as `--help` has them."""
    context = command.make_context(path, [], resilient_parsing=True)
    records: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for param in command.params:
        record = param.get_help_record(context)
        if record is not None:
            records[param.param_type_name].append(record)
    for kind, heading in (("argument", "Argument"), ("option", "Option")):
        rows = [(code(left), plain(right)) for left, right in records[kind]]
        if rows:
            yield from table((heading, ""), rows)


def _epilog(text: str) -> Iterator[str]:
    """The text below a verb's help; lines that begin with the program's name are examples."""
    for line in (line.strip() for line in text.split("\n")):
        if line:
            yield from ("", f"    {line}", "") if line.startswith(PROGRAM) else (plain(line),)


def _anchor(path: str) -> str:
    return path.replace(" ", "-")


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def _variable(setting: str) -> str:
    return f"CLEARANCE_{setting.upper()}"


def _flat(value: object) -> str:
    return (
        yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix("...\n").strip()
    )


def _attributes(docstring: str) -> dict[str, str]:
    """The words of each attribute under `Attributes:` of a docstring."""
    found = re.findall(r"^\s+(\w+): (.+(?:\n\s{12,}.+)*)", docstring.split("Attributes:")[1], re.M)
    return {name: " ".join(words.split()) for name, words in found}
