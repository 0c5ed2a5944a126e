"""Options: values of a pack that each county sets for itself.

A pack declares them, a county's option file sets them, and what it does not set is off. The whole
list of counties runs under one expression, with the options as columns of a small table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clearance.errors import nearest

OptionValue = bool | int | tuple[str, ...]
OptionValues = Mapping[str, OptionValue]


class PackOption(BaseModel):
    """A value that a county may set, and how its option file writes it.

    Attributes:
        type: `yes_no`, `number` (of `range`, or 0 for off) or `list` (some of `of`).
        range: smallest and largest number.
        of: the words of a list.
        code_book: may stand before or after a word of a list.
        key: where an option file may have it beside its own name, as `group.key`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["yes_no", "number", "list"]
    cite: Annotated[str, Field(min_length=3)]
    range: tuple[int, int] | None = None
    of: tuple[str, ...] = ()
    code_book: str | None = None
    key: Annotated[str, Field(pattern=r"^\w+(\.\w+)*$")] | None = None
    certainty: Literal["H", "M", "V", "reading"] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _what_goes_with_the_type(self) -> PackOption:
        if (self.range is not None) != (self.type == "number"):
            raise ValueError("`range` stands with type number and only there")
        if bool(self.of) != (self.type == "list"):
            raise ValueError("`of` stands with type list and only there")
        if self.range is not None and not 1 <= self.range[0] <= self.range[1] <= 120:
            raise ValueError("`range` rises from 1 or more to 120 or less; 0 is off")
        if self.code_book is not None and self.type != "list":
            raise ValueError("`code_book` stands with type list and only there")
        return self

    @property
    def off(self) -> OptionValue:
        """The value that means the county has not taken the option up."""
        if self.type == "list":
            return ()
        return 0 if self.type == "number" else False

    @property
    def allows(self) -> str:
        """What may be written, in words."""
        if self.range is not None:
            return f"0 (off) or a whole number from {self.range[0]} to {self.range[1]}"
        if self.type == "list":
            return f"a list of some of {', '.join(self.of)}"
        return "true or false"


class NotAnOption(ValueError):
    """A value that the option does not allow; the message says which it does."""


def settled(option: PackOption, written: Any) -> OptionValue:
    """The option's value; a list in the order of its words, each once.

    Args:
        option: as the pack declares it.
        written: the value in the option file; null is off.

    Raises:
        NotAnOption: the value is of another type or out of range.
    """
    if written is None:
        return option.off
    match option.type:
        case "yes_no" if isinstance(written, bool):
            return written
        case "number" if isinstance(written, int) and not isinstance(written, bool):
            assert option.range is not None
            if written == 0 or option.range[0] <= written <= option.range[1]:
                return written
        case "list" if isinstance(written, (list, tuple)):
            words = {_word(option, item) for item in written}
            return tuple(word for word in option.of if word in words)
    raise NotAnOption(f"`{_shown(written)}` is not allowed; write {option.allows}")


def _word(option: PackOption, written: Any) -> str:
    """A list's word: the code book beside it is dropped, a number is its digits."""
    word = str(written).strip().upper()
    if option.code_book is not None:
        word = word.removeprefix(option.code_book).removesuffix(option.code_book).strip()
    if isinstance(written, bool) or word not in option.of:
        raise NotAnOption(f"`{_shown(written)}` is none of {', '.join(option.of)}")
    return word


def _shown(written: Any) -> str:
    text = str(written).lower() if isinstance(written, bool) else str(written)
    return text if len(text) <= 60 else text[:57] + "..."


def all_off(options: Mapping[str, PackOption]) -> dict[str, OptionValue]:
    """Every option of a pack, none taken up."""
    return {name: option.off for name, option in options.items()}


def is_off(value: OptionValue) -> bool:
    """Whether the county has not taken the option up."""
    return not value


def in_words(value: OptionValue) -> str:
    """A value as texts print it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value) or "off"
    return str(value) if value else "off"


def settled_by_name(
    options: Mapping[str, PackOption], written: Mapping[str, Any]
) -> tuple[dict[str, OptionValue], dict[str, str]]:
    """Values of options written under their own names; the rest is off.

    Args:
        options: as the pack declares them.
        written: by name.

    Returns:
        Every option's value, and what is wrong by name.
    """
    values, problems = all_off(options), {}
    for name, value in written.items():
        if name not in options:
            guess = nearest(str(name), list(options))
            hint = f"; did you mean `{guess}`?" if guess else ""
            problems[name] = f"`{name}` is no option{hint}"
            continue
        try:
            values[name] = settled(options[name], value)
        except NotAnOption as error:
            problems[name] = f"`{name}`: {error}"
    return values, problems
