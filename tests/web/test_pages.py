"""What a customer reaches by a signed link, asked over real HTTP: a GET changes nothing, a POST needs no cookie."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import attrs
import httpx2
import pytest

from ecrm import Who
from ecrm.consent import Purpose
from ecrm.consent.links import Link
from ecrm.http import Request
from ecrm.web import Pages
from story import AYSE

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def site(crm):
    """Serve the pages as a host would; give their address."""
    pages = Pages(crm)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            answer = pages.answer(Request(self.command, parts.path, body, dict(self.headers)))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815 - the names are http.server's

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/crm"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def who(crm):
    crm.customers.upsert(Who(email="ayse@example.org", phone="+905321112233"), name="Ayşe")
    crm.consent.grant(AYSE, "marketing")
    crm.messages.configure(channels=["email", "sms"])
    return crm.customers.find(AYSE).id


def url(crm, site, use, who, days=30, **more):
    return f"{site}/{use}/{crm.links.make(Link(use=use, shop='main', who=who, **more), days=days)}"


def may(crm, channel, purpose="marketing"):
    return crm.consent.decide(AYSE, purpose, channel).is_allowed


def test_one_click_unsubscribes_without_cookies_and_once(crm, site, who):
    link = url(crm, site, "unsubscribe", who, purpose="marketing", channel="email", message_id="m1")
    for _ in range(2):
        answer = httpx2.post(link, data=ONE_CLICK)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert not may(crm, "email")
    assert may(crm, "sms")
    line = crm.consent.history(AYSE)[-1].entry
    assert (line.method, line.actor, line.evidence["message_id"]) == ("unsubscribe", "customer", "m1")
    assert len(crm.consent.history(AYSE)) == 2


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("use", ["unsubscribe", "preferences", "confirm"])
def test_a_get_changes_nothing(crm, site, who, use, method):
    before = len(crm.timeline(AYSE)), crm.consent.history(AYSE)
    link = url(crm, site, use, who, purpose="marketing", channel="email")
    for _ in range(3):
        assert httpx2.request(method, link).status_code == 200
    assert (len(crm.timeline(AYSE)), crm.consent.history(AYSE)) == before


def test_preferences_are_shown_and_changed(crm, site, who, clock):
    link = url(crm, site, "preferences", who)
    page = httpx2.get(link).text
    assert 'name="marketing.email" value="yes" checked' in page
    assert "whatsapp" not in page
    assert 'name="profiling" value="yes" checked' in page
    answer = httpx2.post(link, data={"marketing.sms": "yes", "surveys.email": "yes", "surveys.sms": "yes"})
    assert "Saved" in answer.text
    assert (may(crm, "email"), may(crm, "sms")) == (False, True)
    assert not may(crm, None, "profiling")
    assert may(crm, "email", "surveys")
    clock.advance(minutes=1)
    httpx2.post(link, data={"marketing.email": "yes", "marketing.sms": "yes"})
    assert may(crm, "email")


def test_no_advertising_at_all_is_an_objection(crm, site, who):
    httpx2.post(url(crm, site, "preferences", who), data={"object": "yes", "marketing.email": "yes"})
    assert crm.consent.decide(AYSE, "marketing", "email").reasons[0].startswith("an objection to marketing")


def test_a_confirmation_counts_from_the_post_on(crm, site, who, clock):
    crm.consent.declare(attrs.evolve(crm.consent.purposes()["marketing"], needs_confirmation=True))
    crm.consent.withdraw(AYSE, "marketing")
    crm.consent.grant(AYSE, "marketing", "email")
    link = url(crm, site, "confirm", who, purpose="marketing", channel="email", text_version="2026-01")
    httpx2.get(link)
    assert not may(crm, "email")
    clock.advance(minutes=1)
    assert httpx2.post(link).status_code == 200
    assert may(crm, "email")
    line = crm.consent.history(AYSE)[-1].entry
    assert (line.method, line.text_version) == ("double_opt_in", "2026-01")


def test_what_is_forged_expired_or_of_another_use_shows_one_page_and_changes_nothing(crm, site, who, clock):
    good = url(crm, site, "unsubscribe", who, days=1)
    token = good.rpartition("/")[2]
    wrong = [
        f"{site}/unsubscribe/{'X' if token[0] != 'X' else 'Y'}{token[1:]}",
        f"{site}/unsubscribe/{token[:-5]}{token[-5:].swapcase()}x",
        f"{site}/preferences/{token}",
        f"{site}/unsubscribe/x",
        f"{site}/unsubscribe/{'a' * 3000}",
    ]
    pages = {httpx2.post(link).text for link in wrong}
    assert len(pages) == 1
    assert httpx2.post(wrong[0]).status_code == 410
    clock.advance(days=2)
    assert httpx2.post(good).status_code == 410
    assert may(crm, "email")


def test_a_link_of_one_shop_is_none_of_another(crm, site, who):
    made = crm.links.make(Link(use="unsubscribe", shop="other", who=who), days=1)
    assert httpx2.post(f"{site}/unsubscribe/{made}").status_code == 410
    assert may(crm, "email")


def test_other_methods_addresses_and_large_bodies_are_refused(crm, site, who):
    link = url(crm, site, "unsubscribe", who)
    assert httpx2.put(link).status_code == 405
    assert httpx2.get(f"{site}/elsewhere/x").status_code == 404
    assert httpx2.post(link, content=b"x" * 20_000).status_code == 413
    assert may(crm, "email")


def test_a_page_goes_into_no_cache_and_speaks_the_customers_language(crm, site, who):
    crm.customers.upsert(AYSE, language="tr")
    answer = httpx2.get(url(crm, site, "unsubscribe", who))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Abonelikten çık" in answer.text
    assert 'lang="tr"' in answer.text


def test_what_is_shown_is_escaped(crm, site, who):
    crm.consent.declare(Purpose("club", "consent", "<script>alert(1)</script>"))
    assert "<script>" not in httpx2.get(url(crm, site, "preferences", who)).text


def test_what_is_ours_is_said_in_the_customers_language_and_what_the_shop_says_as_it_says_it(crm, site, who):
    crm.customers.upsert(AYSE, language="tr")
    crm.consent.declare(Purpose("club", "consent", "We invite you."))
    page = httpx2.get(url(crm, site, "preferences", who)).text
    assert "Size fırsatları ve yenilikleri bildiririz." in page
    assert "We invite you." in page


def test_whoever_looks_at_what_is_known_leaves_a_row_in_the_audit(crm, site, who):
    httpx2.get(url(crm, site, "preferences", who))
    entry = crm.audit.entries(limit=1)[0]
    assert (entry.action, entry.subject_id, entry.actor, entry.details["what"]) == (
        "read", who, "customer", "page preferences",
    )  # fmt: skip


def test_an_old_link_unsubscribes_again_whoever_agreed_meanwhile(crm, site, who, clock):
    link = url(crm, site, "unsubscribe", who, purpose="marketing", channel="email", message_id="m1")
    httpx2.post(link, data=ONE_CLICK)
    clock.advance(hours=1)
    crm.consent.grant(AYSE, "marketing", "email")
    assert may(crm, "email")
    clock.advance(hours=1)
    assert httpx2.post(link, data=ONE_CLICK).status_code == 200
    assert not may(crm, "email")


def test_a_link_confirms_once_and_not_again_after_it_was_taken_back(crm, site, who, clock):
    link = url(crm, site, "confirm", who, purpose="marketing", channel="email")
    clock.advance(hours=1)
    for _ in range(2):
        assert httpx2.post(link).status_code == 200
    clock.advance(hours=1)
    crm.consent.withdraw(AYSE, "marketing")
    clock.advance(hours=1)
    assert httpx2.post(link).status_code == 410
    assert not may(crm, "email")
