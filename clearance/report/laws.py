"""The packs of a page: version, authority and sign-off of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import Row

from clearance.rulebook.english.decision import stored_pack
from clearance.rulebook.language.catalogue import load_catalogue
from clearance.rulebook.language.yaml_lines import load_yaml
from clearance.rulebook.loading.signatures import SignOff, latest_sign_off, read_signatures


@dataclass(frozen=True)
class UsedPack:
    """A version of a pack.

    Attributes:
        in_force: the first and last day of the law, in words.
        authority: the law or policy that the pack states.
        read_on: the day on which the authority was read; empty if the pack does not have it.
        signed_off: whether a lawyer has signed off the pack in the form that was used.
        fingerprints: of the pack with its inputs; several if counties' options differ.
    """

    pack: str
    version: str
    title: str
    in_force: str
    authority: str
    read_on: str
    signed_off: SignOff
    fingerprints: tuple[str, ...]


def read_sign_offs(packs: Iterable[Row], *, rules: Path) -> dict[str, SignOff]:
    """The sign-off of each used pack that has a signature, by `pack@version`.

    Args:
        packs: the rows of `packs` that sweeps of the page used.
        rules: the rulebook's folder, with the files that `rules sign` writes.

    Raises:
        RulebookInvalid: a file of signatures is not valid.
    """
    signatures = read_signatures(rules)
    catalogue = load_catalogue(rules) if signatures else {}
    sign_offs = {}
    for row in packs:
        version = f"{row.pack}@{row.version}"
        if version in signatures:
            used = stored_pack(row.yaml, catalogue)
            sign_offs[version] = latest_sign_off(signatures[version], used)
    return sign_offs


def list_used_packs(packs: Iterable[Row], *, sign_offs: Mapping[str, SignOff]) -> list[UsedPack]:
    """The used versions of packs, by id.

    Args:
        packs: the rows of `packs` that sweeps of the page used.
        sign_offs: see `read_sign_offs`.
    """
    by_version: dict[tuple[str, str], list[Row]] = {}
    for row in packs:
        by_version.setdefault((row.pack, row.version), []).append(row)
    return [
        _used_pack(rows, sign_offs.get("@".join(version), SignOff("unsigned")))
        for version, rows in sorted(by_version.items())
    ]


def _used_pack(rows: list[Row], signed_off: SignOff) -> UsedPack:
    row = rows[0]
    content = load_yaml(Path(f"{row.pack} {row.version}"), text=row.yaml).data or {}
    authority = content.get("authority") or {}
    return UsedPack(
        pack=row.pack,
        version=row.version,
        title=str(content.get("title") or row.pack),
        in_force=_in_words(content.get("in_force")),
        authority=str(authority.get("cite") or ""),
        read_on=str(authority.get("read_on") or ""),
        signed_off=signed_off,
        fingerprints=tuple(sorted(row.fingerprint for row in rows)),
    )


def _in_words(in_force: object) -> str:
    if not isinstance(in_force, dict):
        return "never: a what-if" if in_force == "never" else ""
    first, last = in_force.get("from"), in_force.get("to")
    return " ".join([f"from {first}" if first else "", f"to {last}" if last else ""]).strip()
