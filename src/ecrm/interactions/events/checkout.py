"""On the way to an order: the checkout, payment and coupons entered.

What became of it is in `order`.
"""

from __future__ import annotations

from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Label
from ecrm.interactions.events.product import Product
from ecrm.interactions.events.rules import Id
from ecrm.interactions.events.shape import kind
from ecrm.values.money import Money

__all__ = [
    "CheckoutStarted",
    "CouponApplied",
    "CouponDenied",
    "CouponEntered",
    "CouponEvent",
    "CouponRemoved",
    "PaymentFailed",
    "PaymentInfoEntered",
]


@kind
class CheckoutStarted(Event):
    """Say that the customer began to check out."""

    NAME: ClassVar[str] = "Checkout Started"

    checkout_id: Id | None = None
    order_id: Id | None = None
    affiliation: Label | None = None
    value: Money | None = None
    revenue: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None
    discount: Money | None = None
    coupon: Label | None = None
    products: tuple[Product, ...] = ()


@kind
class PaymentInfoEntered(Event):
    """Say that the customer chose how to pay; never with card data."""

    NAME: ClassVar[str] = "Payment Info Entered"

    checkout_id: Id | None = None
    order_id: Id | None = None
    step: int | None = None
    shipping_method: Label | None = None
    payment_method: Label | None = None


@kind
class PaymentFailed(Event):
    """Say that a payment did not go through."""

    NAME: ClassVar[str] = "Payment Failed"

    order_id: Id | None = None
    checkout_id: Id | None = None
    payment_id: Id | None = None
    amount: Money | None = None
    payment_method: Label | None = None
    reason: Label | None = None


@kind
class CouponEvent(Event):
    """Be about one coupon in a cart or an order."""

    order_id: Id | None = None
    cart_id: Id | None = None
    coupon_id: Id | None = None
    coupon_name: Label | None = None
    discount: Money | None = None
    reason: Label | None = None


@kind
class CouponEntered(CouponEvent):
    """Say that the customer entered a coupon."""

    NAME: ClassVar[str] = "Coupon Entered"


@kind
class CouponApplied(CouponEvent):
    """Say that a coupon was accepted."""

    NAME: ClassVar[str] = "Coupon Applied"


@kind
class CouponDenied(CouponEvent):
    """Say that a coupon was not accepted."""

    NAME: ClassVar[str] = "Coupon Denied"


@kind
class CouponRemoved(CouponEvent):
    """Say that a coupon was taken out again."""

    NAME: ClassVar[str] = "Coupon Removed"
