"""The admin site shows what the CRM holds, to who may see it, and changes nothing."""

from __future__ import annotations

import pytest

from ecrm import Money, Who, events

NASTY = "<script>alert(1)</script>"
LISTS = ("customer", "interaction", "message", "consent")


@pytest.fixture
def crm(shop):
    from ecrm.adapters.django import crm

    ayse = Who(email="ayse@example.com", user_id=7)
    crm.record(events.CustomerIdentified(customer=ayse, name=f"Ayşe {NASTY}"))
    crm.record(events.OrderCompleted(order_id="o-1", total=Money("149.90", "TRY"), customer=ayse, channel="web"))
    crm.record(events.StoreVisited(customer=Who(card="4711"), channel="store"))
    crm.consent.grant("ayse@example.com", "marketing", "email")
    return crm


@pytest.fixture
def client(crm):
    return signed_in(is_superuser=True)


def signed_in(*permissions, **given):
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Permission
    from django.test import Client

    user = get_user_model().objects.create_user("owner", "owner@example.com", "x", is_staff=True, **given)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="ecrm", codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def page(client, path, **query):
    answer = client.get(f"/admin/ecrm/{path}", query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_index_leads_to_the_four_lists(client):
    shown = client.get("/admin/").content.decode()
    for name in LISTS:
        assert f'href="/admin/ecrm/{name}/"' in shown
        assert "No known" not in page(client, f"{name}/")


def test_customers_are_listed_and_found_by_name_and_by_address(client):
    assert "Ayşe" in page(client, "customer/")
    assert "Ayşe" in page(client, "customer/", q="ayse")
    assert "Ayşe" in page(client, "customer/", q="ayse@example.com")
    assert "Nothing is here" in page(client, "customer/", q="mehmet")


def test_customer_has_identities_facts_orders_and_a_timeline(client, crm):
    shown = page(client, f"customer/{crm.customers.find('ayse@example.com').id}/")
    for part in ("ayse@example.com", "orders.count", "o-1", "149.90", "Order Completed", "Consent Granted"):
        assert part in shown


def test_what_customers_wrote_is_escaped_everywhere(client, crm):
    customer = crm.customers.find("ayse@example.com").id
    for path in ("customer/", "interaction/", f"customer/{customer}/"):
        shown = page(client, path)
        assert NASTY not in shown
        assert "&lt;script&gt;" in shown
    assert "<script>x" not in page(client, "interaction/", q='"><script>x')


def test_interactions_are_listed_and_those_of_one_customer_found(client):
    everything = page(client, "interaction/")
    assert "Store Visited" in everything
    assert "Order Completed" in everything
    hers = page(client, "interaction/", q="ayse@example.com")
    assert "Order Completed" in hers
    assert "Store Visited" not in hers


def test_consents_are_listed_apart(client):
    shown = page(client, "consent/")
    assert "Consent Granted" in shown
    assert "Order Completed" not in shown


def test_messages_are_listed_and_those_to_one_customer_found(client, crm):
    from ecrm.messages import Transactional

    crm.messages.send(
        Transactional(
            to="ayse@example.com", purpose="service", template="shipped", channel="email", reason="your parcel is away"
        )
    )
    crm.work()
    for query in ("", "ayse@example.com"):
        assert "your parcel is away" in page(client, "message/", q=query)
    assert "your parcel is away" not in page(client, "message/", q="4711")


def test_search_that_finds_nobody_or_makes_no_sense_says_so(client):
    for query in ("nobody@example.org", "?", "0", "x" * 500):
        assert "Nobody is found" in page(client, "interaction/", q=query)
    for path in ("customer/", "interaction/"):
        assert client.get(f"/admin/ecrm/{path}", {"after": "'; drop table"}).status_code == 200


def test_pages_go_on_where_they_ended(client, crm):
    for number in range(60):
        crm.record(events.StoreVisited(customer=Who(card=f"c{number}"), source_id=f"visit-{number}"))
    first = client.get("/admin/ecrm/interaction/")
    last = first.context_data["rows"][-1]
    second = client.get("/admin/ecrm/interaction/", {"after": first.context_data["next"]})
    assert last not in second.context_data["rows"]
    assert len(first.context_data["rows"]) == 50
    assert len(second.context_data["rows"]) == 64 - 50
    assert second.context_data["next"] is None


def test_nothing_can_be_added_changed_or_deleted(client, crm):
    customer = crm.customers.find("ayse@example.com").id
    for path in ("customer/add/", f"customer/{customer}/change/", f"customer/{customer}/delete/"):
        assert client.get(f"/admin/ecrm/{path}").status_code == 404
    assert client.post("/admin/ecrm/customer/", {"action": "delete_selected"}).status_code == 200
    assert crm.customers.find("ayse@example.com").id == customer


def test_who_may_not_view_sees_nothing(crm):
    client = signed_in("view_customer")
    assert client.get("/admin/ecrm/customer/").status_code == 200
    for name in ("interaction", "message", "consent"):
        assert client.get(f"/admin/ecrm/{name}/").status_code == 404
    assert "ecrm/interaction" not in client.get("/admin/").content.decode()


def test_who_is_no_staff_is_sent_to_sign_in(crm):
    from django.test import Client

    assert Client().get("/admin/ecrm/customer/").status_code == 302


def test_every_look_leaves_a_row_in_the_audit(client, crm):
    customer = crm.customers.find("ayse@example.com").id
    page(client, "customer/")
    page(client, f"customer/{customer}/")
    newest, before = crm.audit.entries(limit=2)
    assert (newest.action, newest.details["what"], newest.subject_id) == ("read", "admin customer", customer)
    assert (before.details["what"], before.details["rows"]) == ("admin customer", 2)
    assert newest.actor.startswith("staff:")
    assert "ayse" not in f"{newest.details}{newest.actor}"


def test_database_that_is_away_is_said_on_the_page(client, monkeypatch):
    from ecrm.adapters.django import admin
    from ecrm.errors import UnavailableError

    def away(*_):
        raise UnavailableError("away")

    monkeypatch.setattr(admin.CustomerAdmin, "listed", away)
    answer = client.get("/admin/ecrm/customer/")
    assert answer.status_code == 503
    assert "does not answer at the moment" in answer.content.decode()
