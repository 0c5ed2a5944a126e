"""The options that several verbs have, and how a verb takes those that nearly all have.

`--store`, `--rules`, `--config`, `--json`, `--quiet` and `--debug` reach a verb as its
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

StoreAt = Annotated[
    str | None,
    typer.Option("--store", envvar="CLEARANCE_STORE", help="Folder or address of the tables."),
]
Rules = Annotated[Path | None, typer.Option("--rules", help="Another rules folder.")]
Config = Annotated[Path | None, typer.Option("--config", help="Configuration file.")]
Json = Annotated[
    bool,
    typer.Option("--json", help="One JSON document on stdout; `--json FILE.json`: in that file."),
]
JsonFile = Annotated[Path | None, typer.Option("--json-file", hidden=True)]
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
AcceptUnread = Annotated[
    bool, typer.Option("--accept-unread", help="Take it in though values cannot be read.")
]
Counties = Annotated[
    list[str] | None, typer.Option("--county", help="Only this county; repeatable.")
]
Xlsx = Annotated[bool, typer.Option("--xlsx", help="Also each packet as a workbook.")]

Verb = Callable[..., None]
# Before a verb's own options, and after them; each with its value where it is not given.
_FIRST: dict[str, tuple[Any, Any]] = {"store": (StoreAt, None), "rules": (Rules, None)}
_LAST: dict[str, tuple[Any, Any]] = {
    "config": (Config, None),
    "as_json": (Json, False),
    "json_file": (JsonFile, None),
    "quiet": (Quiet, False),
    "debug": (Debug, False),
}


def with_context(*more: Literal["store", "rules", "config"]) -> Callable[[Verb], Verb]:
    """Give a verb the common options, which it takes as its first argument, a `CommandContext`.

    Args:
        more: what the verb has besides `--json`, `--quiet` and `--debug`.
    """
    every = ("as_json", "json_file", "quiet", "debug")

    def wrapped(verb: Verb) -> Verb:
        @wraps(verb)
        def command(**given: Any) -> None:
            common = {name: given.pop(name) for name in (*more, *every)}
            del common["debug"]  # `main` asks for it, before there is a verb
            context = CommandContext(
                **{name: value for name, value in common.items() if value is not None}
            )
            check_json_file(context.json_file)
            verb(context, **given)

        _, *own = inspect.signature(verb, eval_str=True).parameters.values()
        needed = [option for option in own if option.default is option.empty]
        optional = [option for option in own if option.default is not option.empty]
        first = [_parameter(name, _FIRST) for name in _FIRST if name in more]
        last = [_parameter(name, _LAST) for name in _LAST if name in (*more, *every)]
        for_typer: Any = command
        for_typer.__signature__ = inspect.Signature([*needed, *first, *optional, *last])
        for_typer.__annotations__ = {}  # those of `verb` name a context, which is no option
        return command

    return wrapped


def with_json_file(given: list[str]) -> list[str]:
    """The arguments with the file of `--json FILE`, where one is named, as an option of its own.

    `--json` stands alone as well, with a verb's own words behind it, so that only `--json=FILE`
    and a name that ends in `.json` are taken for a file.

    Args:
        given: as on the command line.
    """
    made: list[str] = []
    words = iter(given)
    for word in words:
        if word == "--":
            return [*made, word, *words]
        if word.startswith("--json="):
            made += ["--json", f"--json-file={word.removeprefix('--json=')}"]
        elif made[-1:] == ["--json"] and word.endswith(".json") and not word.startswith("-"):
            made.append(f"--json-file={word}")
        else:
            made.append(word)
    return made


def _parameter(name: str, among: dict[str, tuple[Any, Any]]) -> inspect.Parameter:
    annotation, default = among[name]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
