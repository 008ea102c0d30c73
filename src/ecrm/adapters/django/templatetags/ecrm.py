"""`{% load ecrm %}{% ecrm_timeline user %}`: what happened with a customer, as a list."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import template

from ecrm.adapters.django.shop import crm
from ecrm.adapters.django.showing import interaction_shown
from ecrm.errors import EcrmError
from ecrm.values import Actor, Who

__all__ = ["ecrm_timeline", "register"]

register = template.Library()
_LOG = logging.getLogger("ecrm.web")


@register.inclusion_tag("ecrm/timeline.html", takes_context=True)
def ecrm_timeline(
    context: Any, who: Any, limit: int = 20, kinds: str | Sequence[str] | None = None, *, staff: bool = False
) -> dict[str, Any]:
    """Show the newest of a customer's timeline, in `ecrm/timeline.html`, which a project may replace.

    Args:
        context: Of the template.
        who: A user of the project, or what `crm.timeline` takes.
        limit: How many.
        kinds: Only these event names, in a list or with commas between them.
        staff: For pages only the shop's staff sees: also what came by identities that nobody proved. Without it
            a customer sees what is certainly theirs.
    """
    wanted = [name.strip() for name in kinds.split(",")] if isinstance(kinds, str) else kinds
    try:
        whom = _whom(who)
        if whom is None:
            return {"interactions": []}
        page = crm.timeline(whom, limit=limit, kinds=wanted, proven_only=not staff)
        if page:
            crm.audit.note_read(whom, "template timeline", _actor(context) if staff else Actor.customer())
    except EcrmError as error:
        # The page goes on without it.
        _LOG.error("a timeline was not shown: %s", type(error).__name__)
        return {"interactions": []}
    return {"interactions": [interaction_shown(one) for one in page]}


def _whom(who: Any) -> Who | UUID | str | None:
    if isinstance(who, Who | UUID | str):
        return who or None
    # The account alone: an address somebody typed proves nothing.
    account: Any = getattr(who, "pk", None)
    return None if account is None else Who(user_id=str(account), verified=["user_id"])


def _actor(context: Any) -> Actor | None:
    account: Any = getattr(getattr(context.get("request"), "user", None), "pk", None)
    return None if account is None else Actor.staff(str(account))
