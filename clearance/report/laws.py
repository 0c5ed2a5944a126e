"""The packs of a page: version, authority and reviewer of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import Row

from clearance.rulebook.language.yaml_lines import load_yaml


@dataclass(frozen=True)
class UsedPack:
    """A version of a pack.

    Attributes:
        in_force: the first and last day of the law, in words.
        authority: the law or policy that the pack states.
        read_on: the day on which the authority was read; empty if the pack does not have it.
        reviewed_by: the reviewer; empty if nobody reviewed it.
        fingerprints: of the pack with its inputs; several if counties' options differ.
    """

    pack: str
    version: str
    title: str
    in_force: str
    authority: str
    read_on: str
    reviewed_by: str
    fingerprints: tuple[str, ...]


def list_used_packs(packs: Iterable[Row]) -> list[UsedPack]:
    """The used versions of packs, by id.

    Args:
        packs: the rows of `packs` that sweeps of the page used.
    """
    by_version: dict[tuple[str, str], list[Row]] = {}
    for row in packs:
        by_version.setdefault((row.pack, row.version), []).append(row)
    return [_used_pack(rows) for _, rows in sorted(by_version.items())]


def _used_pack(rows: list[Row]) -> UsedPack:
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
        reviewed_by=str(authority.get("reviewed_by") or ""),
        fingerprints=tuple(sorted(row.fingerprint for row in rows)),
    )


def _in_words(in_force: object) -> str:
    if not isinstance(in_force, dict):
        return "never: a what-if" if in_force == "never" else ""
    first, last = in_force.get("from"), in_force.get("to")
    return " ".join([f"from {first}" if first else "", f"to {last}" if last else ""]).strip()
