"""A county's option file: read once, checked against the pack that declares the options.

The file is JSON in the predecessor's form (`additionalRelief.subjectAgeThreshold`), or YAML or JSON
with the options under their own names. Every problem is reported with file and line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearance.errors import RulebookInvalid, nearest
from clearance.rulebook.language.options import (
    NotAnOption,
    OptionValue,
    PackOption,
    all_off,
    parse_option,
)
from clearance.rulebook.language.yaml_lines import Document, Where, load_yaml, read_text_file

MOST_BYTES = 100_000


@dataclass(frozen=True)
class OptionFile:
    """An option file's content, or the reason that it cannot be read.

    Attributes:
        name: the file's name in the configuration.
        document: its content; None if it cannot be read.
        problem: the reason; None if it can be read.
    """

    name: str
    document: Document | None
    problem: str | None = None

    @property
    def content(self) -> Any:
        """The file's data; None if it cannot be read."""
        return self.document.data if self.document is not None else None

    def at(self, where: Where) -> str:
        """File and line of an entry, for messages."""
        line = self.document.line(where) if self.document is not None else 1
        return f"{self.name}:{line}"


def read_option_file(path: Path, *, name: str) -> OptionFile:
    """The option file at a path; `parse_option_file` checks its content.

    Args:
        path: the file.
        name: the file's name in the configuration.
    """
    try:
        if not path.is_file():
            return OptionFile(name, None, f"{name}: there is no such option file ({path})")
        text = read_text_file(path, most=MOST_BYTES)
        if path.suffix.lower() == ".json":
            _check_json(text)
            # JSON allows tabs between words; YAML needs spaces there.
            text = text.replace("\t", " ")
        return OptionFile(name, load_yaml(path, text=text))
    except json.JSONDecodeError as error:
        return OptionFile(name, None, f"{name}:{error.lineno}: this is not JSON ({error.msg})")
    except OSError as error:  # a name that is too long
        return OptionFile(name, None, f"{name}: it cannot be read ({error.strerror})")
    except RulebookInvalid as error:
        problem = error.message.removeprefix(str(path)).removeprefix(path.name)
        return OptionFile(name, None, f"{name}{problem}")


def _check_json(text: str) -> None:
    """Refuse a text that is not JSON; numbers stay text, since they may have too many digits."""
    with suppress(RecursionError):  # the next parser names the line that nests too deep
        json.loads(text, parse_int=str, parse_float=str)


def parse_option_file(
    file: OptionFile, options: Mapping[str, PackOption]
) -> tuple[dict[str, OptionValue], list[str]]:
    """The value of every option of a pack, and the problems of the file.

    Args:
        file: the option file.
        options: the pack's declarations, by name.
    """
    if file.document is None:
        return all_off(options), [str(file.problem)]
    if file.content is not None and not isinstance(file.content, dict):
        return all_off(options), [f"{file.at(())}: an option file is `key: value` entries"]
    values, problems = all_off(options), []
    names_by_path = {tuple(option.key.split(".")): n for n, option in options.items() if option.key}
    names_by_path |= {(name,): name for name in options}
    written: dict[str, Where] = {}
    for where, value in _entries(file.content or {}, (), names_by_path):
        name = names_by_path.get(where)
        if name is None:
            problems.append(f"{file.at(where)}: {_unknown_entry(where, names_by_path)}")
        elif name in written:
            first = ".".join(map(str, written[name]))
            problems.append(f"{file.at(where)}: `{'.'.join(where)}` is set before, as `{first}`")
        else:
            written[name] = where
            try:
                values[name] = parse_option(options[name], value)
            except NotAnOption as error:
                problems.append(f"{file.at(where)}: `{'.'.join(where)}`: {error}")
    return values, problems


Places = Mapping[tuple[str, ...], str]


def _entries(
    content: Mapping[str, Any], where: tuple[str, ...], names_by_path: Places
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every entry with its path; groups of known options are replaced by their entries."""
    for key, value in content.items():
        path = (*where, str(key))
        is_group = any(
            place[: len(path)] == path and len(place) > len(path) for place in names_by_path
        )
        if is_group and isinstance(value, dict):
            yield from _entries(value, path, names_by_path)
        elif not (is_group and value is None):
            yield path, value


def _unknown_entry(where: tuple[str, ...], names_by_path: Places) -> str:
    """The problem of an entry that is not an option."""
    name = ".".join(where)
    if any(path_of_option[: len(where)] == where for path_of_option in names_by_path):
        return f"`{name}` is a group of options; write them inside it, in braces"
    prefixes = {
        path_of_option[: len(where)]
        for path_of_option in names_by_path
        if len(path_of_option) >= len(where)
    }
    near = {
        path_of_option[-1]: path_of_option
        for path_of_option in prefixes
        if path_of_option[:-1] == where[:-1]
    }
    anywhere = {path_of_option[-1]: path_of_option for path_of_option in names_by_path}
    guess = nearest(where[-1], list(near)) or nearest(where[-1], list(anywhere))
    if guess is None:
        names = ", ".join(sorted(set(names_by_path.values())))
        return f"`{name}` is not an option; options are {names}"
    return f"`{name}` is not an option; did you mean `{'.'.join({**anywhere, **near}[guess])}`?"
