"""The packs that a page rests on: which version, what it states, and who vouches for it."""

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
        in_force: the days between which it is the law, in words.
        authority: what it states.
        read_on: the day on which that was read; empty where the pack does not say.
        reviewed_by: who vouches for it; empty for nobody.
        fingerprints: of the pack with what it reads; several where counties' options differ.
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
    """The versions behind a page, by name.

    Args:
        packs: rows of `packs`, those that sweeps of the page used.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in packs:
        found.setdefault((row.pack, row.version), []).append(row)
    return [_used(rows) for _, rows in sorted(found.items())]


def _used(rows: list[Row]) -> UsedPack:
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
