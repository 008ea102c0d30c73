"""What every adapter mounts: the right answer for each path, and an answer whatever happens."""

from __future__ import annotations

import logging

import attrs
import pytest

import acme
from ecrm import CRM
from ecrm.consent.links import Link
from ecrm.errors import InvalidError, UnavailableError
from ecrm.http import Request, Response
from ecrm.web import LONGEST_BODY, Site
from story import AYSE


def raising(error):
    def answer(_):
        raise error

    return answer


def status(site, method, path, body=b""):
    return site.answer(Request(method, path, body)).status


@pytest.mark.parametrize("path", ["/", "", "/nothing", "/webhook/acme", "/Webhooks/acme"])
def test_what_is_not_mounted_is_not_found(crm, path):
    assert status(Site(crm), "GET", path) == 404


def test_a_webhook_goes_to_its_source(database_url, clock):
    with CRM(database_url, plugins=[acme.Acme], clock=clock, secrets={"acme.api_secret": acme.HORSE}) as crm:
        crm.upgrade()
        crm.shop.configure(currency="TRY")
        site = Site(crm)
        assert site.answer(acme.sent()).status == 200
        assert site.answer(attrs.evolve(acme.sent(), path="/webhooks/nobody")).status == 404
        assert site.answer(acme.sent(secret=acme.FORGED)).status == 401
        assert crm.work().received == 1


def test_a_page_is_answered_below_the_mount(crm):
    who = crm.customers.upsert(AYSE, name="Ayşe").id
    token = crm.links.make(Link(use="preferences", shop="main", who=who), days=1)
    assert status(Site(crm), "GET", f"/preferences/{token}") == 200
    assert status(Site(crm), "GET", "/preferences/forged") == 410


def test_a_mount_gets_what_begins_with_its_word(crm):
    site = Site(crm, {"v1": lambda request: Response(200, request.path.encode())})
    assert site.answer(Request("POST", "/v1/track")).body == b"/v1/track"


@pytest.mark.parametrize("word", ["webhooks", "confirm", "v1/track", ""])
def test_a_mount_takes_no_word_that_is_taken(crm, word):
    with pytest.raises(InvalidError):
        Site(crm, {word: lambda _: Response(200)})


def test_a_body_that_is_too_long_reaches_nobody(crm):
    site = Site(crm, {"v1": lambda _: Response(200)})
    assert status(site, "POST", "/v1/x", b"x" * LONGEST_BODY) == 200
    assert status(site, "POST", "/v1/x", b"x" * (LONGEST_BODY + 1)) == 413


def test_a_database_that_is_away_is_told_so_that_the_sender_comes_again(crm):
    answer = Site(crm, {"v1": raising(UnavailableError("away"))}).answer(Request("POST", "/v1/track"))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")


def test_what_fails_is_answered_and_logged_without_the_request(crm, caplog):
    site = Site(crm, {"v1": raising(ValueError("ayse@example.org"))})
    with caplog.at_level(logging.DEBUG):
        assert status(site, "POST", "/v1/ayse@example.org") == 500
    assert "ayse" not in caplog.text
    assert "ValueError" in caplog.text
