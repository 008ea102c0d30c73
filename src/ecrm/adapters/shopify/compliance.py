"""The topics every app must obey: somebody's data asked for, somebody's data erased, a whole shop's data erased.

They become requests of `crm.privacy`; the duty here fulfils them, so that none waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ecrm.adapters.shopify.naming import customer_named, tail
from ecrm.errors import InvalidError
from ecrm.hookspecs import Asked, Delivery
from ecrm.privacy.model.asking import Asking
from ecrm.privacy.model.export import Export
from ecrm.privacy.model.request import Request
from ecrm.values import Actor
from ecrm.values.foreign import foreign_id, foreign_mapping

if TYPE_CHECKING:
    from ecrm.crm import CRM

__all__ = ["COMPLIANCE", "HandOver", "data_asked", "fulfil", "is_as_asked", "person_erased", "shop_erased"]

HandOver = Callable[[str, Request, Export | None], object]
_LAW, _SOURCE = "shopify", "shopify"
_ACTOR = Actor.system("shopify")
_MOST = 100


def data_asked(body: Mapping[str, Any], _: Delivery) -> Iterator[Asked]:
    """Ask for what is kept of a customer."""
    reference = foreign_id(foreign_mapping(body.get("data_request")).get("id")) or ""
    yield Asked("access", _LAW, _whose(body), _orders(body.get("orders_requested")), reference)


def person_erased(body: Mapping[str, Any], _: Delivery) -> Iterator[Asked]:
    """Ask for a customer to be erased."""
    yield Asked("erasure", _LAW, _whose(body), _orders(body.get("orders_to_redact")))


def shop_erased(body: Mapping[str, Any], _: Delivery) -> Iterator[Asked]:
    """Ask for everybody of the shop to be erased."""
    yield Asked("erasure", _LAW, None, reference=foreign_id(body.get("shop_id")) or "")


def is_as_asked(topic: str, body: Any, domain: str) -> bool:
    """Tell whether a body is of its topic, which stands in a header that nobody signed.

    So that no delivery of another kind, sent again under this topic, erases anybody.

    >>> is_as_asked("shop/redact", {"shop_domain": "a.myshopify.com", "customer": {}}, "a.myshopify.com")
    False
    """
    if not isinstance(body, Mapping) or str(body.get("shop_domain")).lower() != domain:
        return False
    needed, odd = _SHAPES[topic]
    return all(name in body for name in needed) and not any(name in body for name in odd)


def fulfil(crm: CRM, hand_over: HandOver | None) -> None:
    """Fulfil what waits: erase at once; export where somebody takes it, else it waits for a person until it is due."""
    for request in crm.privacy.requests("open", _MOST):
        if request.channel != _SOURCE:
            continue
        if request.kind == "erasure":
            asking = Asking.read(request.evidence)
            crm.privacy.fulfil(request.id, _ACTOR)
            if asking is not None and asking.who is None:
                # The shop is no more: what it set goes too, and with it whatever would still be received.
                crm.plugins.forget(_SOURCE)
        elif hand_over is not None:
            export = crm.privacy.fulfil(request.id, _ACTOR)
            hand_over(crm.shop.key, request, export if isinstance(export, Export) else None)


def _whose(body: Mapping[str, Any]) -> Any:
    customer = foreign_mapping(body.get("customer"))
    who = customer_named(customer.get("id"), customer.get("email"), customer.get("phone"))
    if who is None:
        raise InvalidError.of("customer", "it says nowhere whom it is about")
    return who


def _orders(ids: Any) -> tuple[str, ...]:
    return tuple(id_ for one in (ids if isinstance(ids, list) else []) if (id_ := tail(one)) is not None)


_SHAPES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "customers/data_request": (("customer",), ("orders_to_redact",)),
    "customers/redact": (("customer",), ("orders_requested", "data_request")),
    "shop/redact": ((), ("customer", "orders_to_redact", "orders_requested", "data_request")),
}
COMPLIANCE = frozenset(_SHAPES)
