"""Which packs a sweep runs, on which counties' units, and what it has to say about the others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from clearance.determine.county_options import Chosen, chosen_options
from clearance.errors import UsageError, nearest
from clearance.prepare.record.places import UNKNOWN_COUNTY
from clearance.prepare.record.rules import load_record_rules
from clearance.rulebook.language.resolved import ResolvedPack, check_switches, resolve
from clearance.rulebook.loading.load import PackFile, Rulebook
from clearance.rulebook.loading.stored import stored_text
from clearance.rulebook.spark.compile import Assigned
from clearance.settings import Settings


@dataclass(frozen=True)
class Plan:
    """What a sweep will evaluate.

    Attributes:
        assigned: packs with their counties.
        files: each pack's file, for the record of packs used.
        notes: packs left out, and why.
        selected: ids named by `--pack`; empty for a whole sweep.
        beside: what a pack is held against where a county cannot be read, each with its file.
    """

    assigned: tuple[Assigned, ...]
    files: tuple[PackFile, ...]
    notes: tuple[str, ...]
    selected: tuple[str, ...]
    beside: tuple[tuple[ResolvedPack, PackFile], ...] = ()

    def of(self, unit: str) -> list[Assigned]:
        """The packs about one kind of unit."""
        return [item for item in self.assigned if item.bound.pack.unit == unit]

    @property
    def first_days(self) -> dict[str, date]:
        """By pack, the first day of its law; one that never ran is left out."""
        packs = [item.bound.pack for item in self.assigned]
        return {pack.pack: pack.first_day for pack in packs if pack.first_day is not None}

    @property
    def fingerprints(self) -> dict[str, str]:
        """Fingerprint of each pack by id, or by `pack/COUNTY` where counties' options differ.

        `pack/UNKNOWN` is that of the pack and of all that it is held against.
        """
        found = {
            key: bound.fingerprint for item in self.assigned for key, bound in item.bounds.items()
        }
        for item in self.assigned:
            if item.rivals:
                every = [bound.fingerprint for bound in (item.bound, *item.rivals)]
                key = f"{item.bound.pack.pack}/{UNKNOWN_COUNTY}"
                found[key] = hashlib.sha256(" ".join(every).encode()).hexdigest()
        return found

    def as_record(self) -> dict[str, dict[str, Any]]:
        """By pack, its counties (null: all), those excluded, and whose fingerprint is which.

        Where the pack is held against others: their fingerprints, and the counties that are read.
        """
        return {
            item.bound.pack.pack: {
                "usual": item.bound.fingerprint,
                "counties": None if item.counties is None else sorted(item.counties),
                "excluded": sorted(item.excluded),
                "by_county": {name: own.fingerprint for name, own in item.by_county.items()},
                **(
                    {
                        "rivals": [rival.fingerprint for rival in item.rivals],
                        "read": sorted(item.read),
                    }
                    if item.rivals
                    else {}
                ),
            }
            for item in self.assigned
        }

    @property
    def stored(self) -> dict[str, tuple[ResolvedPack, str]]:
        """By fingerprint: each pack as used, and its text for the record of packs used."""
        used = [
            (bound, file)
            for item, file in zip(self.assigned, self.files, strict=True)
            for bound in item.bounds.values()
        ]
        return {
            bound.fingerprint: (bound, stored_text(bound, text=file.document.text))
            for bound, file in (*self.beside, *used)
        }


def plan_sweep(
    rulebook: Rulebook, settings: Settings, *, as_of: date, selected: Sequence[str] = ()
) -> Plan:
    """The packs of a sweep.

    Args:
        rulebook: checked rules.
        settings: which packs, policies, scenarios and switches.
        as_of: chooses the version in force.
        selected: `--pack` ids, `pack` or `pack@version`; none for all that is configured.

    Raises:
        UsageError: an unknown pack, county, switch or option, or a pack of the wrong kind.
    """
    check_switches([item.pack for item in rulebook.packs], settings.switches)
    counties = _policy_counties(rulebook, settings)
    options = chosen_options(rulebook, settings, as_of=as_of)
    names = list(dict.fromkeys(selected or [*settings.packs, *counties, *settings.scenarios]))
    _refuse_two_versions(names)
    default = settings.county_policies.default
    beside: tuple[tuple[ResolvedPack, PackFile], ...] = ()
    assigned, files, notes = [], [], []
    for name in names:
        found = rulebook.find(name, as_of=as_of)
        if found is None:
            notes.append(f"{name}: no version is in force on {as_of}; left out")
            continue
        bound = resolve(
            found.pack, rulebook.catalogue, switches=settings.switches, reads=rulebook.reads
        )
        only, excluded = counties.get(found.pack.pack, (None, frozenset()))
        chosen = options.get(found.pack.pack, Chosen())
        item = _assigned(bound, only, excluded, chosen)
        if default is not None and found.pack.pack == default.policy:
            beside = _rivals(
                rulebook, settings, item, counties=counties, options=options, as_of=as_of
            )
            rivals = tuple(rival for rival, _ in beside)
            known = load_record_rules(rulebook.folder).counties if rivals else ()
            item = replace(item, rivals=rivals, read=frozenset(known))
        assigned.append(item)
        files.append(found)
    named = tuple(name.partition("@")[0] for name in selected)
    return Plan(tuple(assigned), tuple(files), tuple(notes), named, beside)


def _rivals(
    rulebook: Rulebook,
    settings: Settings,
    default: Assigned,
    *,
    counties: Mapping[str, Counties],
    options: Mapping[str, Chosen],
    as_of: date,
) -> tuple[tuple[ResolvedPack, PackFile], ...]:
    """Whatever a county decides by that is not the default, each once, with its file.

    Also of a policy that this sweep leaves out: the unit may be that county's all the same.
    """
    found: dict[str, tuple[ResolvedPack, PackFile]] = {}
    for policy, (only, excluded) in counties.items():
        file = rulebook.find(policy, as_of=as_of)
        if file is None:
            continue
        bound = resolve(
            file.pack, rulebook.catalogue, switches=settings.switches, reads=rulebook.reads
        )
        item = _assigned(bound, only, excluded, options.get(policy, Chosen()))
        for own in item.bounds.values():
            found.setdefault(own.fingerprint, (own, file))
    found.pop(default.bound.fingerprint, None)
    return tuple(found.values())


def _assigned(
    bound: ResolvedPack, counties: frozenset[str] | None, excluded: frozenset[str], chosen: Chosen
) -> Assigned:
    """The pack with the options of its counties; those who share the usual ones stand together.

    The usual options are the default policy's; where there is none, those of all its counties if
    they agree, else there are no usual ones and every county stands for itself.
    """
    usual = bound.with_options(chosen.default or {})
    own = {county: bound.with_options(values) for county, values in chosen.counties.items()}
    if counties is not None and len({item.fingerprint for item in own.values()}) == 1:
        return Assigned(next(iter(own.values())), counties=counties, excluded=excluded)
    if counties is None:
        own = {c: item for c, item in own.items() if item.fingerprint != usual.fingerprint}
    return Assigned(usual, counties=counties, excluded=excluded, by_county=own)


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
    """For each policy pack: its counties (None: all), and the counties excluded."""
    policies = settings.county_policies
    _check_counties(rulebook.folder, list(policies.counties))
    by_policy: dict[str, set[str]] = {}
    for county, chosen in policies.counties.items():
        _check_policy(rulebook, chosen.policy, f"county {county}")
        by_policy.setdefault(chosen.policy, set()).add(county)
    result: dict[str, Counties] = {}
    default = policies.default
    if default is not None:
        _check_policy(rulebook, default.policy, "the default")
        others = {c for p, cs in by_policy.items() if p != default.policy for c in cs}
        result[default.policy] = (None, frozenset(others))
    for policy, own in by_policy.items():
        if default is None or policy != default.policy:
            result[policy] = (frozenset(own), frozenset())
    return result


def _check_policy(rulebook: Rulebook, policy: str, whose: str) -> None:
    versions = [item for item in rulebook.packs if item.pack.pack == policy]
    if not versions:
        known = sorted({i.pack.pack for i in rulebook.packs if i.pack.kind == "policy"})
        guess = nearest(policy, known)
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(
            f"The policy `{policy}` of {whose} is no pack.{hint}", f"Policies: {', '.join(known)}."
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
