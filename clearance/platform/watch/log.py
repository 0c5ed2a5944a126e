"""The log: each step's begin and end with its counts, on stderr, for operators.

`CLEARANCE_LOG_LEVEL` says how much: `debug`, `info`, `warning` (the default: nothing but
trouble), `error`. A line names steps, counts, codes and ids of sweeps; never a row's value.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from clearance.errors import ClearanceError, UsageError, nearest
from clearance.platform.clock import wall_clock
from clearance.platform.watch.meter import metered

VARIABLE = "CLEARANCE_LOG_LEVEL"
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
DEFAULT = "warning"

P = ParamSpec("P")
R = TypeVar("R")


def level() -> int:
    """How much is logged.

    Raises:
        UsageError: the variable holds no level.
    """
    word = os.environ.get(VARIABLE) or DEFAULT
    known = LEVELS.get(word.strip().lower())
    if known is None:
        guess = nearest(word.lower(), list(LEVELS))
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(f"{VARIABLE} `{word}` is no level.{hint}", f"Levels: {', '.join(LEVELS)}.")
    return known


def log(name: str, event: str, **facts: object) -> None:
    """One line of the log, where the level lets it through.

    Args:
        name: the line's level.
        event: what happened.
        facts: counts, codes and ids that go with it.
    """
    if LEVELS[name] < level():
        return
    import structlog  # a quarter of a second, which a quiet run is spared

    logger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["at", "level", "event"]),
        ],
    )
    getattr(logger, name)(event, at=wall_clock().isoformat(timespec="milliseconds"), **facts)


def logged(step: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Log a step's begin, and its end with the counts of its result; measure what lies between.

    Args:
        step: its name. The result's `as_dict()` gives the counts: its whole numbers. What it works
            with, the session and the store, come first.
    """

    def around(work: Callable[P, R]) -> Callable[P, R]:
        @wraps(work)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            log("info", "step begins", step=step)
            try:
                with _metered(step, args):
                    result = work(*args, **kwargs)
            except Exception as error:
                code = error.exit_code if isinstance(error, ClearanceError) else None
                log("info", "step fails", step=step, error=type(error).__name__, exit_code=code)
                raise
            log("info", "step ends", step=step, **_counts(result))
            return result

        return run

    return around


def _metered(step: str, given: tuple[Any, ...]) -> AbstractContextManager[object]:
    if len(given) < 2 or not hasattr(given[0], "sparkContext"):
        return nullcontext()
    return metered(step, given[0], given[1].root)


def _counts(result: object) -> dict[str, object]:
    told: dict[str, Any] = getattr(result, "as_dict", dict)()
    kept = (int, bool)
    return {key: value for key, value in told.items() if isinstance(value, kept)}
