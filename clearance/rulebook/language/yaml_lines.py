"""YAML as data with the line of every entry, so that errors can name the line.

Only safe tags are read; duplicate keys and aliases are refused. So each rule or setting is written
once, and no file can exhaust memory or nest too deep. Words stay words: `on` is not a boolean, and
010, 0x1F, 1_000 and 1:00 are not numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.reader import ReaderError

from clearance.errors import RulebookInvalid

Where = tuple[str | int, ...]

MOST_BYTES = 1_000_000
DEEPEST = 32
_TEXT = "tag:yaml.org,2002:str"
_ODD_NUMBER = re.compile(r"[-+]?0[\dxob]|.*[_:]")


@dataclass(frozen=True)
class Document:
    """A YAML file's content and the line of each entry.

    Attributes:
        path: the file.
        data: plain Python values.
        lines: line number by path of keys and indexes from the root.
        text: the file's text.
    """

    path: Path
    data: Any
    lines: dict[Where, int]
    text: str

    def line(self, where: Sequence[str | int]) -> int:
        """The line of the entry, or of the nearest enclosing one."""
        path = tuple(where)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def without_comments(content: bytes) -> bytes:
    """The keys and values of a YAML file as bytes to hash: comments and layout change nothing.

    Args:
        content: the file; returned unchanged if it is not YAML.
    """
    try:
        events = [
            (type(event).__name__, getattr(event, "value", None), getattr(event, "style", None))
            for event in yaml.parse(content, Loader=yaml.CSafeLoader)
        ]
    except (yaml.YAMLError, UnicodeError):
        return content
    return repr(events).encode()


class _Problem(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class _Bounded(Composer):
    """A composer that refuses aliases and deep nesting before it builds them."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[attr-defined]  # of the parser beside it
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise _Problem(line, "aliases (`*name`) are not used here: write the value out")
        if self.depth == DEEPEST:
            raise _Problem(line, f"nested more than {DEEPEST} deep")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Loader(_Bounded, yaml.SafeLoader):
    """PyYAML's Python parser: its messages are plainer, and it reads JSON's surrogate escapes."""


class _FastLoader(_Bounded, yaml.CSafeLoader):
    """The parser of libyaml: five times as fast."""

    def __init__(self, stream: str) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)


def _compose(content: str) -> yaml.Node | None:
    """The tree of a text, by the fast parser or, if that refuses it, by the other."""
    try:
        return _FastLoader(content).get_single_node()
    except (yaml.YAMLError, UnicodeError, ValueError):
        return yaml.compose(content, Loader=_Loader)


def read_text_file(path: Path, *, most: int = MOST_BYTES) -> str:
    """The text of a UTF-8 file, with or without a byte order mark.

    Args:
        path: the file.
        most: the largest size in bytes; a larger file is refused without reading it all.

    Raises:
        RulebookInvalid: the file cannot be read, is too large or is not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise RulebookInvalid(
            f"{path} cannot be read ({error.strerror}).", "Check the path and who may read it."
        ) from error
    if len(data) > most:
        raise _invalid_file(path, 1, f"a file of over {most // 1000} kB is not read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _invalid_file(path, line, "this is not UTF-8 text; save it as UTF-8") from error


def load_yaml(path: Path, *, text: str | None = None, most: int = MOST_BYTES) -> Document:
    """Read a YAML file.

    Args:
        path: the file.
        text: its content, if it has been read already.
        most: as for `file_text`, where it has not.

    Raises:
        RulebookInvalid: no such file, not YAML, or a key twice in one mapping.
    """
    content = read_text_file(path, most=most) if text is None else text
    try:
        node = _compose(content)
        lines: dict[Where, int] = {}
        data = _value(node, (), lines) if node is not None else None
    except _Problem as problem:
        raise _invalid_file(path, problem.line, problem.message) from problem
    except ReaderError as error:
        line = content.count("\n", 0, error.position) + 1
        raise _invalid_file(
            path, line, f"the character U+{error.character:04X} is not allowed"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "this is not YAML"
        raise _invalid_file(path, mark.line + 1 if mark is not None else 1, what) from error
    except Exception as error:
        # An escape beyond Unicode, a directive's number: the library raises various exceptions.
        raise _invalid_file(path, 1, f"this is not YAML ({type(error).__name__})") from error
    return Document(path=path, data=data, lines=lines, text=content)


def _invalid_file(path: Path, line: int, what: str) -> RulebookInvalid:
    return RulebookInvalid(f"{path.name}:{line}: {what}", f"Correct {path} and run again.")


def _value(node: yaml.Node, where: Where, lines: dict[Where, int]) -> Any:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*where, i), lines) for i, child in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, where: Where, lines: dict[Where, int]) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        _join_surrogates(key_node)
        # A key is a word, even where YAML would read `null` or `on` as a value.
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else _scalar(key_node)
        if key in result:
            raise _Problem(line, f"`{key}` appears twice in one mapping")
        lines[(*where, key)] = line
        result[key] = _value(value_node, (*where, key), lines)
    return result


def _scalar(node: yaml.Node) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        raise _Problem(node.start_mark.line + 1, "a key must be a plain word")
    _join_surrogates(node)
    if node.tag == _TEXT or _stays_a_word(node):
        return node.value
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except yaml.YAMLError:
        raise
    except Exception as error:
        # A day that does not exist, `!!int` before a word: the library raises various exceptions.
        kind, shown = node.tag.rpartition(":")[2], node.value[:40]
        raise _Problem(
            node.start_mark.line + 1, f"a value cannot be read as {kind}: `{shown}`"
        ) from error
    finally:
        loader.dispose()


def _stays_a_word(node: yaml.ScalarNode) -> bool:
    """Whether a scalar is a word here that YAML would convert: `on` to a boolean, 010 to 8."""
    kind = node.tag.rpartition(":")[2]
    if kind == "bool":
        return node.value.lower() not in ("true", "false")
    return kind in ("int", "float") and _ODD_NUMBER.match(node.value) is not None


def _join_surrogates(node: yaml.Node) -> None:
    """Join the two escapes by which JSON writes one character; half a pair is refused.

    Half a character (a lone surrogate) cannot be written to a file or a terminal.
    """
    if isinstance(node, yaml.ScalarNode) and not node.value.isascii():
        try:
            node.value = node.value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError as error:
            raise _Problem(node.start_mark.line + 1, "half a character (a surrogate)") from error
