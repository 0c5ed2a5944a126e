"""Sign-off: the signatures of a pack, in a file beside it.

The file is not part of the pack, so that signing needs no new sweep. A signature holds the
fingerprint of what was signed (rules, values, lists, dispositions); it lapses when one changes.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from clearance.rulebook.loading.version_changes import identity

State = Literal["signed", "lapsed", "unsigned"]


class Signature(BaseModel):
    """The signature of a person who vouches for a pack.

    Attributes:
        by: the person's name.
        on: the day.
        fingerprint: the pack's fingerprint on that day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str = Field(min_length=1)
    on: date
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")


@dataclass(frozen=True)
class SignOff:
    """The sign-off of a pack in its present form.

    Attributes:
        state: `signed`; `lapsed` if only another form of the pack was signed; `unsigned`.
        signature: the latest of the present form; if lapsed, the latest of any form.
    """

    state: State
    signature: Signature | None = None

    def __str__(self) -> str:
        if self.signature is None:
            return "not signed off"
        by = f"by {self.signature.by} on {self.signature.on}"
        return f"signed off {by}" if self.state == "signed" else f"changed since signed off {by}"


def signing_file(item: PackFile) -> Path:
    """The file of a pack's signatures."""
    return item.document.path.with_suffix(SIGNED)


def sign_off(item: PackFile, resolved: ResolvedPack) -> SignOff:
    """The sign-off of a pack.

    Args:
        item: the pack's file.
        resolved: the pack with the configuration's switches; county options are left aside.

    Raises:
        RulebookInvalid: the file of its signatures is not valid.
    """
    return latest_sign_off(_read_signatures(signing_file(item)), resolved)


def read_signatures(rules: Path) -> dict[str, list[Signature]]:
    """The signatures of a rules folder, whose packs need not be valid, by `pack@version`.

    Args:
        rules: the rules folder.

    Raises:
        RulebookInvalid: a file of signatures, or the pack beside it, is not valid.
    """
    signatures: dict[str, list[Signature]] = {}
    for path in sorted(rules.glob(f"*/**/*{SIGNED}")):
        pack_file = path.with_name(path.name.removesuffix(SIGNED) + ".yaml")
        version = identity(load_yaml(pack_file).data) if pack_file.is_file() else None
        if version is not None:
            signatures[version] = _read_signatures(path)
    return signatures


def latest_sign_off(signatures: Iterable[Signature], resolved: ResolvedPack | None) -> SignOff:
    """The sign-off that the signatures of a pack's version are for a pack as it was used.

    Args:
        signatures: of the version.
        resolved: the pack; None if today's rules cannot parse it, so that no signature is of it.
    """
    by_day = sorted(signatures, key=lambda signature: signature.on)
    if not by_day:
        return SignOff("unsigned")
    now = None if resolved is None else signed_fingerprint(resolved)
    present = [signature for signature in by_day if signature.fingerprint == now]
    return SignOff("signed", present[-1]) if present else SignOff("lapsed", by_day[-1])


def signed_fingerprint(resolved: ResolvedPack) -> str:
    """The fingerprint that a signature holds: of the pack with its switches, without options."""
    return resolved.with_options({}).fingerprint


def sign(item: PackFile, resolved: ResolvedPack, *, by: str, on: date) -> Path:
    """Add a signature to the pack's file; returns the file.

    Args:
        item: the pack's file.
        resolved: the pack with the switches to sign.
        by: the person who signs.
        on: the day.

    Raises:
        UsageError: no person is named, or the file cannot be written.
        RulebookInvalid: the file is not valid.
    """
    if not by.strip():
        raise UsageError(
            "No person is named to sign.", "Name a person: `--by 'A. Lawyer, office'`."
        )
    path = signing_file(item)
    added = Signature(by=by.strip(), on=on, fingerprint=signed_fingerprint(resolved))
    signatures = [signature.model_dump() for signature in (*_read_signatures(path), added)]
    text = yaml.safe_dump({"signed": signatures}, sort_keys=False, allow_unicode=True)
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}).", "Sign in a rules folder of your own."
        ) from error
    return path


def _read_signatures(path: Path) -> list[Signature]:
    if not path.is_file():
        return []
    data: Any = load_yaml(path).data
    entries = data.get("signed") if isinstance(data, dict) and set(data) == {"signed"} else None
    try:
        if not isinstance(entries, list):
            raise ValueError("no list")
        return [Signature.model_validate(entry) for entry in entries]
    except (ValidationError, ValueError) as error:
        raise RulebookInvalid(
            f"{path.name} is not a list of signatures.",
            "Each has `by`, `on` and `fingerprint`; `clearance rules sign` writes them.",
        ) from error
