"""Killed after any commit and run again, the line says in the end what an undisturbed one says.

In this process, as if it were gone: what is raised passes every handler, and nothing is tidied up.
Real kills, at random moments of two months, are scripts/soak/kill.py.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from soak.kill import Figures, look
from soak.months import Place
from soak.state import check_nothing_left

from clearance.cli import exit_code
from clearance.commands.demo import AS_OF
from clearance.platform.store.store import Store
from clearance.publish.packets import packets
from tests.support.stores import Line

WRITES = ("append", "replace", "upsert", "replace_people")


class Killed(BaseException):
    """The process is gone."""


def dying_after(call: Callable[..., Any], *, when: Callable[..., bool]) -> Callable[..., Any]:
    """The function, after which the process is gone where `when` says so of what it was given."""

    @functools.wraps(call)
    def then_die(*given: Any, **named: Any) -> Any:
        result = call(*given, **named)
        if when(*given, **named):
            raise Killed
        return result

    return then_die


def is_killed(arguments: list[str], *, when: Callable[..., bool], at: Any, **names: Any) -> bool:
    """Run a command that dies after a call of these functions; False where it ended well.

    Args:
        arguments: the command.
        when: asked after each call, with what the function was given.
        at: what has the functions.
        names: theirs, each with itself.
    """
    with pytest.MonkeyPatch.context() as patched:
        for name, call in names.items():
            patched.setattr(at, name, dying_after(call, when=when))
        try:
            assert exit_code([*arguments, "--quiet"], debug=True) == 0
        except Killed:
            return True
    return False


def test_the_line_killed_after_every_commit_and_run_again_says_the_same(
    spark: SparkSession, line: Line, tmp_path: Path
) -> None:
    place, undisturbed = Place(tmp_path), line.place
    known, figures = [{}, undisturbed.content().files], Figures()
    store = ["--store", str(place.store)]
    steps = (
        ["ingest", *line.extract, *store],
        ["prepare", *store],
        ["determine", "--as-of", AS_OF.isoformat(), *store],
    )
    written: list[str] = []

    def is_new(_: Store, rows: Any, table: str, **options: Any) -> bool:
        """After each table's first commit; what lies there before one lies there after another."""
        if table in written:
            return False
        written.append(table)
        return True

    writes = {name: getattr(Store, name) for name in WRITES}
    for arguments in steps:
        while is_killed(arguments, when=is_new, at=Store, **writes):
            look(place, known=known, figures=figures)
    assert sorted(written) == sorted(path.name for path in place.store.iterdir() if path.is_dir())

    publish = ["publish", "--out", str(place.out), *store]
    move = packets.move_into_place
    # One county's packet is in place, the others are not.
    assert is_killed(publish, when=lambda *_, **named: True, at=packets, move_into_place=move)
    look(place, known=known, figures=figures)
    assert figures.packets_seen == 1
    page = str(place.out / "report.html")
    for arguments in (publish, ["report", "--out", page, *store]):
        assert exit_code([*arguments, "--quiet"], debug=True) == 0
    assert place.content().differences(undisturbed.content()) == []
    check_nothing_left(place.store, place.out)
