"""The topics every app must obey: somebody's data asked for, somebody's data erased, a whole shop's data erased.

They become requests of `crm.privacy`; the duty here fulfils them, so that none waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ecrm.adapters.shopify.naming import customer_named, tail
from ecrm.errors import InvalidError, NotFoundError
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
_MOST = 10_000


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
    """Fulfil what waits: erase at once; export where somebody takes it, else it waits for a person until it is due.

    One that fails waits for the next time, and keeps none of the others.

    Raises:
        Exception: What the first that failed raised.
    """
    failure: Exception | None = None
    for request in crm.privacy.requests("open", _MOST):
        asking = Asking.read(request.evidence) if request.channel == _SOURCE else None
        if asking is None:
            continue
        try:
            if request.kind == "erasure":
                _erase(crm, request, asking)
            elif hand_over is not None:
                hand_over(crm.shop.key, request, _export(crm, asking))
                # Only now: what nobody took was not answered.
                crm.privacy.close(request.id, actor=_ACTOR)
        except Exception as error:  # noqa: BLE001 - a stranger's function, and the others have deadlines too
            failure = failure or error
    if failure is not None:
        raise failure


def _erase(crm: CRM, request: Request, asking: Asking) -> None:
    crm.privacy.fulfil(request.id, _ACTOR)
    if asking.who is None:
        # The shop is no more: what it set goes too, and with it whatever would still be received.
        crm.plugins.forget(_SOURCE)


def _export(crm: CRM, asking: Asking) -> Export | None:
    for way in reversed(asking.ways()):
        with suppress(InvalidError, NotFoundError):
            return crm.privacy.export(way, _ACTOR)
    return None


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
