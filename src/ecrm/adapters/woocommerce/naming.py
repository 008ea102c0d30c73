"""Who and when in WooCommerce: guests have the account 0, and times of Greenwich are written without a zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ecrm.errors import InvalidError
from ecrm.values import Who
from ecrm.values.foreign import foreign_email, foreign_id, foreign_mapping, foreign_text, foreign_time

__all__ = ["buyer_of", "full_name", "instant_of", "person", "shop_itself"]

_LONGEST_PHONE = 40


def instant_of(body: Mapping[str, Any], name: str) -> dt.datetime | None:
    """Give a time by its field of Greenwich; the other is in a zone that nobody tells.

    >>> instant_of({"date_created_gmt": "2017-03-22T19:28:02"}, "date_created").isoformat()
    '2017-03-22T19:28:02+00:00'
    """
    return foreign_time(body.get(f"{name}_gmt"), dt.UTC)


def person(id_: Any = None, email: Any = None, phone: Any = None) -> Who | None:
    """Name somebody by what is there; None where nothing is. An account 0 is a guest's.

    >>> person(0, "ayse@example.com").given
    {'email': 'ayse@example.com'}
    """
    given: dict[str, Any] = {
        "user_id": foreign_id(id_),
        "email": foreign_email(email),
        "phone": foreign_text(phone, _LONGEST_PHONE) if isinstance(phone, str) else None,
    }
    given = {name: value for name, value in given.items() if value is not None}
    try:
        return Who(**given, source="woocommerce") if given else None
    except InvalidError:
        return None


def buyer_of(body: Mapping[str, Any]) -> Who | None:
    """Name who ordered.

    The addresses on an order may be another person's than the account's: where there is an account, it counts alone.
    """
    account = foreign_id(body.get("customer_id"))
    billing = foreign_mapping(body.get("billing"))
    return person(account) if account is not None else person(None, billing.get("email"), billing.get("phone"))


def full_name(held: Any) -> str | None:
    """Give a name of its parts."""
    parts = [foreign_text(foreign_mapping(held).get(name)) for name in ("first_name", "last_name")]
    return " ".join(part for part in parts if part) or None


def shop_itself() -> Who:
    """Name what concerns the shop and no customer: a visitor of its own, whom nothing is ever sent."""
    return Who(anonymous_id="woocommerce:shop", source="woocommerce")
