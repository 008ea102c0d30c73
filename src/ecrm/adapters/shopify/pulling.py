"""Ask Shopify for what its webhooks missed: orders, then customers, that were changed since it was last asked.

They become the same events with the same ids as webhooks make of them, so that both may tell of one thing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ecrm.adapters.shopify.client import Ask
from ecrm.adapters.shopify.orders import order_changed, order_placed
from ecrm.adapters.shopify.people import customer_told
from ecrm.adapters.shopify.queries import CUSTOMERS, ORDERS, customer_of, order_of
from ecrm.errors import SetupError, UnavailableError
from ecrm.events import Event
from ecrm.hookspecs import Delivery, Keys, Page
from ecrm.values.foreign import foreign_amount, foreign_items, foreign_mapping

__all__ = ["cursor_at", "pull_page"]

_PAGE = 25
# Without a scope of its own an app is shown no older orders.
_HISTORY = dt.timedelta(days=60)
_OVERLAP = dt.timedelta(minutes=10)
_LEAST_WAIT_S = 1.0
_KINDS = ("orders", "customers")


def cursor_at(since: dt.datetime) -> str:
    """Give the cursor that begins at a time."""
    return json.dumps({"since": since.astimezone(dt.UTC).isoformat()})


def pull_page(shop: str, cursor: str | None, keys: Keys, ask: Ask) -> Page:
    """Ask for a page; the cursor holds since when, of which kind, and where in it we are.

    Raises:
        UnavailableError: Shopify did not answer, or has answered enough for the moment.
        SetupError: The shop has not set its domain or its access token.
    """
    settings, now = keys.settings(shop), keys.now()
    if not settings["is_installed"]:
        return Page((), cursor)
    domain, tokens = settings["domain"], keys.secrets(shop, "access_token")
    if not domain or not tokens:
        raise SetupError("set domain and access_token: ecrm plugins configure shopify")
    held = {"since": (now - _HISTORY).isoformat(), **(json.loads(cursor) if cursor else {})}
    held = {"kind": _KINDS[0], "until": now.isoformat(), **held}
    query = ORDERS if held["kind"] == "orders" else CUSTOMERS
    variables = {"first": _PAGE, "after": held.get("after"), "query": f"updated_at:>='{held['since']}'"}
    found = _found(ask(domain, tokens[0], query, variables))
    told = [event for node in foreign_items(found["nodes"]) for event in _told(held["kind"], node, domain)]
    return _page(told, held, foreign_mapping(found.get("pageInfo")))


def _page(told: list[Event], held: dict[str, Any], info: Mapping[str, Any]) -> Page:
    if info.get("hasNextPage") is True:
        if not isinstance(info.get("endCursor"), str) or info["endCursor"] == held.get("after"):
            raise UnavailableError("Shopify says that there is more, and not where")
        return Page(tuple(told), json.dumps({**held, "after": info["endCursor"]}), is_last=False)
    if held["kind"] == "orders":
        following = {name: held[name] for name in ("since", "until")} | {"kind": "customers"}
        return Page(tuple(told), json.dumps(following), is_last=False)
    return Page(tuple(told), cursor_at(dt.datetime.fromisoformat(held["until"]) - _OVERLAP))


def _told(kind: str, node: Mapping[str, Any], domain: str) -> Iterator[Event]:
    delivery = Delivery("any", context={"topic": f"pull/{kind}", "domain": domain})
    if kind == "customers":
        yield from customer_told(customer_of(node), delivery)
        return
    body = order_of(node)
    yield from order_placed(body, delivery)
    if body.get("test") is not True:
        yield next(iter(order_changed(body, delivery)))


def _found(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what was found.

    Source: shopify.dev, "API limits: GraphQL Admin API rate limits".
    """
    errors = [*foreign_items(answer.get("errors"))]
    codes = {foreign_mapping(error.get("extensions")).get("code") for error in errors}
    if "THROTTLED" in codes:
        raise UnavailableError("Shopify has answered enough for now", retry_after_s=_wait_s(answer))
    if answer.get("errors"):
        known = sorted(code for code in codes if isinstance(code, str) and code.isupper() and code.isidentifier())
        raise UnavailableError(f"Shopify answered with errors: {', '.join(known) or 'of no known code'}")
    found = foreign_mapping(foreign_mapping(answer.get("data")).get("found"))
    if not isinstance(found.get("nodes"), list):
        raise UnavailableError("Shopify answered with something else than what was asked")
    return found


def _wait_s(answer: Mapping[str, Any]) -> float:
    """Give how long it takes until what was asked can be paid for."""
    cost = foreign_mapping(foreign_mapping(answer.get("extensions")).get("cost"))
    status = foreign_mapping(cost.get("throttleStatus"))
    asked, there, rate = (
        foreign_amount(value)
        for value in (cost.get("requestedQueryCost"), status.get("currentlyAvailable"), status.get("restoreRate"))
    )
    if asked is None or there is None or not rate or rate < 0:
        return _LEAST_WAIT_S
    return max(float((asked - there) / rate), _LEAST_WAIT_S)
