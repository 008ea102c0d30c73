"""Users of the shop are its customers: they sign up, in and out, and what they did before is theirs."""

from __future__ import annotations

import logging

import pytest
from djangoproject import PASSWORD, rolled_back

from ecrm import Who, events


@pytest.fixture
def crm(shop):
    from ecrm.adapters.django import crm

    return crm


@pytest.fixture
def client(shop):
    from django.test import Client

    return Client()


def sign_up(**given):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(
        **{"username": "ayse", "email": "ayse@example.com", "password": PASSWORD} | given
    )


def kinds(crm, user):
    crm.work()
    return [one.kind for one in crm.timeline(Who(user_id=user.pk))][::-1]


def test_user_signs_up_in_and_out(crm, client):
    user = sign_up(first_name="Ayşe", last_name="Yılmaz")
    client.login(username="ayse", password=PASSWORD)
    client.logout()
    assert sorted(kinds(crm, user)) == ["Customer Identified", "Signed In", "Signed Out", "Signed Up"]
    known = crm.customer(Who(user_id=user.pk))
    assert known.customer.name == "Ayşe Yılmaz"
    assert {identity.kind for identity in known.identities} == {"account", "email"}


def test_sign_up_that_is_rolled_back_never_was(crm):
    with rolled_back():
        user = sign_up()
        key = user.pk
    user.pk = key
    assert kinds(crm, user) == []


def test_staff_are_no_customers(crm, client):
    user = sign_up(is_staff=True)
    client.login(username="ayse", password=PASSWORD)
    assert kinds(crm, user) == []


def test_shop_says_who_is_a_customer_and_who_they_are(crm, client):
    from django.conf import settings
    from django.test import override_settings

    own = {"IS_CUSTOMER": lambda user: user.is_staff, "WHO": lambda user: Who(card=f"card-{user.username}")}
    with override_settings(ECRM=settings.ECRM | own):
        sign_up(is_staff=True)
        crm.work()
        assert [one.kind for one in crm.timeline(Who(card="card-ayse"))] == ["Signed Up"]


def test_fixtures_that_are_loaded_sign_nobody_up(crm):
    from django.core import serializers

    user = sign_up()
    text = serializers.serialize("json", [user])
    user.delete()
    crm.work()
    for restored in serializers.deserialize("json", text):
        restored.object.pk = 4711
        restored.save()
        assert kinds(crm, restored.object) == []


def test_visitor_gets_a_cookie_when_something_is_told_of_them_and_not_before(client):
    assert not client.get("/quiet/").cookies
    answer = client.get("/shown/")
    cookie = answer.cookies["ecrm_visitor"]
    assert len(answer.content) == 32
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "Cookie" in answer["vary"]
    again = client.get("/shown/")
    assert again.content == answer.content
    assert not again.cookies


def test_visitor_who_signs_in_was_that_customer_all_along(crm, client):
    user = sign_up()
    visitor = client.get("/shown/").content.decode()
    crm.emit(events.ProductViewed(product_id="1", name="Mug", customer=Who(anonymous_id=visitor)))
    client.post("/admin/login/", {"username": "ayse", "password": PASSWORD})
    assert kinds(crm, user) == ["Signed Up"]
    with_form(client, user)
    assert sorted(kinds(crm, user)) == ["Product Viewed", "Signed In", "Signed Up"]


def with_form(client, user):
    """Sign in by a request that has the visitor's cookie."""
    from django.contrib.auth import login
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import RequestFactory

    from ecrm.adapters.django.visiting import VisitorMiddleware

    request = RequestFactory().get("/")
    request.COOKIES["ecrm_visitor"] = client.cookies["ecrm_visitor"].value
    request.session = SessionStore()

    def answer(request):
        from django.http import HttpResponse

        login(request, user)
        return HttpResponse()

    VisitorMiddleware(answer)(request)


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "ç" * 10, "x" * 5000])
def test_cookie_that_is_none_of_ours_makes_a_new_visitor(client, cookie):
    client.cookies["ecrm_visitor"] = cookie
    answer = client.get("/shown/")
    assert answer.status_code == 200
    assert len(answer.content) == 32


def test_visitor_who_did_not_agree_gets_no_cookie(client):
    from django.conf import settings
    from django.test import override_settings

    with override_settings(ECRM=settings.ECRM | {"VISITOR_ALLOWED": lambda _: False}):
        answer = client.get("/shown/")
    assert answer.content == b"nobody"
    assert not answer.cookies


def test_setting_that_leads_nowhere_keeps_nobody_from_signing_in(client, caplog):
    from django.conf import settings
    from django.test import override_settings

    with override_settings(ECRM=settings.ECRM | {"WHO": "nowhere.at_all"}), caplog.at_level(logging.ERROR, "ecrm.emit"):
        sign_up()
        assert client.login(username="ayse", password=PASSWORD)
    assert "nothing is found at nowhere.at_all" in caplog.text
    assert "ayse" not in caplog.text
