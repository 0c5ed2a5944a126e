"""A county's option file: read once, checked against the pack it is for.

JSON as the predecessor wrote it (`additionalRelief.subjectAgeThreshold`), or YAML or JSON with the
options under their own names. Every problem is told, each with file and line.
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
    settled,
)
from clearance.rulebook.language.yaml_lines import Document, Where, file_text, load_yaml

MOST_BYTES = 100_000


@dataclass(frozen=True)
class OptionFile:
    """An option file as it was read.

    Attributes:
        name: as the configuration names it.
        document: its content; None where it could not be read.
        problem: why not.
    """

    name: str
    document: Document | None
    problem: str | None = None

    @property
    def content(self) -> Any:
        """What the file says; None where it could not be read."""
        return self.document.data if self.document is not None else None

    def at(self, where: Where) -> str:
        """File and line of an entry, for messages."""
        line = self.document.line(where) if self.document is not None else 1
        return f"{self.name}:{line}"


def read_option_file(path: Path, *, name: str) -> OptionFile:
    """The file's content, or why it cannot be read; it is checked by `options_of`.

    Args:
        path: where it lies.
        name: as the configuration names it.
    """
    try:
        if not path.is_file():
            return OptionFile(name, None, f"{name}: there is no such option file ({path})")
        text = file_text(path, most=MOST_BYTES)
        if path.suffix.lower() == ".json":
            _check_json(text)
            # In JSON a tab stands between words only; YAML wants spaces there.
            text = text.replace("\t", " ")
        return OptionFile(name, load_yaml(path, text=text))
    except json.JSONDecodeError as error:
        return OptionFile(name, None, f"{name}:{error.lineno}: this is not JSON ({error.msg})")
    except OSError as error:  # a name that is too long
        return OptionFile(name, None, f"{name}: it cannot be read ({error.strerror})")
    except RulebookInvalid as error:
        said = error.message.removeprefix(str(path)).removeprefix(path.name)
        return OptionFile(name, None, f"{name}{said}")


def _check_json(text: str) -> None:
    """Refuse what is not JSON; digits are not made numbers yet, since there may be too many."""
    with suppress(RecursionError):  # the next reader says where it nests too deep
        json.loads(text, parse_int=str, parse_float=str)


def options_of(
    file: OptionFile, options: Mapping[str, PackOption]
) -> tuple[dict[str, OptionValue], list[str]]:
    """The value of every option of a pack, and all that is wrong with the file.

    Args:
        file: as it was read.
        options: as the pack declares them.
    """
    if file.document is None:
        return all_off(options), [str(file.problem)]
    if file.content is not None and not isinstance(file.content, dict):
        return all_off(options), [f"{file.at(())}: an option file is `key: value` entries"]
    values, problems = all_off(options), []
    places = {tuple(option.key.split(".")): n for n, option in options.items() if option.key}
    places |= {(name,): name for name in options}
    written: dict[str, Where] = {}
    for where, value in _entries(file.content or {}, (), places):
        name = places.get(where)
        if name is None:
            problems.append(f"{file.at(where)}: {_strange(where, places)}")
        elif name in written:
            first = ".".join(map(str, written[name]))
            problems.append(f"{file.at(where)}: `{'.'.join(where)}` is set before, as `{first}`")
        else:
            written[name] = where
            try:
                values[name] = settled(options[name], value)
            except NotAnOption as error:
                problems.append(f"{file.at(where)}: `{'.'.join(where)}`: {error}")
    return values, problems


Places = Mapping[tuple[str, ...], str]


def _entries(
    content: Mapping[str, Any], where: tuple[str, ...], places: Places
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every entry with its path; groups of known options are opened."""
    for key, value in content.items():
        path = (*where, str(key))
        is_group = any(place[: len(path)] == path and len(place) > len(path) for place in places)
        if is_group and isinstance(value, dict):
            yield from _entries(value, path, places)
        elif not (is_group and value is None):
            yield path, value


def _strange(where: tuple[str, ...], places: Places) -> str:
    """What to say of an entry that is no option."""
    name = ".".join(where)
    if any(place[: len(where)] == where for place in places):
        return f"`{name}` is a group of options; write them inside it, in braces"
    beside = {place[: len(where)] for place in places if len(place) >= len(where)}
    near = {place[-1]: place for place in beside if place[:-1] == where[:-1]}
    anywhere = {place[-1]: place for place in places}
    guess = nearest(where[-1], list(near)) or nearest(where[-1], list(anywhere))
    if guess is None:
        return f"`{name}` is no option; options are {', '.join(sorted(set(places.values())))}"
    return f"`{name}` is no option; did you mean `{'.'.join({**anywhere, **near}[guess])}`?"
