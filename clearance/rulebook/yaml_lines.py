"""YAML as data with the line of every entry, so that an error can say where.

Safe tags only, duplicate keys and aliases refused: a rule or setting is written once, where it
is read, and no file can blow up in memory or nest so deep that reading it ends the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from clearance.errors import RulebookInvalid

Where = tuple[str | int, ...]

MOST_BYTES = 1_000_000
TOO_LARGE = "a file this large (over 1 MB) is no rule file"
DEEPEST = 32


@dataclass(frozen=True)
class Document:
    """A YAML file's content and the line on which each entry stands.

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


class _Problem(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class _Loader(yaml.SafeLoader):
    """Composes without aliases and only so deep; both are refused before they cost anything."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it so
        line = event.start_mark.line + 1
        if self.check_event(yaml.AliasEvent):
            raise _Problem(line, "aliases (`*name`) are not used here: write the value out")
        if self.depth == DEEPEST:
            raise _Problem(line, f"nested more than {DEEPEST} deep")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def load_yaml(path: Path, *, text: str | None = None) -> Document:
    """Read a YAML file.

    Args:
        path: the file.
        text: its content, where it has been read already.

    Raises:
        RulebookInvalid: no such file, not YAML, or a key twice in one mapping.
    """
    try:
        if text is None and path.stat().st_size > MOST_BYTES:
            raise _Problem(1, TOO_LARGE)
        content = path.read_text(encoding="utf-8") if text is None else text
        if len(content) > MOST_BYTES:
            raise _Problem(1, TOO_LARGE)
        node = yaml.compose(content, Loader=_Loader)
        lines: dict[Where, int] = {}
        data = _value(node, (), lines) if node is not None else None
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookInvalid(
            f"{path} cannot be read ({type(error).__name__}).", "Check the path and its encoding."
        ) from error
    except _Problem as problem:
        raise RulebookInvalid(
            f"{path.name}:{problem.line}: {problem.message}", f"Correct {path} and run again."
        ) from problem
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        what = getattr(error, "problem", None) or "this is not YAML"
        raise RulebookInvalid(
            f"{path.name}:{line}: {what}", f"Correct {path} and run again."
        ) from error
    except Exception as error:
        # An escape beyond Unicode, a directive's number: the library raises whatever comes of it.
        raise RulebookInvalid(
            f"{path.name}: this is not YAML ({type(error).__name__})",
            f"Correct {path} and run again.",
        ) from error
    return Document(path=path, data=data, lines=lines, text=content)


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
        _check_text(key_node)
        # A key is its own word, whatever YAML would make of `null` or `on`.
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else _scalar(key_node)
        if key in result:
            raise _Problem(line, f"`{key}` stands twice in one mapping")
        lines[(*where, key)] = line
        result[key] = _value(value_node, (*where, key), lines)
    return result


def _scalar(node: yaml.Node) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        raise _Problem(node.start_mark.line + 1, "a key must be a plain word")
    _check_text(node)
    # `yes`, `no`, `on` and `off` stay words: only true and false are booleans here.
    if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() not in ("true", "false"):
        return node.value
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except yaml.YAMLError:
        raise
    except Exception as error:
        # A day that never was, `!!int` before a word: the library raises whatever comes of it.
        raise _Problem(
            node.start_mark.line + 1, f"a value cannot be read ({type(error).__name__})"
        ) from error
    finally:
        loader.dispose()


def _check_text(node: yaml.Node) -> None:
    """Refuse half characters, which an escape can write and no file or terminal can hold."""
    if isinstance(node, yaml.ScalarNode) and not node.value.isascii():
        try:
            node.value.encode()
        except UnicodeEncodeError as error:
            raise _Problem(node.start_mark.line + 1, "half a character (a surrogate)") from error
