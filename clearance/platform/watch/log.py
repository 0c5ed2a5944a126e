"""The log: each step's begin and end with its counts, on stderr, for operators.

`CLEARANCE_LOG_LEVEL` is the least level that is written: `debug`, `info`, `warning` (the default),
`error`. A line names steps, counts, codes and ids of sweeps; never a row's value.
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


def log_level() -> int:
    """The number of the least level that is written.

    Raises:
        UsageError: the variable has an unknown level.
    """
    word = os.environ.get(VARIABLE) or DEFAULT
    number = LEVELS.get(word.strip().lower())
    if number is None:
        guess = nearest(word.lower(), list(LEVELS))
        hint = f" Did you mean `{guess}`?" if guess else ""
        raise UsageError(
            f"Unknown level `{word}` in {VARIABLE}.{hint}", f"Levels: {', '.join(LEVELS)}."
        )
    return number


def log(name: str, event: str, **facts: object) -> None:
    """Write a line of the log, unless its level is too low.

    Args:
        name: the line's level.
        event: what happened.
        facts: counts, codes and ids of the event.
    """
    if LEVELS[name] < log_level():
        return
    import structlog  # takes a quarter of a second, so only where a line is written

    logger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["at", "level", "event"]),
        ],
    )
    getattr(logger, name)(event, at=wall_clock().isoformat(timespec="milliseconds"), **facts)


def logged(step: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a step: log its begin, and its end with counts, and measure its work.

    The step's first arguments are the session and the store. The counts are the whole numbers of
    its result's `as_dict()`.

    Args:
        step: its name.
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


def _metered(step: str, arguments: tuple[Any, ...]) -> AbstractContextManager[object]:
    if len(arguments) < 2 or not hasattr(arguments[0], "sparkContext"):
        return nullcontext()
    spark, store = arguments[:2]
    return metered(step, spark, store.root)


def _counts(result: object) -> dict[str, object]:
    values: dict[str, Any] = getattr(result, "as_dict", dict)()
    return {key: value for key, value in values.items() if isinstance(value, (int, bool))}
