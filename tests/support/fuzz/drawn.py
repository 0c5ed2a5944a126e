"""What hypothesis draws for the fuzz tests: option files, settings, packs with slips, records.

What must come of a file is told by how it was drawn, never read out of it again.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import yaml
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from clearance.ingest.layout import FIELDS
from clearance.rulebook.language.options import OptionValue, PackOption

TAME = (
    None, True, False, 0, -1, 1, 39, 66, 10**400, 0.5, 50.0, 1e308, math.inf, math.nan, "", "yes",
    "010", "null", "~", "<<", "*a", "\x00", "\x1b[2J", "\x85", "\u2028", "\ufeff", "\U0001f600",
    "x" * 2000, "11357", "HS 11357", "configurable", "0x1F", "1:00",
)  # fmt: skip
# No file can hold half a character, and YAML refuses DEL.
BREAKING = ("\ud800", "a\udfff", "\x7f")


def _nested(leaves: SearchStrategy[Any]) -> SearchStrategy[Any]:
    keys = st.text(st.characters(codec="ascii", exclude_characters="\x7f"), max_size=8)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=8,
    )


tame = _nested(st.sampled_from(TAME) | st.integers() | st.floats())
anything = _nested(st.sampled_from((*TAME, *BREAKING)) | st.text(max_size=12))


class Plain(yaml.SafeDumper):
    """Writes every value out: the project's files have no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(content: Any) -> str:
    """The content as YAML says it, in ASCII."""
    return yaml.dump(content, None, Plain, sort_keys=False)


# --- option files ------------------------------------------------------------------------------


@dataclass(frozen=True)
class OptionText:
    """An option file with an entry a line.

    Attributes:
        text: what it says.
        values: what the entries that fit set their options to.
        wrong: the lines of those that do not.
    """

    text: str
    values: dict[str, OptionValue]
    wrong: frozenset[int]


Entries = list[tuple[str, Any, bool]]


@st.composite
def option_texts(draw: DrawFn, options: Mapping[str, PackOption]) -> OptionText:
    """An option file, its entries under the predecessor's keys or our own, right or wrong."""
    groups: dict[str, Entries] = {"": []}
    values: dict[str, OptionValue] = {}
    right = draw(st.booleans())
    for name in draw(st.lists(st.sampled_from(sorted(options)), unique=True)):
        option, fits = options[name], right or draw(st.booleans())
        if fits:
            written, values[name] = draw(_fitting(option))
        else:
            written = draw(tame.filter(partial(_is_wrong, option)))
        path = option.key if option.key and draw(st.booleans()) else name
        group, _, key = path.rpartition(".")
        groups.setdefault(group, []).append((key, written, fits))
    strange = st.lists(st.sampled_from(("zzz", "dismis", "Dismiss", "")), unique=True)
    for name in () if right else draw(strange):
        groups[draw(st.sampled_from(sorted(groups)))].append((name, draw(tame), False))
    return _an_entry_a_line(groups, values)


def _an_entry_a_line(groups: Mapping[str, Entries], values: dict[str, OptionValue]) -> OptionText:
    rows, wrong = ["{"], set()
    for number, (group, entries) in enumerate(groups.items()):
        rows += ["," * (number > 1 or bool(groups[""])) + f"{json.dumps(group)}: {{"] * bool(group)
        for at, (key, written, fits) in enumerate(entries):
            rows.append("," * (at > 0) + f"{json.dumps(key)}: {json.dumps(written)}")
            wrong |= set() if fits else {len(rows)}
        rows += ["}"] * bool(group)
    return OptionText("\n".join([*rows, "}"]), values, frozenset(wrong))


def _fitting(option: PackOption) -> SearchStrategy[tuple[Any, OptionValue]]:
    """A value that fits as a file may write it, and what it means."""
    if option.type == "yes_no":
        return st.sampled_from([(True, True), (False, False), (None, False)])
    if option.range is not None:
        numbers = (st.just(0) | st.integers(*option.range)).map(lambda number: (number, number))
        return st.just((None, 0)) | numbers
    forms: tuple[Callable[[str], Any], ...] = (
        str,
        int,
        f"{option.code_book} {{}}".format,
        f" {{}}{option.code_book} ".lower().format,
    )
    item = st.tuples(st.sampled_from(option.of), st.sampled_from(forms))
    return st.lists(item, max_size=5).map(
        lambda items: (
            [form(word) for word, form in items],
            tuple(word for word in option.of if word in {chosen for chosen, _ in items}),
        )
    )


def _is_wrong(option: PackOption, value: Any) -> bool:
    if value is None:
        return False
    if option.type == "yes_no":
        return value is not True and value is not False
    if option.range is not None:
        first, last = option.range
        return type(value) is not int or (value != 0 and not first <= value <= last)
    words = value if isinstance(value, list) else [None]
    bare = {str(word).replace(str(option.code_book), "").strip() for word in words}
    return not bare <= set(option.of)


# --- settings and packs --------------------------------------------------------------------------

