"""Only packs that are signed off: what `determine --signed-off` asks."""

from __future__ import annotations

from clearance.determine.plan import Plan
from clearance.errors import RulebookInvalid
from clearance.rulebook.loading.signatures import sign_off


def check_signed(plan: Plan) -> None:
    """Refuse a plan with a pack that nobody has signed off as it decides now.

    Raises:
        RulebookInvalid: naming each of them.
    """
    wanting = []
    for item, file in zip(plan.assigned, plan.files, strict=True):
        signed = sign_off(file, item.resolved)
        if signed.state != "signed":
            wanting.append(f"{item.resolved.pack.pack}@{item.resolved.pack.version}: {signed}")
    if wanting:
        raise RulebookInvalid(
            "\n".join(["Not every pack of the sweep is signed off:", *wanting]),
            "Read their pages, then `clearance rules sign PACK@VERSION --by NAME --on DATE`; or "
            "leave out --signed-off.",
        )
