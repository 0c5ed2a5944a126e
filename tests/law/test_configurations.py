"""The configurations that come with the project: what each of them runs."""

from __future__ import annotations

from clearance.platform.paths import conf_folder
from clearance.rulebook.loading.load import Rulebook
from clearance.settings import DEFAULT_CONFIG, DEMO_CONFIG, Settings, load_settings

SHIPPED = load_settings(None)


def _named(settings: Settings, rulebook: Rulebook) -> dict[str, str]:
    """The packs that run for the whole state, each with its kind."""
    kinds = {item.pack.pack: item.pack.kind for item in rulebook.packs}
    return {name: kinds[name] for name in settings.packs}


def _all(rulebook: Rulebook, *kinds: str) -> dict[str, str]:
    packs = [item.pack for item in rulebook.packs]
    return {pack.pack: pack.kind for pack in packs if pack.kind in kinds}


def test_a_state_runs_all_that_acts_by_itself_and_no_pointer(rulebook: Rulebook) -> None:
    assert (conf_folder() / DEFAULT_CONFIG).is_file()
    assert _named(SHIPPED, rulebook) == _all(rulebook, "law", "effect")


def test_the_demo_runs_every_pack_and_else_what_a_state_runs(rulebook: Rulebook) -> None:
    demo = load_settings(conf_folder() / DEMO_CONFIG)
    assert _named(demo, rulebook) == _all(rulebook, "law", "effect", "pointer")
    assert demo.model_copy(update={"packs": SHIPPED.packs}) == SHIPPED
