"""Whether a raw body names a person: in whatever form it came, by any of their identities."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ecrm.customers.model.claim import claims_of
from ecrm.shops.model import Settings

__all__ = ["Sought"]

# The last nine digits of a phone number tell it from others in whatever way it is written.
_TELLING_DIGITS = 9
# Shorter ids may be anything: a quantity, another's order.
_SHORTEST_ID = 6
_ID_NAMES = ("id", "order_id", "admin_graphql_api_id")
_NO_DIGIT = re.compile(r"\D+")
Identity = tuple[str, str]


class Sought:
    """Look for a person in texts and bodies.

    Args:
        identities: (kind, value) of each, normalised.
        orders: (source, order id) of their orders.
        settings: The shop's, by which claims are read.

    >>> sought = Sought([("email", "ayse@example.com")], [], Settings())
    >>> sought.is_in(b'{"text": "mail me: AYSE@example.com"}'), sought.is_in(b'{"text": "mail me"}')
    (True, False)
    """

    def __init__(
        self, identities: Collection[Identity], orders: Collection[tuple[str, str]], settings: Settings
    ) -> None:
        self._identities = frozenset(identities)
        self._orders = frozenset(orders)
        self._order_ids = {order_id for _, order_id in orders if len(order_id) >= _SHORTEST_ID}
        self._settings = settings
        values = {(kind, _bare(kind, value)) for kind, value in identities if kind not in {"order", "nobody"}}
        self._addresses = {value.casefold() for kind, value in values if kind in {"email", "relay"}}
        self._phones = {_NO_DIGIT.sub("", value) for kind, value in values if kind == "phone"}
        self._ids = {value for _, value in values if len(value) >= _SHORTEST_ID}

    def __repr__(self) -> str:
        return "<Sought>"

    def is_in(self, raw: bytes) -> bool:
        """Tell whether a body names them: JSON by its values, anything else by its letters."""
        text = raw.decode("utf-8", "replace")
        try:
            held = json.loads(text)
        except ValueError:
            return self.is_in_text(text) or any(id_ in text for id_ in self._ids)
        return (
            self._is_claimed(held)
            or any(self._is_value(value) for value in _values(held))
            or (bool(self._order_ids) and any(id_ in self._order_ids for id_ in _named_ids(held)))
        )

    def is_in_text(self, text: str) -> bool:
        """Tell whether a text holds an address or a phone number of theirs."""
        folded = text.casefold()
        if any(address in folded for address in self._addresses):
            return True
        digits = _NO_DIGIT.sub("", text) if self._phones else ""
        return any(phone[-_TELLING_DIGITS:] in digits for phone in self._phones if digits)

    def _is_value(self, value: str) -> bool:
        return value.strip() in self._ids or self.is_in_text(value)

    def _is_claimed(self, held: Any) -> bool:
        """Tell whether it is an event's wire form that names them, or is about an order of theirs."""
        if not isinstance(held, Mapping) or "event" not in held:
            return False
        customer, source = held.get("customer"), str(held.get("source") or "shop")
        if isinstance(customer, Mapping):
            said = {str(name): value for name, value in customer.items() if isinstance(value, str)}
            claims = claims_of({**said, "verified": ()}, source, self._settings).usable
            return any((claim.kind, claim.value) in self._identities for claim in claims)
        properties = held.get("properties")
        order = properties.get("order_id") if isinstance(properties, Mapping) else None
        return (source, str(order)) in self._orders


def _bare(kind: str, value: str) -> str:
    return value.partition(":")[2] if kind in {"account", "relay"} else value


def _named_ids(held: Any) -> Iterator[str]:
    """Give what a body calls an id: it may be a delivery about an order that names nobody."""
    stack = [held]
    while stack:
        one = stack.pop()
        if isinstance(one, Mapping):
            stack += one.values()
            yield from (str(one[name]).rpartition("/")[2] for name in _ID_NAMES if name in one)
        elif isinstance(one, list):
            stack += one


def _values(held: Any) -> Iterator[str]:
    stack = [held]
    while stack:
        one = stack.pop()
        if isinstance(one, Mapping):
            stack += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            stack += one
        elif isinstance(one, str) or (isinstance(one, int | float) and not isinstance(one, bool)):
            yield str(one)
