"""The options that the configuration's counties set for their policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from clearance.errors import UsageError, listed
from clearance.rulebook.language.options import OptionValues
from clearance.rulebook.loading.load import PackFile, Rulebook
from clearance.rulebook.loading.option_files import options_of
from clearance.settings import CountyPolicy, Settings


@dataclass(frozen=True)
class Chosen:
    """What the counties of one policy have chosen.

    Attributes:
        default: options of the default policy; None where the default is another policy.
        counties: options of each county that the configuration names.
    """

    default: OptionValues | None = None
    counties: dict[str, OptionValues] = field(default_factory=dict)


def chosen_options(rulebook: Rulebook, settings: Settings, *, as_of: date) -> dict[str, Chosen]:
    """For each policy: the options of its counties.

    Args:
        rulebook: the packs, which declare the options there are.
        settings: the counties with their option files.
        as_of: chooses the version that declares the options.

    Raises:
        UsageError: with every problem of every option file, each with file and line.
    """
    policies = settings.county_policies
    result: dict[str, Chosen] = {}
    problems: list[str] = []
    for county, policy in sorted(policies.counties.items()):
        values, wrong = _options(rulebook, settings, policy, whose=county, as_of=as_of)
        problems += wrong
        result.setdefault(policy.policy, Chosen()).counties[county] = values
    if policies.default is not None:
        values, wrong = _options(
            rulebook, settings, policies.default, whose="the default policy", as_of=as_of
        )
        problems += wrong
        counties = result.get(policies.default.policy, Chosen()).counties
        result[policies.default.policy] = Chosen(default=values, counties=counties)
    if problems:
        raise UsageError(listed(problems), "Correct the option files; nothing was started.")
    return result


def _options(
    rulebook: Rulebook, settings: Settings, policy: CountyPolicy, *, whose: str, as_of: date
) -> tuple[OptionValues, list[str]]:
    found = _declares(rulebook, policy.policy, as_of=as_of)
    if policy.options is None or found is None:
        return {}, []
    if not found.pack.options:
        said = f"{whose}: policy {policy.policy} has no options; delete `options: {policy.options}`"
        return {}, [said]
    return options_of(settings.option_file(policy.options), found.pack.options)


def _declares(rulebook: Rulebook, policy: str, *, as_of: date) -> PackFile | None:
    """The version in force, or the last one where none is, so that errors are told all the same."""
    versions = [item for item in rulebook.packs if item.pack.pack == policy]
    return rulebook.find(policy, as_of=as_of) or (versions[-1] if versions else None)
