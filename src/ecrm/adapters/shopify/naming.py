"""Who and what Shopify names: ids out of gids, customers, visitors by the tokens of their carts and checkouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery
from ecrm.values import Who
from ecrm.values.foreign import foreign_email, foreign_id, foreign_mapping, foreign_text

__all__ = ["buyer_of", "customer_named", "full_name", "id_of", "shop_itself", "tail", "visitor"]

_LONGEST_PHONE = 40


def tail(gid: Any) -> str | None:
    """Give the id in a gid, or the id itself.

    >>> tail("gid://shopify/Order/820982911946154508?x=1"), tail(820982911946154508), tail(None)
    ('820982911946154508', '820982911946154508', None)
    """
    if isinstance(gid, str) and gid.startswith("gid://"):
        return foreign_id(gid.partition("?")[0].rpartition("/")[2])
    return foreign_id(gid)


def id_of(body: Mapping[str, Any], *names: str) -> str:
    """Give the id of what a body is about: by its gid, which no reader of JSON rounds, or the first of other names.

    Raises:
        InvalidError: It has none.
    """
    for name in ("admin_graphql_api_id", *names, "id"):
        found = tail(body.get(name))
        if found is not None:
            return found
    raise InvalidError.of(names[0] if names else "id", "it says nowhere which one it is about")


def customer_named(
    id_: Any = None, email: Any = None, phone: Any = None, anonymous_id: str | None = None
) -> Who | None:
    """Name a customer by what is there; None where nothing is."""
    given: dict[str, Any] = {
        "user_id": tail(id_),
        "email": foreign_email(email),
        "phone": foreign_text(phone, _LONGEST_PHONE) if isinstance(phone, str) else None,
        "anonymous_id": anonymous_id,
    }
    given = {name: value for name, value in given.items() if value is not None}
    try:
        return Who(**given, source="shopify") if given else None
    except InvalidError:
        return None if anonymous_id is None else Who(anonymous_id=anonymous_id, source="shopify")


def buyer_of(body: Mapping[str, Any], anonymous_id: str | None = None) -> Who | None:
    """Name who ordered, or checks out.

    The address on an order may be another person's than that of the account: where there is an account, its own
    counts alone.
    """
    customer = foreign_mapping(body.get("customer"))
    account = tail(customer.get("admin_graphql_api_id")) or tail(customer.get("id"))
    if account is not None:
        return customer_named(account, customer.get("email"), customer.get("phone"), anonymous_id)
    email = body.get("email") or body.get("contact_email") or customer.get("email")
    return customer_named(None, email, body.get("phone") or customer.get("phone"), anonymous_id)


def full_name(customer: Mapping[str, Any]) -> str | None:
    """Give the name of a customer; None where the app may not see it."""
    parts = [foreign_text(customer.get(name)) for name in ("first_name", "last_name")]
    return " ".join(part for part in parts if part) or None


def visitor(body: Mapping[str, Any]) -> list[str]:
    """Give the anonymous ids of a cart, a checkout or an order, the cart's before the checkout's."""
    tokens = (("cart", body.get("cart_token")), ("checkout", body.get("checkout_token")))
    return [f"shopify:{kind}:{token}" for kind, given in tokens if (token := foreign_id(given)) is not None]


def shop_itself(delivery: Delivery) -> Who:
    """Name what concerns the shop and no customer: a visitor of its own, whom nothing is ever sent."""
    return Who(anonymous_id=f"shopify:shop:{delivery.context.get('domain') or delivery.shop}", source="shopify")
