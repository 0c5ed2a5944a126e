"""Options: values of a pack that each county sets for itself.

A pack declares them, and a county's option file sets them; an option that is not set is off. All
counties are evaluated by one expression, with the options as columns of a small table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clearance.errors import nearest

OptionValue = bool | int | tuple[str, ...]
OptionValues = Mapping[str, OptionValue]


class PackOption(BaseModel):
    """A value that a county may set, and its form in the option file.

    Attributes:
        type: `yes_no`, `number` (in `range`, or 0 for off) or `list` (words of `of`).
        range: smallest and largest number.
        of: the words of a list.
        code_book: a code book that may precede or follow a word of a list.
        key: a second name in option files, as `group.key`; None if it has none.
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
            raise ValueError("`range` is required with type number and allowed only there")
        if bool(self.of) != (self.type == "list"):
            raise ValueError("`of` is required with type list and allowed only there")
        if self.range is not None and not 1 <= self.range[0] <= self.range[1] <= 120:
            raise ValueError("`range` rises from 1 or more to 120 or less; 0 is off")
        if self.code_book is not None and self.type != "list":
            raise ValueError("`code_book` is allowed only with type list")
        return self

    @property
    def off(self) -> OptionValue:
        """The value of the option for a county that has not set it."""
        if self.type == "list":
            return ()
        return 0 if self.type == "number" else False

    @property
    def allows(self) -> str:
        """The allowed values, in words."""
        if self.range is not None:
            return f"0 (off) or a whole number from {self.range[0]} to {self.range[1]}"
        if self.type == "list":
            return f"a list of some of {', '.join(self.of)}"
        return "true or false"


class NotAnOption(ValueError):
    """A value that the option does not allow; the message lists the allowed values."""


def parse_option(option: PackOption, written: Any) -> OptionValue:
    """The option's value from the text of an option file; a list in the option's own order.

    Args:
        option: the pack's declaration.
        written: the value in the option file; null means off.

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
            words = {_parse_word(option, item) for item in written}
            return tuple(word for word in option.of if word in words)
    raise NotAnOption(f"`{_shortened(written)}` is not allowed; write {option.allows}")


def _parse_word(option: PackOption, written: Any) -> str:
    """A word of a list: the code book is dropped, a number becomes its digits."""
    word = str(written).strip().upper()
    if option.code_book is not None:
        word = word.removeprefix(option.code_book).removesuffix(option.code_book).strip()
    if isinstance(written, bool) or word not in option.of:
        raise NotAnOption(f"`{_shortened(written)}` is none of {', '.join(option.of)}")
    return word


def _shortened(written: Any) -> str:
    text = str(written).lower() if isinstance(written, bool) else str(written)
    return text if len(text) <= 60 else text[:57] + "..."


def all_off(options: Mapping[str, PackOption]) -> dict[str, OptionValue]:
    """The value off for every option of a pack."""
    return {name: option.off for name, option in options.items()}


def is_off(value: OptionValue) -> bool:
    """Whether a value means off."""
    return not value


def in_words(value: OptionValue) -> str:
    """A value in English."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value) or "off"
    return str(value) if value else "off"


def parse_options(
    options: Mapping[str, PackOption], written: Mapping[str, Any]
) -> tuple[dict[str, OptionValue], dict[str, str]]:
    """The values of options written under their own names; all others are off.

    Args:
        options: the pack's declarations, by name.
        written: the written values, by name.

    Returns:
        The value of every option, and the problem of each wrong entry, by name.
    """
    values, problems = all_off(options), {}
    for name, value in written.items():
        if name not in options:
            guess = nearest(str(name), list(options))
            hint = f"; did you mean `{guess}`?" if guess else ""
            problems[name] = f"`{name}` is not an option{hint}"
            continue
        try:
            values[name] = parse_option(options[name], value)
        except NotAnOption as error:
            problems[name] = f"`{name}`: {error}"
    return values, problems
