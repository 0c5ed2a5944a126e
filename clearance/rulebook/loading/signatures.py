"""Sign-off: who vouches for a pack, in a file beside it.

The file is no part of the pack: signing decides nothing again. It names the fingerprint of what was
signed (rules, values, lists, dispositions), so that it lapses when one of these changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clearance.errors import RulebookInvalid, UsageError
from clearance.rulebook.language.resolved import ResolvedPack
from clearance.rulebook.language.yaml_lines import load_yaml
from clearance.rulebook.loading.documents import SIGNED
from clearance.rulebook.loading.load import PackFile

State = Literal["signed", "lapsed", "unsigned"]


class Signature(BaseModel):
    """What a person vouches for.

    Attributes:
        by: who.
        on: the day.
        fingerprint: of the pack as it decided then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str = Field(min_length=1)
    on: date
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")


@dataclass(frozen=True)
class SignOff:
    """Whether a pack is signed off as it decides now.

    Attributes:
        state: `signed`; `lapsed` where something else was signed; `unsigned`.
        signature: the latest one of what it is now; where that is lapsed, the latest of all.
    """

    state: State
    signature: Signature | None = None

    def __str__(self) -> str:
        if self.signature is None:
            return "not signed off"
        by = f"by {self.signature.by} on {self.signature.on}"
        return f"signed off {by}" if self.state == "signed" else f"changed since signed off {by}"


def signing_file(item: PackFile) -> Path:
    """The file in which a pack's signatures stand."""
    return item.document.path.with_suffix(SIGNED)


def sign_off(item: PackFile, bound: ResolvedPack) -> SignOff:
    """Whether the pack is signed off.

    Args:
        item: its file.
        bound: the pack with the switches of the configuration; options of counties are left aside.

    Raises:
        RulebookInvalid: the file of its signatures does not hold.
    """
    signatures = sorted(_read(signing_file(item)), key=lambda one: one.on)
    if not signatures:
        return SignOff("unsigned")
    now = signed_fingerprint(bound)
    own = [one for one in signatures if one.fingerprint == now]
    return SignOff("signed", own[-1]) if own else SignOff("lapsed", signatures[-1])


def signed_fingerprint(bound: ResolvedPack) -> str:
    """What a signature is about: the pack with its switches, no county's options set."""
    return bound.with_options({}).fingerprint


def sign(item: PackFile, bound: ResolvedPack, *, by: str, on: date) -> Path:
    """Add a signature to the pack's file; returns the file.

    Args:
        item: the pack's file.
        bound: the pack with the switches that are signed.
        by: who signs.
        on: the day.

    Raises:
        UsageError: nobody is named, or the file cannot be written.
        RulebookInvalid: the file does not hold.
    """
    if not by.strip():
        raise UsageError("Nobody signs.", "Name a person: `--by 'A. Lawyer, office'`.")
    path = signing_file(item)
    added = Signature(by=by.strip(), on=on, fingerprint=signed_fingerprint(bound))
    every = [one.model_dump() for one in (*_read(path), added)]
    text = yaml.safe_dump({"signed": every}, sort_keys=False, allow_unicode=True)
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}).", "Sign in a rules folder of your own."
        ) from error
    return path


def _read(path: Path) -> list[Signature]:
    if not path.is_file():
        return []
    data: Any = load_yaml(path).data
    listed = data.get("signed") if isinstance(data, dict) and set(data) == {"signed"} else None
    try:
        if not isinstance(listed, list):
            raise ValueError("no list")
        return [Signature.model_validate(one) for one in listed]
    except (ValidationError, ValueError) as error:
        raise RulebookInvalid(
            f"{path.name} is no list of signatures.",
            "Each has `by`, `on` and `fingerprint`; `clearance rules sign` writes them.",
        ) from error
