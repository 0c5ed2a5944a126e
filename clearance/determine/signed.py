"""The check of `determine --signed-off`: every pack of the sweep is signed off."""

from __future__ import annotations

from clearance.determine.plan import Plan
from clearance.errors import RulebookInvalid
from clearance.rulebook.loading.signatures import sign_off


def check_signed(plan: Plan) -> None:
    """Refuse a plan with a pack that is not signed off in its present form.

    Raises:
        RulebookInvalid: a pack is not signed off; the message names each.
    """
    unsigned = []
    for item, file in zip(plan.assigned, plan.files, strict=True):
        signature = sign_off(file, item.resolved)
        if signature.state != "signed":
            unsigned.append(f"{item.resolved.pack.pack}@{item.resolved.pack.version}: {signature}")
    if unsigned:
        raise RulebookInvalid(
            "\n".join(["Not every pack of the sweep is signed off:", *unsigned]),
            "Read their pages, then `clearance rules sign PACK@VERSION --by NAME --on DATE`; or "
            "leave out --signed-off.",
        )
