"""Clearance: which record relief California law gives, to whom, why, and from which date.

From Python (docs/how-to/from-python.md):

    import clearance

    store = clearance.open("out/demo/store")
    store.determinations().show()
    clearance.decide(person, as_of="2026-11-01")

PySpark is imported when one of these names is used first, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearance.api.opened import OpenedStore as OpenedStore
    from clearance.api.opened import open as open
    from clearance.api.person import Decision as Decision
    from clearance.api.person import decide as decide
    from clearance.api.rules import load_rulebook as load_rulebook

__version__ = "0.1.0"

# The module of each name.
_MODULES = {
    "OpenedStore": "clearance.api.opened",
    "open": "clearance.api.opened",
    "Decision": "clearance.api.person",
    "decide": "clearance.api.person",
    "load_rulebook": "clearance.api.rules",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
