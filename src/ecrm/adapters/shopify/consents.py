"""What customers allow: Shopify's states of marketing consent, as grants and withdrawals with their evidence.

Only a state that says so is a word of the customer's: one that is missing, null or not decided yet is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecrm.adapters.shopify.naming import customer_named, id_of
from ecrm.events import ConsentGranted, ConsentWithdrawn, Event
from ecrm.hookspecs import Delivery
from ecrm.values import Who
from ecrm.values.foreign import foreign_mapping, foreign_text, foreign_time

__all__ = ["consent_told", "consents_in"]

_GRANTED, _WITHDRAWN = frozenset({"subscribed"}), frozenset({"unsubscribed", "redacted"})
_METHODS = {"confirmed_opt_in": "double_opt_in", "single_opt_in": "single_opt_in"}
_HELD = {
    "email_marketing_consent": "email",
    "sms_marketing_consent": "sms",
    "whats_app_marketing_consent": "whatsapp",
    "whatsapp_marketing_consent": "whatsapp",
}


def consents_in(body: Mapping[str, Any], who: Who, delivery: Delivery) -> Iterator[Event]:
    """Tell every consent a body holds."""
    for name, channel in _HELD.items():
        event = _told(foreign_mapping(body.get(name)), channel, who, delivery)
        if event is not None:
            yield event


def consent_told(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Tell what a topic of consent says; the keys of each are called otherwise."""
    email = body.get("email_address") or body.get("email")
    phone = body.get("phone_number") or body.get("phone")
    who = customer_named(id_of(body, "customer_id"), email, phone)
    assert who is not None  # noqa: S101 - it has an id
    yield from consents_in(body, who, delivery)


def _told(consent: Mapping[str, Any], channel: str, who: Who, delivery: Delivery) -> Event | None:
    state = str(consent.get("state") or "").lower()
    kind = ConsentGranted if state in _GRANTED else ConsentWithdrawn if state in _WITHDRAWN else None
    if kind is None:
        return None
    at = foreign_time(consent.get("consent_updated_at") or consent.get("updated_at"))
    level = str(consent.get("opt_in_level") or "").lower()
    return kind(
        customer=who,
        purpose="marketing",
        message_channel=channel,
        method=_METHODS.get(level),
        evidence=_evidence(consent, state, level, delivery),
        at=at,
        source_id=_id(kind, channel, who, at, delivery),
    )


def _evidence(consent: Mapping[str, Any], state: str, level: str, delivery: Delivery) -> dict[str, Any]:
    held = {
        "registry": "Shopify",
        "state": state,
        "opt_in_level": level or None,
        "collected_from": foreign_text(consent.get("consent_collected_from") or consent.get("collected_from")),
        "event_id": delivery.context.get("event_id"),
    }
    return {name: value for name, value in held.items() if value is not None}


def _id(kind: Callable[..., Event], channel: str, who: Who, at: dt.datetime | None, delivery: Delivery) -> str | None:
    if at is not None:
        return (
            f"consent:{who.user_id}:{channel}:{'granted' if kind is ConsentGranted else 'withdrawn'}:{at.isoformat()}"
        )
    if kind is ConsentGranted:
        # Told again and again without a time it is one grant: it must not undo a withdrawal that came between.
        return f"consent:{who.user_id}:{channel}:granted"
    return None if delivery.id is None else f"consent:{who.user_id}:{channel}:withdrawn:{delivery.id}"
