"""The cookie of a visitor: on demand, signed, and only where it may be."""

from __future__ import annotations

import pytest

from ecrm import Who
from ecrm.adapters.flask import visitor_id


def cookie_of(answer):
    return answer.headers.get("Set-Cookie")


def test_a_visitor_is_known_again(sqlite_app):
    client = sqlite_app.test_client()
    first = client.get("/look")
    assert "HttpOnly" in cookie_of(first)
    assert "SameSite=Lax" in cookie_of(first)
    assert "Secure" not in cookie_of(first)
    assert "Cookie" in first.headers["Vary"]
    assert cookie_of(client.get("/look")) is None
    crm = sqlite_app.extensions["ecrm"].crm
    crm.work()
    assert len(crm.customers.list()) == 1


def test_a_page_that_asks_for_nobody_sets_no_cookie(sqlite_app):
    assert cookie_of(sqlite_app.test_client().get("/plain")) is None


def test_over_tls_the_cookie_stays_there(sqlite_app):
    assert "Secure" in cookie_of(sqlite_app.test_client().get("/look", base_url="https://shop.example"))


def test_a_forged_cookie_is_replaced(sqlite_app):
    client = sqlite_app.test_client()
    client.set_cookie("ecrm_visitor", "somebody-else.forged")
    assert "forged" not in cookie_of(client.get("/look"))


def test_what_a_visitor_did_is_theirs_when_they_sign_in(sqlite_app):
    client = sqlite_app.test_client()
    client.get("/look")
    client.post("/sign-in")
    crm = sqlite_app.extensions["ecrm"].crm
    crm.work()
    assert [one.kind for one in crm.timeline(Who(user_id=7))] == ["Signed In", "Product Viewed"]


def test_without_agreement_there_is_no_cookie_and_an_old_one_goes(make_app):
    app = make_app(ECRM_COOKIE_ALLOWED=lambda request: request.cookies.get("consent") == "yes")
    client = app.test_client()
    assert cookie_of(client.get("/look")) is None
    client.set_cookie("consent", "yes")
    assert "ecrm_visitor" in cookie_of(client.get("/look"))
    client.set_cookie("consent", "no")
    assert "Max-Age=0" in cookie_of(client.get("/plain"))


@pytest.mark.parametrize("config", [{"ECRM_COOKIE": None}, {"ECRM_COOKIE_ALLOWED": lambda _: 1 / 0}])
def test_where_it_is_off_or_can_not_be_asked_the_page_comes_without(make_app, config):
    answer = make_app(**config).test_client().get("/look")
    assert (answer.status_code, cookie_of(answer)) == (200, None)


def test_outside_a_request_there_is_no_visitor(sqlite_app):
    assert visitor_id() is None
    with sqlite_app.app_context():
        assert visitor_id() is None
