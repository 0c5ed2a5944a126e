"""Options in a pack: what a fact about one says, and what a pack may not say of its options."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clearance.rulebook.language.model import Pack
from clearance.rulebook.language.resolved import ResolvedPack, resolve
from clearance.rulebook.loading.load import Rulebook
from clearance.rulebook.oracle import decide
from tests.support.rulebook.packs import OPTIONS, small_pack

AS_OF = date(2026, 11, 1)


OWN = {
    "options": {"chosen": OPTIONS["chosen"], "years": OPTIONS["years"]},
    "facts": {
        "chosen": "chosen is yes",
        "old": "sentence_end is at least years years before as-of",
    },
}


def decided(bound: ResolvedPack, when: Any, **options: Any) -> str:
    content = small_pack(**OWN)
    content["flow"][0]["when"] = when
    pack = Pack.model_validate(content)
    values = {**bound.options, **options}
    with_values = ResolvedPack(pack, bound.facts, bound.scope, {}, "", values)
    row = {"tags": ["p64"], "sentence_end": None}
    made = decide(with_values, row, AS_OF)
    assert made is not None
    return made.outcome


def test_a_fact_about_an_option_that_is_off_does_not_hold_even_where_the_record_is_silent(
    rulebook: Rulebook,
) -> None:
    content = small_pack(**OWN)
    content["flow"][0]["when"] = {"any": ["chosen", "old"]}
    bound = resolve(
        Pack.model_validate(content), rulebook.catalogue, switches={}, inputs_fingerprint=""
    )
    assert decided(bound, "old") == "NOT_ELIGIBLE"
    assert decided(bound, "old", years=5) == "REVIEW"
    assert decided(bound, {"not": "old"}) == "ELIGIBLE"
    assert decided(bound, "chosen", chosen=True) == "ELIGIBLE"
    assert decided(bound, "chosen") == "NOT_ELIGIBLE"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"f": "chosen is no"}, "write `not` in the rule"),
        ({"f": "chosen is at least 2"}, "`chosen` is a yes_no"),
        ({"f": "years is yes"}, "`years` is a number"),
        ({"f": "sections is known"}, "`sections` is a list"),
        ({"f": "section is years"}, "number option `years` does not fit"),
        ({"f": "level is one of sections"}, "`11357` of `sections` is no such code"),
        ({"f": "section is one of sections, 11360"}, "a list option must be the only value"),
        ({"f": "convictions_on_record is at least sections"}, "list option `sections`"),
        ({"f": "sentence_end is before chosen"}, "yes_no option `chosen`"),
        ({"f": "sentence_end is at least chosen years before as-of"}, "must be a number option"),
        ({"f": "age at as-of is past sections"}, "must be a number option"),
    ],
)
def test_an_option_stands_only_where_its_type_fits(
    rulebook: Rulebook, facts: dict[str, str], said: str
) -> None:
    from clearance.rulebook.loading.pack_checks import Known, pack_problems

    pack = Pack.model_validate(small_pack(options=OPTIONS, facts=facts))
    found = pack_problems(
        pack, known=Known(rulebook.catalogue, rulebook.reasons, {"p64", "serious"})
    )
    assert any(said in problem for where, problem in found if where == ("facts", "f")), found


def test_options_that_nobody_asks_or_that_hide_a_column_or_move_the_scope_are_refused(
    rulebook: Rulebook,
) -> None:
    from clearance.rulebook.loading.pack_checks import Known, pack_problems

    options = {"idle": OPTIONS["chosen"], "level": OPTIONS["years"], "chosen": OPTIONS["chosen"]}
    pack = Pack.model_validate(small_pack(options=options, scope=["chosen is yes"]))
    found = dict(pack_problems(pack, known=Known(rulebook.catalogue, rulebook.reasons, set())))
    assert "no fact uses the option `idle`" in found["options", "idle"]
    assert "`level` is a column" in found["options", "level"]
    assert "must not hang on a county's option" in found["scope", 0]


@pytest.mark.parametrize(
    "option",
    [
        {"type": "number"},
        {"type": "number", "range": [0, 5]},
        {"type": "number", "range": [5, 4]},
        {"type": "list"},
        {"type": "yes_no", "of": ["a"]},
        {"type": "yes_no", "range": [1, 2]},
        {"type": "yes_no", "code_book": "HS"},
        {"type": "yes_no", "key": "a..b"},
        {"type": "word"},
    ],
)
def test_an_option_declared_wrongly_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"options\.mine"):
        Pack.model_validate(small_pack(options={"mine": {"cite": "a test", **option}}))


def test_one_name_or_key_never_means_two_things() -> None:
    years = {"type": "number", "range": [1, 2], "cite": "a test", "key": "group.years"}
    with pytest.raises(ValueError, match="a param and an option"):
        Pack.model_validate(
            small_pack(params={"a": {"value": 1, "cite": "a test"}}, options={"a": years})
        )
    with pytest.raises(ValueError, match="the same `key`"):
        Pack.model_validate(small_pack(options={"a": years, "b": years}))
