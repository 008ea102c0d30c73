"""An event made ready to be stored: settled with the shop's defaults, its claims read, its body encoded.

Making an entry touches no database; storing it is the work of `recording`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import attrs

from ecrm.customers.model.claim import Claim, Claims, claims_of, order_claim
from ecrm.customers.model.trait import Trait, traits_of
from ecrm.errors import InvalidError
from ecrm.interactions.events.catalogue import CORE_NAMES
from ecrm.interactions.model.fact import is_by_customer
from ecrm.interactions.model.order import ORDER_KINDS, minor_of
from ecrm.shops.model import Settings

__all__ = ["DEFAULT_SOURCE", "VOIDED", "Entry", "check_named", "make_entry", "settle"]

DEFAULT_SOURCE = "shop"
VOIDED = "Interaction Voided"
LONGEST_BODY = 1_048_576
# A day inside what Python and the databases hold, so that every zone has a name for it.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")
_SOURCE_SAYS = "letters, digits, dots, dashes, underscores; at most 63"
_CHANNEL_MARKS = "lower-case letters, digits, dashes, underscores; at most 32"
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_CONTEXT = ("direction", "actor", "location_id", "campaign", "context")
_TRAIT_KINDS = frozenset({"Customer Identified", "Customer Updated"})
_TOTALS = ("total", "subtotal", "revenue", "tax", "shipping", "discount", "value", "amount")
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@attrs.frozen(repr=False, eq=False)
class Entry:
    """An event ready to be stored.

    Args:
        kind: The event's name.
        at: When it happened, UTC.
        source: The system that told.
        source_id: Its id there.
        channel: Where it happened.
        is_live: False where it is imported.
        properties: Its own fields, settled.
        context: The rest of its envelope.
        claims: What it claims of its customer.
        thread: The claim of the order it is of.
        body: The properties as JSON text.
        traits: What it says of the customer.
    """

    kind: str
    at: dt.datetime
    source: str
    source_id: str
    channel: str | None
    is_live: bool
    properties: Mapping[str, Any]
    context: Mapping[str, Any]
    claims: Claims
    thread: Claim | None
    body: str
    traits: tuple[Trait, ...] = ()

    def __repr__(self) -> str:
        return f"<Entry {self.kind}>"

    @property
    def key(self) -> tuple[str, str]:
        """Give what it is stored once by."""
        return self.source, self.source_id

    @property
    def order(self) -> tuple[str, str] | None:
        """Give the order it is of: source and order id."""
        return None if self.thread is None else (self.source, self.properties["order_id"])

    @property
    def is_by_customer(self) -> bool:
        """Tell whether the customer did it."""
        return is_by_customer(self.context)

    @property
    def fallback(self) -> Claim:
        """Give the claim it hangs on where it names nobody and is of no order."""
        return Claim("nobody", f"{self.source}:{self.source_id}")

    def context_json(self) -> str | None:
        """Encode the rest of its envelope; None where there is none."""
        return _dumps(self.context) if self.context else None


def settle(wire: Mapping[str, Any], key: str | None, now: dt.datetime, new_id: Callable[[], UUID]) -> dict[str, Any]:
    """Fill in what must not change any more once an event is emitted: its time, source and id.

    Args:
        wire: The event as on the wire.
        key: Its natural key, where it has one.
        now: The time it gets if it has none.
        new_id: Makes the id of an event with neither a source id nor a natural key.

    Returns:
        The wire form, complete.

    Raises:
        InvalidError: A source or channel that is none.
    """
    _check_word(wire.get("source", DEFAULT_SOURCE), _SOURCE, "source", _SOURCE_SAYS)
    if "channel" in wire:
        _check_word(wire["channel"], _CHANNEL, "channel", _CHANNEL_MARKS)
    settled = dict(wire)
    if "messageId" not in settled:
        settled["messageId"] = f"{settled['event']}:{key}" if key is not None else str(new_id())
    if "timestamp" not in settled:
        settled["timestamp"] = now.isoformat()
    settled.setdefault("source", DEFAULT_SOURCE)
    return settled


def check_named(kind: str, customer: object) -> None:
    """Refuse an event of which nobody could tell whom it is about.

    An order's events find their customer by the order, a void by what it voids.

    Raises:
        InvalidError: It needs a customer and has none.
    """
    if customer is None and kind not in ORDER_KINDS and kind != VOIDED:
        raise InvalidError.of("customer", "say whom it is about: customer=Who(email=…) or another identity")


def make_entry(wire: Mapping[str, Any], settings: Settings, hung: Claims | None = None) -> Entry:
    """Make an entry of an event's settled wire form.

    Args:
        wire: From `settle`.
        settings: The shop's: zone for naive times, country for phones, currency for bare amounts.
        hung: The claims it hangs on where it names nobody: it was derived from what hangs on them.

    Returns:
        The entry.

    Raises:
        InvalidError: It names nobody, has a naive time the shop does not read, an amount without a
            currency.
    """
    kind, source = wire["event"], wire["source"]
    channel = wire.get("channel")
    # What is not ours is kept whole: its "total" may be anything.
    properties = wire["properties"]
    if kind in CORE_NAMES:
        properties = _with_currency(properties, settings)
    is_order = kind in ORDER_KINDS and properties.get("order_id") is not None
    customer = wire.get("customer")
    if hung is None:
        check_named(kind, customer)
    if customer is not None and customer.get("source") is not None:
        _check_word(customer["source"], _SOURCE, "customer.source", _SOURCE_SAYS)
    claims = claims_of(customer, source, settings) if customer else hung or _NOBODY
    at = _moment(wire["timestamp"], settings)
    context = {name: wire[name] for name in _CONTEXT if wire.get(name)}
    if claims.unusable:
        context["unusable"] = dict(claims.unusable)
    return Entry(
        kind, at, source, wire["messageId"], channel, wire.get("live", True), properties, context, claims,
        order_claim(source, properties["order_id"]) if is_order else None, _body(properties),
        _traits(wire, at, claims) if kind in _TRAIT_KINDS else (),
    )  # fmt: skip


_NOBODY = Claims(())


def _traits(wire: Mapping[str, Any], at: dt.datetime, claims: Claims) -> tuple[Trait, ...]:
    source = wire["source"]
    key = f"{source}:{wire['messageId']}"
    is_proven = any(claim.is_proven for claim in claims.usable)
    return tuple(traits_of(wire["properties"], at, key, source, wire.get("actor"), is_proven=is_proven))


def _body(properties: Mapping[str, Any]) -> str:
    body = _dumps(properties)
    # No letter takes more than four bytes: most bodies need not be encoded to be measured.
    if len(body) * 4 > LONGEST_BODY and len(body.encode()) > LONGEST_BODY:
        raise InvalidError.of("properties", "send at most 1 MiB: keep large things elsewhere and link them")
    return body


def _check_word(value: str, pattern: re.Pattern[str], field: str, allowed: str) -> None:
    if not pattern.match(value):
        raise InvalidError.of(field, f"use {allowed}")


def _moment(text: str, settings: Settings) -> dt.datetime:
    at = dt.datetime.fromisoformat(text)
    if at.tzinfo is None:
        if not settings.reads_naive_times:
            message = (
                "give a time with a zone, or let the shop's zone be read into it: "
                "crm.shop.configure(reads_naive_times=True)"
            )
            raise InvalidError.of("at", message)
        at = at.replace(tzinfo=settings.zone_info)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise InvalidError.of("at", f"give a time of the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return at.astimezone(dt.UTC)


def _with_currency(properties: Mapping[str, Any], settings: Settings) -> Mapping[str, Any]:
    amounts = [name for name in _TOTALS if name in properties]
    currency = properties.get("currency")
    if currency is None and (amounts or "products" in properties) and settings.currency is not None:
        currency = settings.currency
        properties = {**properties, "currency": currency}
    if "total" not in properties:
        return properties
    if currency is None:
        message = 'say in which currency: Money("149.90", "TRY"), or once: crm.shop.configure(currency="TRY")'
        raise InvalidError.of("total", message)
    # Totals are kept in minor units: what does not fit them is refused here, with its name.
    for name in ("total", "revenue", "tax", "shipping"):
        if name in properties:
            _check_fits(properties[name], currency, name)
    return properties


def _check_fits(amount: Any, currency: str, field: str) -> None:
    try:
        minor_of(amount, currency)
    except InvalidError as error:
        raise InvalidError.of(field, f"give an amount in the minor units of {currency}") from error
