"""The option values that the counties of the configuration set for their policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from clearance.errors import UsageError, listed
from clearance.rulebook.language.options import OptionValues
from clearance.rulebook.loading.load import PackFile, Rulebook
from clearance.rulebook.loading.option_files import parse_option_file
from clearance.settings import CountyPolicy, Settings


@dataclass(frozen=True)
class CountyOptions:
    """The option values of one policy, of its default and of each county.

    Attributes:
        default: values of the default policy; None where the default is another policy.
        counties: values by county, of each county that the configuration names.
    """

    default: OptionValues | None = None
    counties: dict[str, OptionValues] = field(default_factory=dict)


def load_county_options(
    rulebook: Rulebook, settings: Settings, *, as_of: date
) -> dict[str, CountyOptions]:
    """The option values of each policy, by pack id.

    Args:
        rulebook: the packs, which declare the options.
        settings: the counties with their option files.
        as_of: chooses the version that declares the options.

    Raises:
        UsageError: with every problem of every option file, each with file and line.
    """
    policies = settings.county_policies
    result: dict[str, CountyOptions] = {}
    problems: list[str] = []
    for county, policy in sorted(policies.counties.items()):
        values, file_problems = _load_options(rulebook, settings, policy, whose=county, as_of=as_of)
        problems += file_problems
        result.setdefault(policy.policy, CountyOptions()).counties[county] = values
    if policies.default is not None:
        values, file_problems = _load_options(
            rulebook, settings, policies.default, whose="the default policy", as_of=as_of
        )
        problems += file_problems
        counties = result.get(policies.default.policy, CountyOptions()).counties
        result[policies.default.policy] = CountyOptions(default=values, counties=counties)
    if problems:
        raise UsageError(listed(problems), "Correct the option files; nothing was started.")
    return result


def _load_options(
    rulebook: Rulebook, settings: Settings, policy: CountyPolicy, *, whose: str, as_of: date
) -> tuple[OptionValues, list[str]]:
    """The option values of a county's file, and the problems of the file."""
    file = _declaring_pack(rulebook, policy.policy, as_of=as_of)
    if policy.options is None or file is None:
        return {}, []
    if not file.pack.options:
        problem = f"policy {policy.policy} has no options; delete `options: {policy.options}`"
        return {}, [f"{whose}: {problem}"]
    return parse_option_file(settings.option_file(policy.options), file.pack.options)


def _declaring_pack(rulebook: Rulebook, policy: str, *, as_of: date) -> PackFile | None:
    """The policy's version in force, else its last version, so that its options can be checked."""
    versions = [item for item in rulebook.packs if item.pack.pack == policy]
    return rulebook.find(policy, as_of=as_of) or (versions[-1] if versions else None)
