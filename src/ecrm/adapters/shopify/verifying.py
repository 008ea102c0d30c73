"""Whose a delivery is: of the shop whose domain is named and whose own secret signed the bytes.

The headers are not signed. So a domain chooses among the shops that set it, and the topic is held against the body
where believing it would erase somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ecrm.adapters.shopify.compliance import COMPLIANCE, is_as_asked
from ecrm.hookspecs import Delivery, Keys, Refusal
from ecrm.http import Request
from ecrm.signatures import is_signed
from ecrm.values.strict_json import read_json

__all__ = ["LONGEST_BODY", "Roster", "header"]

LONGEST_BODY = 4 * 1_048_576
_TOPIC = re.compile(r"[a-z0-9_]+[/.][a-z0-9_]+\Z")
_KEPT = {"event_id": "event-id", "api_version": "api-version", "triggered_at": "triggered-at"}
_FAMILIES = ("x-shopify-", "shopify-")


class Roster:
    """Know shops by their domain."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def verify(self, request: Request, keys: Keys) -> Delivery | Refusal:
        """Tell whose a delivery is.

        Source: shopify.dev, "Verify webhooks" and "Webhooks: headers".
        """
        domain, topic = header(request, "shop-domain").lower(), header(request, "topic").lower()
        shown = header(request, "hmac-sha256")
        for shop in self._shops(domain, keys):
            if is_signed(keys.secrets(shop, "client_secret"), request.body, shown):
                self._known[domain] = shop
                return _delivery(request, shop, domain, topic)
        return Refusal()

    def _shops(self, domain: str, keys: Keys) -> Iterator[str]:
        if not domain:
            return
        # An app serves thousands of shops: the one that was meant last time is asked first.
        known, shops = self._known.get(domain), keys.shops()
        ordered = ([known] if known in shops else []) + [shop for shop in shops if shop != known]
        yield from (shop for shop in ordered if shop is not None and keys.settings(shop)["domain"] == domain)


def header(request: Request, name: str) -> str:
    """Give a header by its last words: newer versions leave the X out.

    >>> header(Request("POST", headers={"shopify-topic": "orders/create"}), "topic")
    'orders/create'
    """
    return next((request.headers[f + name] for f in _FAMILIES if f + name in request.headers), "").strip()


def _delivery(request: Request, shop: str, domain: str, topic: str) -> Delivery | Refusal:
    if not _TOPIC.match(topic):
        return Refusal(400, "it names no topic")
    if topic in COMPLIANCE and not is_as_asked(topic, read_json(request.body, LONGEST_BODY), domain):
        return Refusal(400, "it is not of the topic it names, or of another shop")
    context = {"topic": topic, "domain": domain}
    context |= {name: said for name, end in _KEPT.items() if (said := header(request, end))}
    return Delivery(shop, header(request, "webhook-id") or None, context)
