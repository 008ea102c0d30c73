"""Listen to oscar: each signal becomes one event of ours, in the transaction the shop is in.

oscar lets what a receiver raises break its checkout, after the order is stored: so nothing is raised here.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ecrm.adapters.django.oscar import orders, shopping
from ecrm.adapters.django.shop import crm, embedded
from ecrm.adapters.django.telling import telling
from ecrm.adapters.django.users import who_of
from ecrm.adapters.django.visiting import anonymous_id_of
from ecrm.interactions.events import Event, SignedUp
from ecrm.values import Who

__all__ = ["connect"]


def connect() -> None:
    """Connect to oscar's signals; a shop that forked an app of oscar sends the same ones."""
    from oscar.apps.basket.signals import basket_addition, voucher_addition, voucher_removal
    from oscar.apps.catalogue.reviews.signals import review_added
    from oscar.apps.catalogue.signals import product_viewed
    from oscar.apps.checkout.signals import start_checkout
    from oscar.apps.customer.signals import user_registered
    from oscar.apps.order.signals import order_placed, order_status_changed
    from oscar.apps.search.signals import user_search

    for signal, receiver in (
        (user_registered, _registered),
        (product_viewed, _viewed),
        (user_search, _searched),
        (basket_addition, _added),
        (voucher_addition, _voucher_added),
        (voucher_removal, _voucher_removed),
        (start_checkout, _checkout_started),
        (order_placed, _placed),
        (order_status_changed, _status_changed),
        (review_added, _reviewed),
    ):
        signal.connect(receiver, dispatch_uid="ecrm")


@telling
def _registered(request: Any, user: Any, **_: Any) -> None:
    # Django's own signal tells of every new user, unless the shop said no to that.
    if not embedded().config.users:
        who = who_of(user, anonymous_id_of(request), is_proven=True)
        crm.emit(SignedUp(customer=who, source_id=f"signed-up:{user.pk}", channel="web"))


@telling
def _searched(user: Any, query: Any, sender: Any = None, **_: Any) -> None:
    if query and (who := _who(getattr(sender, "request", None), user)):
        crm.emit(shopping.searched(who, query))


@telling
def _viewed(product: Any, user: Any, request: Any, **_: Any) -> None:
    if who := _who(request, user):
        crm.emit(shopping.viewed(who, product))


@telling
def _added(product: Any, user: Any, request: Any, sender: Any = None, **_: Any) -> None:
    if who := _who(request, user):
        crm.emit(shopping.added(who, product, request, getattr(sender, "line", None)))


@telling
def _voucher_added(basket: Any, voucher: Any, sender: Any = None, **_: Any) -> None:
    _tell_of_voucher(basket, voucher, sender, is_added=True)


@telling
def _voucher_removed(basket: Any, voucher: Any, sender: Any = None, **_: Any) -> None:
    _tell_of_voucher(basket, voucher, sender, is_added=False)


def _tell_of_voucher(basket: Any, voucher: Any, sender: Any, *, is_added: bool) -> None:
    if who := _who(getattr(sender, "request", None), basket.owner):
        crm.emit(shopping.coupon(who, basket, voucher, is_added=is_added))


@telling
def _checkout_started(request: Any, email: str | None = None, **_: Any) -> None:
    who = _who(request, request.user)
    if email and not request.user.is_authenticated:
        # Whoever types an address has not proven that it is theirs.
        who = Who(email=email, anonymous_id=None if who is None else who.anonymous_id)
    if who is not None:
        crm.emit(shopping.checkout_started(who, getattr(request, "basket", None)))


@telling
def _placed(order: Any, **_: Any) -> None:
    _emit(orders.completed(order))


@telling
def _status_changed(order: Any, new_status: str, **_: Any) -> None:
    for event in orders.status_changed(order, new_status, timezone.now()):
        _emit(event)


@telling
def _reviewed(review: Any, user: Any, request: Any, **_: Any) -> None:
    if who := _who(request, user):
        crm.emit(shopping.reviewed(who, review))


def _emit(event: Event) -> None:
    # An order without a user and without an address is nobody's.
    if event.customer is not None:
        crm.emit(event)


def _who(request: Any, user: Any) -> Who | None:
    if user is not None and user.is_authenticated:
        return who_of(user, anonymous_id_of(request))
    anonymous = anonymous_id_of(request, makes=True)
    return None if anonymous is None else Who(anonymous_id=anonymous)
