"""Packs written in the test: a small one to vary, random ones over every operator and option."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

from clearance.rulebook.language.catalogue import Catalogue
from clearance.rulebook.language.model import Pack
from clearance.rulebook.language.options import OptionValue, PackOption
from clearance.rulebook.language.resolved import ResolvedPack, resolve

SENTENCES = (
    "level is F",
    "level is known",
    "deceased is no",
    "super_strike_before is yes",
    "section is 11357",
    "section is one of 11358, 11359",
    "section may be 11359",
    "level may be one of grave",
    "super_strike_before may be no",
    "tags includes serious",
    "tags includes one of violent, super_strike",
    "subdivisions starts with C",
    "subdivisions starts with one of A.1, B",
    "earlier_same_section is at least 2",
    "convictions_on_record is at most several",
    "conviction_date is before 2016-11-09",
    "conviction_date is after law_day",
    "sentence_end is on or before latest_conviction",
    "arrest_date is on or after conviction_date",
    "arrest_date is at least 2 years before conviction_date",
    "arrest_date is more than wait years before conviction_date",
    "age at conviction_date is at least 21",
    "age at arrest_date is past 18",
    "probation_granted is by_level",
    "sentence_end is before as-of",
    "sentence_end is on or before as-of",
    "last_sentence_end is after as-of",
    "last_sentence_end is on or after as-of",
    "latest_conviction is at least 10 years before as-of",
    "latest_conviction is more than wait years before as-of",
    "age at as-of is at least 50",
    "age at as-of is past 21",
    "section is one of sections",
    "tags includes lists",
    "convictions_on_record is at least few",
    "earlier_same_section is few",
    "chosen is yes",
    "years is at most 9",
    "arrest_date is at least years years before conviction_date",
    "age at conviction_date is past age",
    "sentence_end is more than years years before as-of",
    "latest_conviction is at least years years before as-of",
    "age at as-of is at least age",
    "age at as-of is past age",
    "sentence_end is at least several years before as-of free of later_felonies",
    "latest_conviction is at least wait years before as-of free of later_felonies",
    "sentence_end is at least years years before as-of free of later_felonies",
    "later_felonies has a day within 4 years after sentence_end",
    "later_felonies has a day within years years after conviction_date",
    "later_felonies has a day within wait years after law_day",
)
PARAMS = {
    "law_day": {"value": date(2010, 2, 28), "cite": "test"},
    "several": {"value": 2, "cite": "test"},
    "wait": {
        "by": "conviction_date",
        "dated": [
            {"from": date(2000, 1, 1), "value": 3, "cite": "test"},
            {"from": date(2012, 6, 1), "value": 7, "cite": "test"},
        ],
        "cite": "test",
    },
    "by_level": {"value": True, "cite": "test"},
    "grave": {"value": ("F", "M"), "cite": "test"},
}
OPTIONS: dict[str, Any] = {
    "sections": {"type": "list", "of": ["11357", "11358", "11359"], "cite": "test"},
    "lists": {"type": "list", "of": ["serious", "violent"], "cite": "test"},
    "chosen": {"type": "yes_no", "cite": "test"},
    "few": {"type": "number", "range": [1, 3], "cite": "test"},
    "years": {"type": "number", "range": [1, 15], "cite": "test"},
    "age": {"type": "number", "range": [18, 65], "cite": "test"},
}
DECISIONS: tuple[Any, ...] = (
    "NOT_ELIGIBLE",
    "REVIEW",
    {"ELIGIBLE": "dismiss"},
    {"ELIGIBLE": "redesignate_misdemeanor"},
)


# Days that a catalogue of a test lets be bounds, and the columns that mark them.
BOUNDS = {
    "sentence_end": "attempt",
    "last_sentence_end": "set_aside",
    "latest_conviction": "conspiracy",
    "arrest_date": "p64_in_cycle",
}


def with_bounds(catalogue: Catalogue) -> Catalogue:
    """The catalogue where days that packs compare on either side may be bounds."""
    features = {
        name: feature
        if feature.type == "dates"
        else feature.model_copy(update={"bounded": BOUNDS.get(name)})
        for name, feature in catalogue["conviction"].items()
    }
    return {**catalogue, "conviction": features}


def small_pack(**changes: Any) -> dict[str, Any]:
    """The content of a pack file: one rule; `changes` replace its keys."""
    content: dict[str, Any] = {
        "pack": "small",
        "version": "2020-01-01",
        "kind": "policy",
        "title": "A pack of a test",
        "authority": {"cite": "a test", "read_on": date(2026, 11, 23), "reviewed_by": None},
        "in_force": {"from": date(2000, 1, 1), "to": None},
        "unit": "conviction",
        "scope": ["tags includes p64"],
        "leap_day": "down",
        "facts": {"over": "sentence_end is before as-of"},
        "flow": [
            {
                "rule": "over",
                "when": "over",
                "then": {"ELIGIBLE": "dismiss"},
                "reason": "DISMISS_ALL_P64",
                "cite": "a test",
            }
        ],
        "unknown": {"then": "REVIEW", "reason": "MISSING_INFORMATION", "cite": "a test"},
        "otherwise": {"then": "NOT_ELIGIBLE", "reason": "NOT_IN_SCENARIO", "cite": "a test"},
    }
    return content | changes


def bound_pack(catalogue: Catalogue, **changes: Any) -> ResolvedPack:
    """A small pack, ready to decide."""
    return resolve(
        Pack.model_validate(small_pack(**changes)),
        catalogue,
        switches={},
        inputs_fingerprint="test",
    )


def unmarked(bound: ResolvedPack) -> list[str]:
    """Rules and values of a pack without a certainty, and reviews that do not say what to do."""
    pack = bound.pack
    parts = [*((rule.rule, rule) for rule in pack.flow), ("otherwise", pack.otherwise)]
    return [
        *(rule.rule for rule in pack.flow if not rule.certainty),
        *(name for name, param in pack.params.items() if not param.certainty),
        *(name for name, part in parts if (part.then.outcome == "REVIEW") != bool(part.label)),
    ]


def again(bound: ResolvedPack, name: str) -> ResolvedPack:
    """The same pack under another name."""
    return replace(bound, pack=bound.pack.model_copy(update={"pack": name}))


def random_pack(seed: int, catalogue: Catalogue) -> ResolvedPack:
    """A pack of random rules over random facts, all operators among them."""
    dice = random.Random(seed)
    sentences = dice.sample(SENTENCES, 12)
    facts = {f"f{i}": text for i, text in enumerate(sentences)}
    rules = []
    for i in range(dice.randint(3, 9)):
        rules.append(
            {
                "rule": f"r{i}",
                "when": _condition(dice, list(facts), depth=2),
                "then": dice.choice(DECISIONS),
                "reason": "DISMISS_ALL_P64",
                "cite": "a test",
            }
        )
    unknown: dict[str, Any] = (
        {"counts_as": "not_holding"}
        if dice.random() < 0.3
        else {"then": "REVIEW", "reason": "MISSING_INFORMATION", "cite": "a test"}
    )
    return bound_pack(
        catalogue,
        pack=f"random_{seed}",
        params=PARAMS,
        options=OPTIONS,
        facts=facts,
        flow=rules,
        unknown=unknown,
        leap_day=dice.choice(("down", "up")),
    )


def random_options(bound: ResolvedPack, dice: random.Random) -> dict[str, OptionValue]:
    """A value for every option of a pack; each is off now and then."""
    return {
        name: option.off if dice.random() < 0.3 else _value(option, dice)
        for name, option in bound.pack.options.items()
    }


def _value(option: PackOption, dice: random.Random) -> OptionValue:
    if option.range is not None:
        return dice.randint(*option.range)
    if option.type == "yes_no":
        return True
    chosen = dice.sample(option.of, dice.randint(1, len(option.of)))
    return tuple(word for word in option.of if word in chosen)


def _condition(dice: random.Random, facts: list[str], depth: int) -> Any:
    kind = dice.random()
    if kind < 0.2:
        return {"not": _condition(dice, facts, depth)}
    if depth == 0 or len(facts) < 2 or kind < 0.35:
        return dice.choice(facts)
    # Each part gets facts of its own, so that no condition contradicts itself.
    facts = dice.sample(facts, len(facts))
    shares = [facts[i :: dice.choice((2, 3))] for i in range(2)]
    shares[1] = [name for name in shares[1] if name not in shares[0]] or facts[-1:]
    shares[0] = [name for name in shares[0] if name not in shares[1]]
    parts = [_condition(dice, share, depth - 1) for share in shares]
    return {"all" if kind < 0.8 else "any": parts}
