"""A shop's own object becomes an event by the mapping its class declares once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError, Money, SetupError, Who, events

LINE = {"sku": "sku", "price": "price", "quantity": "quantity"}
CUSTOMER = {"user_id": "user.pk", "email": "guest"}


@frozen
class User:
    pk: int = 7


@frozen
class Line:
    sku: str = "MUG"
    price: Decimal = Decimal("74.95")
    quantity: int = 2


@frozen
class Order:
    number: int = 1001
    total: Decimal = Decimal("149.90")
    currency: str = "TRY"
    user: User | None = User()
    guest: str | None = None
    lines: tuple[Line, ...] = (Line(),)

    ecrm = {  # noqa: RUF012 - as a shop writes it
        "Order Completed": {
            "order_id": "number", "total": "total", "currency": "currency", "customer": CUSTOMER,
            "products": ("lines", LINE), "channel": lambda _: "web",
        },
        "Order Cancelled": {"order_id": "number", "customer": CUSTOMER},
    }  # fmt: skip


class Bag:
    """An object that is made of what a test gives it."""

    def __init__(self, **held):
        vars(self).update(held)


def test_order_becomes_the_event_its_mapping_says():
    assert events.OrderCompleted.of(Order()) == events.OrderCompleted(
        order_id=1001, total=Money("149.90", "TRY"), customer=Who(user_id=7), channel="web",
        products=[events.Product(sku="MUG", price="74.95", quantity=2)],
    )  # fmt: skip


def test_one_class_may_become_several_events():
    assert events.OrderCancelled.of(Order()).order_id == "1001"


def test_guest_has_no_account_and_nobody_is_nobody():
    assert events.OrderCompleted.of(Order(user=None, guest="a@example.com")).customer == Who(email="a@example.com")
    assert events.OrderCompleted.of(Order(user=None)).customer is None


def test_what_the_caller_says_wins():
    assert events.OrderCompleted.of(Order(), channel="phone", customer=Who(card="1")).channel == "phone"


def test_mapping_may_be_given_for_a_class_that_is_not_ours():
    source = Bag(nr=5, sum=Money("9.90", "EUR"))
    event = events.OrderCompleted.of(source, {"order_id": "nr", "total": "sum"})
    assert (event.order_id, event.total) == ("5", Money("9.90", "EUR"))


def test_method_without_arguments_stands_for_what_it_gives():
    source = Bag(number=1, lines=Bag(all=lambda: [Line(), Line(sku="CUP")]))
    event = events.OrderCancelled.of(source, {"order_id": "number", "products": ("lines.all", LINE)})
    assert [line.sku for line in event.products] == ["MUG", "CUP"]


def test_currency_of_an_event_without_amounts_is_a_field_of_its_own():
    event = events.ProductViewed.of(Bag(id=1, cur="TRY"), {"product_id": "id", "currency": "cur"})
    assert event.currency == "TRY"


def test_what_stands_for_an_object_until_it_is_used_is_taken_for_it():
    class Lazy:
        @property
        def __class__(self):
            return Order

        def __getattr__(self, name):
            return getattr(Order(), name)

    assert events.OrderCompleted.of(Lazy()).order_id == "1001"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"order_id": "numbr"}, "Bag has no numbr"),
        ({"order_id": "number", "custmer": "number"}, "there is no field custmer"),
        ({"order_id": "number", "products": ("lines", {"skew": "sku"})}, "there is no field skew"),
    ],
)
def test_mapping_that_names_what_is_not_there_says_which(mapping, said):
    with pytest.raises(SetupError, match=said):
        events.OrderCancelled.of(Bag(number=1, lines=[Line()]), mapping)


@pytest.mark.parametrize("source", [Bag(number=1), Order(), 7, None])
def test_class_without_a_mapping_is_told_how_to_declare_one(source):
    with pytest.raises(SetupError, match=r'ecrm = \{"Order Shipped"'):
        events.OrderShipped.of(source)


def test_value_that_can_not_be_is_refused_by_the_event():
    with pytest.raises(InvalidError) as caught:
        events.OrderCompleted.of(Order(total=149.9))
    assert caught.value.fields.keys() == {"total"}


@given(total=st.decimals("0", "1000000", places=2), quantity=st.integers(1, 1000))
def test_amounts_and_quantities_come_over_exactly(total, quantity):
    event = events.OrderCompleted.of(Order(total=total, lines=(Line(quantity=quantity),)))
    assert (event.total.amount, event.products[0].quantity) == (total, quantity)
