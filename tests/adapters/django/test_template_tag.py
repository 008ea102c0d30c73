"""A page of the shop shows a customer's timeline, escaped, and only what is certainly theirs."""

from __future__ import annotations

import pytest

from ecrm import Money, Who, events


@pytest.fixture
def crm(shop):
    from ecrm.adapters.django import crm

    return crm


def shown(source, **context):
    from django.template import engines

    return engines["django"].from_string("{% load ecrm %}" + source).render(context)


def user(**given):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(**{"username": "ayse"} | given)


def test_timeline_of_a_user_is_shown_and_escaped(crm):
    ayse = user()
    crm.record(events.ProductsSearched(customer=Who(user_id=ayse.pk), query="<b>mug</b>"))
    page = shown("{% ecrm_timeline user %}", user=ayse)
    assert "Products Searched" in page
    assert "&lt;b&gt;mug" in page
    assert "<b>mug" not in page


def test_customer_does_not_see_what_came_by_an_address_they_only_typed(crm):
    ayse = user(email="mehmet@example.com")
    crm.work()
    crm.record(events.ProductsSearched(customer=Who(email="mehmet@example.com"), query="secret"))
    assert "secret" not in shown("{% ecrm_timeline user %}", user=ayse)
    assert "secret" in shown("{% ecrm_timeline user staff=True %}", user=ayse)
    assert crm.audit.entries(limit=1)[0].details["what"] == "template timeline"


def test_lines_of_an_order_are_written_as_people_do(crm):
    who = Who(card="2")
    lines = [events.Product(name="Red mug", quantity=2), events.Product(sku="CUP")]
    crm.record(events.OrderCompleted(order_id="1", total=Money("9.90", "TRY"), customer=who, products=lines))
    assert "products: 2 × Red mug; 1 × CUP" in shown("{% ecrm_timeline who %}", who=who)


def test_kinds_and_their_number_can_be_chosen(crm):
    who = Who(card="1")
    for number in range(3):
        crm.record(events.StoreVisited(customer=who, source_id=f"v{number}"))
    crm.record(events.ProductsSearched(customer=who, query="mug"))
    assert shown("{% ecrm_timeline who limit=2 kinds='Store Visited' %}", who=who).count("<li") == 2


@pytest.mark.parametrize("who", [None, "", "nobody@example.org", "?", object()])
def test_who_is_not_known_has_an_empty_list(crm, who):
    from django.contrib.auth.models import AnonymousUser

    assert "<li" not in shown("{% ecrm_timeline who %}", who=who)
    assert "<li" not in shown("{% ecrm_timeline who %}", who=AnonymousUser())