_policy = st.fixed_dictionaries(
    {"policy": st.sampled_from(("configurable", "prop64_statute"))},
    optional={"options": st.sampled_from(("a.json", "counties/b.json"))},
)
right_settings = st.fixed_dictionaries(
    {},
    optional={
        "packs": st.lists(st.text(min_size=1, max_size=8)),
        "scenarios": st.lists(st.just("dismiss_all_p64")),
        "county_policies": st.fixed_dictionaries(
            {},
            optional={
                "default": _policy,
                "counties": st.dictionaries(st.sampled_from(("YOLO", "LOS ANGELES")), _policy),
            },
        ),
        "switches": st.dictionaries(st.just("two_priors_mode"), st.booleans() | st.text()),
        "quarantine_limit": st.floats(0, 1),
        "unread_limit": st.floats(0, 1),
        "unpack_limit": st.floats(1, 1_000_000),
        "open_readers": st.booleans(),
    },
)
_key = st.sampled_from(("packs", "county_policies", "switches", "quarantine_limit", "counties"))
_slips: SearchStrategy[dict[str, Any]] = st.just({}) | st.dictionaries(_key, anything, max_size=2)
any_settings = anything | st.tuples(right_settings, _slips).map(lambda two: two[0] | two[1])


@st.composite
def slipped(draw: DrawFn, content: Any) -> Any:
    """The content with one to three of its values lost, doubled, exchanged or replaced."""
    whole = copy.deepcopy(content)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(whole))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        other, at = draw(st.sampled_from(places))
        match draw(st.sampled_from(("lose", "exchange", "replace", "rename", "double"))):
            case "lose":
                del holder[key]
            case "exchange":
                holder[key] = copy.deepcopy(other[at])
            case "rename" if isinstance(holder, dict):
                holder[draw(st.sampled_from((str(at), "zzz", "", "all")))] = holder.pop(key)
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _:
                holder[key] = draw(tame | st.dates(date(1, 1, 1)))
    return whole


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every entry of every mapping and list, as its holder and its key there."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], (dict, list)):
            yield from _places(node[key])


# --- records -----------------------------------------------------------------------------------

UNSAID = "whatever code or none"


@dataclass(frozen=True)
class Line:
    """A line of a research file.

    Attributes:
        data: its bytes, without a line end.
        code: why it is set aside; None where it is kept, UNSAID where only once matters.
    """

    data: bytes
    code: str | None


_letters = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters='",\ufeff'
)
_bare = st.text(_letters, max_size=10)
_quoted = st.lists(_bare | st.sampled_from((",", '""')), max_size=4).map(
    lambda parts: f'"{"".join(parts)}"'
)
_optional = sorted(set(FIELDS) - {"SUBJECT_ID", "CNT_ORDER", "COMMENT_TEXT", "END_OF_REC"})
_missing = st.sampled_from(("", "   ", "-", '"  -  "', " null ", "NULL"))
_no_order = st.from_regex(r"[0-9]{1,11}|[0-9]{13,14}|[0-9]{11}[A-Z.]", fullmatch=True)
_defects: dict[str, dict[str, SearchStrategy[str]]] = {
    "NO_SUBJECT_ID": {"SUBJECT_ID": _missing},
    "NO_COUNT_ORDER": {"CNT_ORDER": _missing},
    "BAD_COUNT_ORDER": {"CNT_ORDER": _no_order},
    "UNDECODABLE": {"COMMENT_TEXT": st.sampled_from(("\0", "A\x07", "\x1b[2J", "\x7f"))},
    "UNBALANCED_QUOTES": {"COMMENT_TEXT": _bare.map('"{}'.format)},
}


LINE_CODES = (None, UNSAID, "FIELD_COUNT", *_defects)


@st.composite
def record_lines(draw: DrawFn, code: str | None) -> Line:
    """A right record, one with the defect of a code, or bytes that may be anything."""
    fields = draw(st.dictionaries(st.sampled_from(_optional), _bare | _quoted, max_size=6))
    fields["SUBJECT_ID"] = draw(st.from_regex(r" ?[0-9]{1,9} ?", fullmatch=True))
    fields["CNT_ORDER"] = draw(st.from_regex(r" ?[0-9]{12} ?", fullmatch=True))
    for name, value in _defects.get(str(code), {}).items():
        fields[name] = draw(value)
    text = ",".join(fields.get(name, "") for name in FIELDS)
    if code == "FIELD_COUNT":
        text = draw(st.sampled_from((text[:-1], f"{text},x", f"{text},,", text + "," * 500)))
    elif draw(st.booleans()):
        text += draw(st.sampled_from((",", ', "" ', ",  ")))
    fits_latin = all(ord(letter) < 256 for letter in text)
    data = text.encode("latin-1" if fits_latin and draw(st.booleans()) else "utf-8")
    if code == UNSAID:
        at, scrap = draw(st.integers(0, len(data))), draw(st.binary(max_size=20))
        data = (data[:at] + scrap) * draw(st.integers(1, 2)) + data[at:]
        data = data.replace(b"\n", b"").replace(b"\r", b"")
    return Line(data, code)
