"""What Django answers under the address that the shop mounts."""

from __future__ import annotations

import pytest

import acme
from ecrm import Who, events
from ecrm.consent.links import Link
from ecrm.http import Response


@pytest.fixture
def client(shop):
    from django.test import Client

    return Client(enforce_csrf_checks=True)


def counting(crm):
    """Make what is mounted at v1 in a test."""

    def answer(request):
        return Response.json(
            {"path": request.path, "url": request.url, "q": dict(request.query), "n": len(request.body)}
        )

    return answer


class Collector:
    """Be mounted as a collector is: a class, made of the CRM, with an `answer`."""

    def __init__(self, crm):
        self.crm = crm

    def answer(self, request):
        return Response(204, headers={"x-shop": self.crm.shop.key, "x-method": request.method})


def with_ecrm(**ecrm):
    from django.conf import settings
    from django.test import override_settings

    return override_settings(ECRM=settings.ECRM | ecrm)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/crm/nothing", 404), ("post", "/crm/webhooks/nobody", 404), ("get", "/crm/unsubscribe/forged", 410)],
)
def test_each_path_has_the_answer_of_the_site(client, method, path, status):
    assert getattr(client, method)(path).status_code == status


def test_webhook_is_verified_over_its_raw_bytes_and_kept(client):
    from ecrm.adapters.django import crm

    with with_ecrm(PLUGINS=[acme.Acme], SECRETS={"acme.api_secret": acme.HORSE}):
        sent, forged = acme.sent(), acme.sent(secret=acme.FORGED)
        assert deliver(client, sent) == 200
        assert deliver(client, forged) == 401
        assert crm.work().translated == 1
        assert [one.kind for one in crm.timeline(acme.AYSE)] == ["Order Completed"]


def deliver(client, request):
    answer = client.generic(
        "POST", "/crm/webhooks/acme", request.body, "application/json", headers=dict(request.headers.items())
    )
    return answer.status_code


def test_customer_refuses_by_a_link_without_a_cookie(client):
    from ecrm.adapters.django import crm

    customer = crm.customers.upsert("ayse@example.com", name="Ayşe")
    crm.consent.grant(customer.id, "marketing", "email")
    said = Link(shop=crm.shop.key, use="unsubscribe", who=customer.id, purpose="marketing", channel="email")
    path = f"/crm/unsubscribe/{crm.links.make(said, days=1)}"
    assert client.get(path).status_code == 200
    assert not crm.consent.is_withdrawn(customer.id, "marketing", "email")
    form = "application/x-www-form-urlencoded"
    assert client.post(path, "List-Unsubscribe=One-Click", content_type=form).status_code == 200
    assert crm.consent.is_withdrawn(customer.id, "marketing", "email")


def test_mount_of_the_settings_gets_the_request_as_the_world_sees_it(client):
    with with_ecrm(MOUNTS={"v1": counting}, PUBLIC_URL="https://shop.example/crm"):
        told = client.post("/crm/v1/track?a=1", b"{}", content_type="application/json").json()
    assert told == {"path": "/v1/track", "url": "https://shop.example/crm/v1/track?a=1", "q": {"a": "1"}, "n": 2}


def test_the_address_is_the_servers_word_and_no_headers(client):
    def told(_):
        return lambda request: Response(200, request.remote_address.encode())

    with with_ecrm(MOUNTS={"v1": told}):
        answer = client.get("/crm/v1/x", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": "192.0.2.9"})
    assert answer.content == b"192.0.2.1"


def test_what_pages_are_drawn_with_is_served(client):
    from ecrm.web.assets import named

    answer = client.get(f"/crm/assets/{named('pages.css')}")
    assert (answer.status_code, answer["content-type"]) == (200, "text/css; charset=utf-8")


def test_mount_may_be_a_class_that_answers(client):
    with with_ecrm(MOUNTS={"v1": Collector}):
        answer = client.post("/crm/v1/batch", b"{}", content_type="application/json")
    assert (answer.status_code, answer["x-shop"].startswith("shop-")) == (204, True)


def test_body_above_djangos_own_limit_comes_through_and_above_ours_does_not(client):
    from django.test import override_settings

    from ecrm.web import LONGEST_BODY

    with with_ecrm(MOUNTS={"v1": counting}), override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1_000):
        path, kind = "/crm/v1/batch", "application/json"
        assert client.post(path, b"x" * 5_000, content_type=kind).json()["n"] == 5_000
        assert client.post(path, b"x" * (LONGEST_BODY + 1), content_type=kind).status_code == 413


def test_setting_that_can_not_be_is_answered_with_503_and_logged(client, caplog):
    with with_ecrm(MOUNTS={"v1": "nowhere.at_all"}):
        assert client.get("/crm/unsubscribe/x").status_code == 503
    assert "nothing is found" in caplog.text


def test_event_of_a_shop_is_kept_by_what_the_mapping_says(shop):
    from django.contrib.auth.models import User

    from ecrm.adapters.django import crm

    mapping = {"auth.User": {"Signed Up": {"username": "username", "customer": {"user_id": "pk", "email": "email"}}}}
    with with_ecrm(MAPPINGS=mapping):
        made = crm.event_of(events.SignedUp, User(pk=7, username="ayse", email="ayse@example.com"), channel="web")
    assert (made.username, made.customer, made.channel) == ("ayse", Who(user_id=7, email="ayse@example.com"), "web")
