"""The plan of a sweep: which packs it runs, on which counties' units, and which it leaves out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from clearance.determine.county_options import CountyOptions, load_county_options
from clearance.errors import UsageError, nearest
from clearance.prepare.record.places import UNKNOWN_COUNTY
from clearance.prepare.record.rules import load_record_rules
from clearance.rulebook.language.resolved import ResolvedPack, check_switches
from clearance.rulebook.loading.load import PackFile, Rulebook
from clearance.rulebook.loading.stored import stored_text
from clearance.rulebook.spark.compile import Assigned
from clearance.settings import Settings


@dataclass(frozen=True)
class Plan:
    """The packs that a sweep evaluates.

    Attributes:
        assigned: the packs, each with its counties.
        files: each pack's file, for the record of packs used.
        notes: packs left out, and why.
        selected: ids named by `--pack`; empty for a whole sweep.
        rivals: packs of other counties, which a unit whose county is unreadable is compared with.
    """

    assigned: tuple[Assigned, ...]
    files: tuple[PackFile, ...]
    notes: tuple[str, ...]
    selected: tuple[str, ...]
    rivals: tuple[tuple[ResolvedPack, PackFile], ...] = ()

    def of(self, unit: str) -> list[Assigned]:
        """The packs about one kind of unit."""
        return [item for item in self.assigned if item.resolved.pack.unit == unit]

    @property
    def first_days(self) -> dict[str, date]:
        """The first day of each pack's law, by pack id; a version never in force is left out."""
        packs = [item.resolved.pack for item in self.assigned]
        return {pack.pack: pack.first_day for pack in packs if pack.first_day is not None}

    @property
    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each pack by id, or by `pack/COUNTY` where counties' options differ.

        `pack/UNKNOWN` is the hash of the pack's and all its rivals' fingerprints.
        """
        fingerprints = {
            key: resolved.fingerprint
            for item in self.assigned
            for key, resolved in item.variants.items()
        }
        for item in self.assigned:
            if item.rivals:
                every = [resolved.fingerprint for resolved in (item.resolved, *item.rivals)]
                key = f"{item.resolved.pack.pack}/{UNKNOWN_COUNTY}"
                fingerprints[key] = hashlib.sha256(" ".join(every).encode()).hexdigest()
        return fingerprints

    def as_record(self) -> dict[str, dict[str, Any]]:
        """The plan for the manifest: by pack, its counties (null: all) and its fingerprints.

        A pack with rivals also has their fingerprints and the names of all counties.
        """
        return {
            item.resolved.pack.pack: {
                "usual": item.resolved.fingerprint,
                "counties": None if item.counties is None else sorted(item.counties),
                "excluded": sorted(item.excluded),
                "by_county": {name: own.fingerprint for name, own in item.by_county.items()},
                **(
                    {
                        "rivals": [rival.fingerprint for rival in item.rivals],
                        "read": sorted(item.known_counties),
                    }
                    if item.rivals
                    else {}
                ),
            }
            for item in self.assigned
        }

    @property
    def stored(self) -> dict[str, tuple[ResolvedPack, str]]:
        """Each pack as used and its text for the table `packs`, by fingerprint."""
        used = [
            (resolved, file)
            for item, file in zip(self.assigned, self.files, strict=True)
            for resolved in item.variants.values()
        ]
        return {
            resolved.fingerprint: (resolved, stored_text(resolved, text=file.document.text))
            for resolved, file in (*self.rivals, *used)
        }


def plan_sweep(
    rulebook: Rulebook, settings: Settings, *, as_of: date, selected: Sequence[str] = ()
) -> Plan:
    """The packs of a sweep, each with its counties and their options.

    Args:
        rulebook: checked rules.
        settings: the configured packs, policies, scenarios and switches.
        as_of: chooses the version in force.
        selected: `--pack` ids, `pack` or `pack@version`; empty for every configured pack.

    Raises:
        UsageError: an unknown pack, county, switch or option, or a pack of the wrong kind.
    """
    check_switches([item.pack for item in rulebook.packs], settings.switches)
    counties = _policy_counties(rulebook, settings)
    options = load_county_options(rulebook, settings, as_of=as_of)
    names = list(dict.fromkeys(selected or [*settings.packs, *counties, *settings.scenarios]))
    _refuse_two_versions(names)
    default = settings.county_policies.default
    rival_files: tuple[tuple[ResolvedPack, PackFile], ...] = ()
    assigned, files, notes = [], [], []
    for name in names:
        file = rulebook.find(name, as_of=as_of)
        if file is None:
            notes.append(f"{name}: no version is in force on {as_of}; left out")
            continue
        resolved = rulebook.resolve(file.pack, switches=settings.switches)
        only, excluded = counties.get(file.pack.pack, (None, frozenset()))
        county_options = options.get(file.pack.pack, CountyOptions())
        item = _assigned(resolved, only, excluded, county_options)
        if default is not None and file.pack.pack == default.policy:
            rival_files = _find_rivals(
                rulebook, settings, item, counties=counties, options=options, as_of=as_of
            )
            known_counties = load_record_rules(rulebook.folder).counties if rival_files else ()
            item = replace(
                item,
                rivals=tuple(rival for rival, _ in rival_files),
                known_counties=frozenset(known_counties),
            )
        assigned.append(item)
        files.append(file)
    selected_ids = tuple(name.partition("@")[0] for name in selected)
    return Plan(tuple(assigned), tuple(files), tuple(notes), selected_ids, rival_files)


def _find_rivals(
    rulebook: Rulebook,
    settings: Settings,
    default: Assigned,
    *,
    counties: Mapping[str, Counties],
    options: Mapping[str, CountyOptions],
    as_of: date,
) -> tuple[tuple[ResolvedPack, PackFile], ...]:
    """Every pack but the default by which some county decides, each once, with its file.

    Packs of policies that this sweep leaves out are included: the unit may be that county's.
    """
    rivals: dict[str, tuple[ResolvedPack, PackFile]] = {}
    for policy, (only, excluded) in counties.items():
        file = rulebook.find(policy, as_of=as_of)
        if file is None:
            continue
        resolved = rulebook.resolve(file.pack, switches=settings.switches)
        item = _assigned(resolved, only, excluded, options.get(policy, CountyOptions()))
        for resolved_pack in item.variants.values():
            rivals.setdefault(resolved_pack.fingerprint, (resolved_pack, file))
    rivals.pop(default.resolved.fingerprint, None)
    return tuple(rivals.values())


def _assigned(
    resolved: ResolvedPack,
    counties: frozenset[str] | None,
    excluded: frozenset[str],
    options: CountyOptions,
) -> Assigned:
    """The pack with the options of its counties.

    Counties with the usual options share one resolved pack. The usual options are the default
    policy's. Without a default policy they are those of all its counties if they agree; else
    every county has a resolved pack of its own.
    """
    usual = resolved.with_options(options.default or {})
    by_county = {
        county: resolved.with_options(values) for county, values in options.counties.items()
    }
    if counties is not None and len({item.fingerprint for item in by_county.values()}) == 1:
        return Assigned(next(iter(by_county.values())), counties=counties, excluded=excluded)
    if counties is None:
        by_county = {
            c: item for c, item in by_county.items() if item.fingerprint != usual.fingerprint
        }
    return Assigned(usual, counties=counties, excluded=excluded, by_county=by_county)


def _refuse_two_versions(names: list[str]) -> None:
    identities = [name.partition("@")[0] for name in names]
    for identity in identities:
        if identities.count(identity) > 1:
            raise UsageError(
                f"Pack {identity} is named twice, in two versions.",
                "A sweep runs one version of a pack: name one.",
            )


Counties = tuple[frozenset[str] | None, frozenset[str]]


def _policy_counties(rulebook: Rulebook, settings: Settings) -> dict[str, Counties]:
    """The counties of each policy (None: all) and the counties excluded, by pack id."""
    policies = settings.county_policies
    _check_counties(rulebook.folder, list(policies.counties))
    by_policy: dict[str, set[str]] = {}
    for county, county_policy in policies.counties.items():
        _check_policy(rulebook, county_policy.policy, f"county {county}")
        by_policy.setdefault(county_policy.policy, set()).add(county)
    result: dict[str, Counties] = {}
    default = policies.default
    if default is not None:
        _check_policy(rulebook, default.policy, "the default")
        others = {c for p, cs in by_policy.items() if p != default.policy for c in cs}
        result[default.policy] = (None, frozenset(others))
    for policy, counties in by_policy.items():
        if default is None or policy != default.policy:
            result[policy] = (frozenset(counties), frozenset())
    return result


def _check_policy(rulebook: Rulebook, policy: str, whose: str) -> None:
    versions = [item for item in rulebook.packs if item.pack.pack == policy]
    if not versions:
        known = sorted({i.pack.pack for i in rulebook.packs if i.pack.kind == "policy"})
        guess = nearest(policy, known)
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(
            f"Unknown policy `{policy}` of {whose}.{hint}", f"Policies: {', '.join(known)}."
        )
    if versions[0].pack.kind != "policy":
        raise UsageError(
            f"`{policy}`, named as the policy of {whose}, is a {versions[0].pack.kind}.",
            "Name a pack of kind policy.",
        )


def _check_counties(rules: Path, named: list[str]) -> None:
    known = sorted(load_record_rules(rules).counties)
    for county in named:
        if county not in known:
            guess = nearest(county.upper(), known)
            hint = f" Did you mean `{guess}`?" if guess else ""
            raise UsageError(
                f"`{county}` is not one of California's 58 counties.{hint}",
                "Correct county_policies in the configuration; names are in upper case.",
            )
