"""The options that several verbs have, and a decorator for those that nearly all verbs have.

The decorator passes `--store`, `--rules`, `--config`, `--json` and `--quiet` to a verb as a
`CommandContext`:

    @with_context("store", "config")
    def sweeps(context: CommandContext) -> None: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from clearance.commands.context import CommandContext
from clearance.commands.output import check_json_file

_STORE = "Folder or address of the tables"
StoreAt = Annotated[
    str | None,
    typer.Option("--store", envvar="CLEARANCE_STORE", help=f"{_STORE}; required."),
]
AnyStore = Annotated[
    str | None, typer.Option("--store", envvar="CLEARANCE_STORE", help=f"{_STORE}.")
]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", help="Rules folder; without it, the one that is installed."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file; without it, conf/california.yaml."),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="One JSON document on stdout; `--json FILE.json`: in that file."),
]
JsonFile = Annotated[Path | None, typer.Option("--json-file", hidden=True)]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]

AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The date to decide as of, YYYY-MM-DD; required.")
]
Inputs = Annotated[list[str], typer.Argument(help="Research files, folders or globs.")]
Out = Annotated[Path, typer.Option("--out", help="Where to write.")]
ExtractDate = Annotated[
    str | None, typer.Option("--extract-date", help="When DOJ drew the extract, YYYY-MM-DD.")
]
Complete = Annotated[bool, typer.Option("--complete", help="The extract is the whole state.")]
Accept = Annotated[
    bool, typer.Option("--accept-quarantine", help="Accept more quarantined rows than the limit.")
]
AcceptUnread = Annotated[
    bool, typer.Option("--accept-unread", help="Accept more unreadable values than the limit.")
]
Counties = Annotated[
    list[str] | None,
    typer.Option("--county", help="Only this county; repeatable. Without it, all."),
]
Xlsx = Annotated[bool, typer.Option("--xlsx", help="Also each packet as a workbook.")]

Verb = Callable[..., None]
# The common options before a verb's own options, and those after; each with its default.
_FIRST: dict[str, tuple[Any, Any]] = {"store": (StoreAt, None), "rules": (Rules, None)}
_LAST: dict[str, tuple[Any, Any]] = {
    "config": (Config, None),
    "as_json": (Json, False),
    "json_file": (JsonFile, None),
    "quiet": (Quiet, False),
    "debug": (Debug, False),
}


def with_context(
    *more: Literal["store", "rules", "config"], store_needed: bool = True
) -> Callable[[Verb], Verb]:
    """Decorate a verb: it gets the common options as a `CommandContext`, its first argument.

    Args:
        more: the common options that the verb has besides `--json`, `--quiet` and `--debug`.
        store_needed: whether `--help` calls the store required.
    """
    every = ("as_json", "json_file", "quiet", "debug")
    first_options = _FIRST if store_needed else {**_FIRST, "store": (AnyStore, None)}

    def decorate(verb: Verb) -> Verb:
        @wraps(verb)
        def command(**given: Any) -> None:
            common = {name: given.pop(name) for name in (*more, *every)}
            del common["debug"]  # `main` reads it before a verb runs
            context = CommandContext(
                **{name: value for name, value in common.items() if value is not None}
            )
            check_json_file(context.json_file)
            verb(context, **given)

        _, *own = inspect.signature(verb, eval_str=True).parameters.values()
        needed = [option for option in own if option.default is option.empty]
        optional = [option for option in own if option.default is not option.empty]
        first = [_parameter(name, first_options) for name in _FIRST if name in more]
        last = [_parameter(name, _LAST) for name in _LAST if name in (*more, *every)]
        for_typer: Any = command
        for_typer.__signature__ = inspect.Signature([*needed, *first, *optional, *last])
        for_typer.__annotations__ = {}  # those of `verb` include the context, which is no option
        return command

    return decorate


def with_json_file(given: list[str]) -> list[str]:
    """The arguments with `--json FILE` as `--json --json-file=FILE`.

    `--json` is also valid without a file, followed by an argument of the verb. So only
    `--json=FILE` and a name that ends in `.json` are taken for a file.

    Args:
        given: the arguments of the command line.
    """
    arguments: list[str] = []
    words = iter(given)
    for word in words:
        if word == "--":
            return [*arguments, word, *words]
        if word.startswith("--json="):
            arguments += ["--json", f"--json-file={word.removeprefix('--json=')}"]
        elif arguments[-1:] == ["--json"] and word.endswith(".json") and not word.startswith("-"):
            arguments.append(f"--json-file={word}")
        else:
            arguments.append(word)
    return arguments


def _parameter(name: str, options: dict[str, tuple[Any, Any]]) -> inspect.Parameter:
    annotation, default = options[name]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
