"""What the pages refuse, and how: forms of other sites, what comes too often, what is too much or broken."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from ecrm import CRM
from ecrm.consent.links import Link
from ecrm.errors import UnavailableError
from ecrm.http import Headers, Request
from ecrm.shops.tables import KEY
from ecrm.surveys import Nps, Survey
from ecrm.web import Site
from ecrm.web.doorkeeping import Doorkeeper
from ecrm.web.languages import accepted_language, direction_of
from ecrm.web.limits import Limits
from ecrm.web.origins import is_from_elsewhere
from ecrm.web.surveys import SurveyPages
from questioning import Sizes, every_kind
from story import AYSE

ANSWER = urlencode({"shown": "score", "a.score": "9"}).encode()


@pytest.fixture
def site(crm):
    crm.messages.configure(public_url="https://shop.example/crm")
    crm.surveys.write(Survey("mood", "Your opinion", [Nps("score", "Recommend us?", is_required=True)]))
    crm.surveys.publish("mood")
    crm.surveys.start("mood")
    crm.customers.upsert(AYSE, language="en")
    return Site(crm)


@pytest.fixture
def path(crm, site):
    return "/survey/" + crm.surveys.url_of(crm.surveys.invite(AYSE, "mood")).rpartition("/")[2]


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Host": "shop.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example", "Host": "shop.example"},
]
HERE = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "null", "Host": "shop.example"},
    {"Origin": "https://shop.example", "Host": "shop.example"},
    # A proxy wrote another host; the browser's own word counts.
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://shop.example", "Host": "10.0.0.7:8000"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_a_form_of_another_site_changes_nothing(crm, site, path, headers):
    before = len(crm.timeline(AYSE))
    assert site.answer(Request("POST", path, ANSWER, headers)).status == 403
    who = crm.customers.find(AYSE).id
    for use in ("preferences", "confirm"):
        link = crm.links.make(Link(use=use, shop="main", who=who, purpose="marketing", channel="email"), days=1)
        assert site.answer(Request("POST", f"/{use}/{link}", b"object=yes", headers)).status == 403
    assert len(crm.timeline(AYSE)) == before
    # To refuse messages works from anywhere.
    link = crm.links.make(Link(use="unsubscribe", shop="main", who=who, purpose="marketing", channel="email"), days=1)
    assert site.answer(Request("POST", f"/unsubscribe/{link}", b"List-Unsubscribe=One-Click", headers)).status == 200


@pytest.mark.parametrize("headers", HERE)
def test_a_form_of_ours_is_taken(crm, site, path, headers):
    assert site.answer(Request("POST", path, ANSWER, headers)).status == 200
    assert crm.timeline(AYSE)[0].kind == "Survey Answered"


def test_the_whole_address_an_adapter_gives_counts_as_the_host_too():
    origin = {"Origin": "https://shop.example"}
    assert not is_from_elsewhere(Request("POST", "/survey/x", headers=origin, url="https://shop.example/crm/survey/x"))
    assert is_from_elsewhere(Request("POST", "/survey/x", headers=origin, url="https://other.example/crm/survey/x"))


def test_what_comes_too_often_is_told_when_to_come_again_in_the_readers_language(crm, path):
    pages = SurveyPages(crm, Doorkeeper(Limits(lambda: 100.0)))
    bad = Request("POST", path, b"shown=score&a.score=99", {"Accept-Language": "tr-TR,tr;q=0.9,en;q=0.5"})
    statuses = [pages.answer(bad).status for _ in range(60)]
    assert set(statuses) == {400}
    answer = pages.answer(bad)
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert 'lang="tr"' in answer.body.decode()
    # To look is not counted.
    assert pages.answer(Request("GET", path)).status == 200


def test_each_page_is_strict(site, path):
    for answer in (site.answer(Request("GET", path)), site.answer(Request("GET", "/survey/forged"))):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        body = answer.body.decode()
        # No script and no style of the page itself, and nothing from elsewhere.
        assert re.findall(r"<script(?![^>]*src=)|\sstyle=|\son\w+=|https?://", body) == []


def test_every_get_changes_nothing(crm, site, path):
    before = crm.timeline(AYSE), crm.surveys.invitations()
    for query in ({}, {"score": "9"}, {"all": "1"}, {"score": "9", "back": "1", "shown": "score", "a.score": "9"}):
        for method in ("GET", "HEAD"):
            assert site.answer(Request(method, path, query=query)).status == 200
    assert (crm.timeline(AYSE), crm.surveys.invitations()) == before


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("PUT", ANSWER, 405), ("DELETE", b"", 405), ("OPTIONS", b"", 405),
        ("POST", b"x" * 131_073, 413), ("POST", b"a=1&" * 2_001, 413), ("POST", b"x" * (17 * 1_048_576), 413),
        # What shows no question it answers is asked the first again.
        ("POST", b"", 200), ("POST", b"\xff\xfe\0\0%%%=%zz&&&==", 200), ("POST", b'{"score": 9}', 200),
        ("POST", b"shown=nothing&a.nothing=1", 200), ("POST", b"a.score=9", 200),
        ("POST", b"shown=score&a.score=%00", 400), ("POST", b"shown=score&a.score=9&a.score=3", 200),
        ("POST", b"shown=score&a.score=9&a.extra=1&unknown=%F0%9F&stamp=forged", 200),
    ],
)  # fmt: skip
def test_whatever_is_sent_there_is_a_page_that_says_so(crm, site, path, method, body, status):
    answer = site.answer(Request(method, path, body))
    assert answer.status == status
    assert "<h1" in answer.body.decode()
    answered = [one for one in crm.timeline(AYSE) if one.kind == "Survey Answered"]
    assert len(answered) == (method == "POST" and body.startswith(b"shown=score&a.score=9"))


def test_where_the_database_is_away_a_person_reads_so(site, path, monkeypatch):
    def away(*_):
        raise UnavailableError("away")

    monkeypatch.setattr(site._crm.surveys, "read_token", away)
    answer = site.answer(Request("POST", path, ANSWER, {"Accept-Language": "tr"}))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "ulaşılamıyor" in answer.body.decode()


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """A site with a survey of every kind of question, and its link for everybody."""
    with CRM(f"sqlite:///{tmp_path_factory.mktemp('every') / 'crm.db'}", plugins=[Sizes()]) as crm:
        crm.messages.configure(public_url="https://shop.example/crm")
        crm.surveys.write(every_kind())
        crm.surveys.publish("every")
        link = "/survey/" + crm.surveys.link("every").rpartition("/")[2]
        yield Site(crm), link


KEYS = [one.key for one in every_kind().questions]
NAMES = st.one_of(
    st.sampled_from(["all", "back", "stamp", "shown", *(f"a.{key}" for key in KEYS), "a.whom.other", "a.liked.other"]),
    st.sampled_from([f"a.order.{part}" for part in ("parcel", "courier", "help", "x")]),
    st.sampled_from([f"a.grid.{part}" for part in ("parcel", "courier", "help", "x")]),
)
VALUES = st.one_of(
    st.sampled_from(
        [*KEYS, "1", "3", "9", "yes", "no", "me", "other", "fast", "M", "2026-11-24", "a@example.org", "12,5"]
    ),
    st.text(max_size=20),
)


@settings(max_examples=150)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=25), st.lists(st.sampled_from(KEYS), max_size=8))
def test_no_form_makes_the_page_fail(every, fields, shown):
    site, link = every
    token = re.search(r'action="([^"]+)"', site.answer(Request("GET", link)).body.decode())[1]
    body = urlencode([*(("shown", key) for key in shown), *fields], errors="surrogatepass").encode()
    site._answers["survey"].__self__._doorkeeper._limits._free_at.clear()
    answer = site.answer(Request("POST", f"/survey/{token}", body))
    assert answer.status in {200, 400}
    # What was answered well is there again.
    assert site.answer(Request("GET", f"/survey/{token}")).status == 200


def test_languages_are_asked_for_and_run_as_they_do():
    wanted = {"": "en", "*": "en", "de;q=x": "en", "de, tr;q=0.9": "de", ";;;,,": "en", "tr;q=0": "en"}
    for header, language in wanted.items():
        assert accepted_language(Headers({"accept-language": header}), "en") == language
    assert [direction_of(one) for one in ("he", "fa-IR", "en", "uz-Arab-AF", "ar-Latn")] == [
        "rtl", "rtl", "ltr", "rtl", "ltr",
    ]  # fmt: skip


CLAIMED = [None, 7, "", "no-such-shop", "a\0b", "x" * 1_500, "ş", ["main"], {"a": 1}, "outlet"]


@pytest.mark.parametrize("shop", CLAIMED, ids=lambda shop: ascii(shop)[:12])
@pytest.mark.parametrize("use", ["survey", "unsubscribe", "preferences", "confirm"])
def test_a_forged_token_leaves_nothing_behind_whatever_shop_it_names(crm, site, shop, use):
    forged = URLSafeSerializer("a key of somebody else").dumps([shop, "0" * 32, None, "mood", 1, 2**31])
    before = keys_in(crm)
    for method, body in (("GET", b""), ("POST", ANSWER)):
        assert site.answer(Request(method, f"/{use}/{forged}", body)).status == 410
    # A key that is made for whatever a stranger names is a row for each of their requests.
    assert keys_in(crm) == before


def keys_in(crm):
    with crm.database.read() as transaction:
        return sorted(transaction.core(sa.select(KEY.c.shop, KEY.c.use)).all())
