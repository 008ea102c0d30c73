"""What pages are drawn with: style sheet, script, logo, a plugin's field; and what a reader is told to mend."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import attrs
import pytest

import ecrm.web
from ecrm.hookspecs import QuestionKind
from ecrm.http import Request
from ecrm.surveys import (
    Csat,
    Date,
    Email,
    LongText,
    Matrix,
    Multiple,
    Number,
    Phone,
    PluginQuestion,
    Ranking,
    ShortText,
    Single,
)
from ecrm.web import Site
from ecrm.web.assets import named
from ecrm.web.corrections import correction
from ecrm.web.drawing import drawn
from ecrm.web.surveywords import words_for
from questioning import SIZE

ASSETS = Path(ecrm.web.__file__).parent / "assets"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def test_htmx_is_the_one_whose_licence_and_digest_are_noted():
    noted = (ASSETS / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256((ASSETS / "htmx.min.js").read_bytes()).hexdigest() in noted
    assert re.search(r'version:"([\d.]+)"', (ASSETS / "htmx.min.js").read_text(encoding="utf-8"))[1] in noted
    assert "BSD" in (ASSETS / "htmx.LICENSE.txt").read_text(encoding="utf-8")


def test_what_a_page_names_is_served_for_good(crm):
    site = Site(crm)
    page = site.answer(Request("GET", "/survey/forged")).body.decode()
    names = re.findall(r'(?:src|href)="\.\./(assets/[^"]+)"', page)
    assert len(names) == 3
    for name in names:
        answer = site.answer(Request("GET", f"/{name}"))
        assert (answer.status, "immutable" in answer.headers["cache-control"]) == (200, True)
        assert answer.headers["x-content-type-options"] == "nosniff"
    for wrong in ("", "pages.css", "pages-0000000000000000.css", "../pages.py", "main/logo-0.svg", "a b/x", "main/"):
        assert site.answer(Request("GET", f"/assets/{wrong}")).status == 404
    assert site.answer(Request("POST", f"/assets/{named('pages.css')}")).status == 405


def test_an_address_with_a_slash_at_its_end_finds_the_same(crm):
    page = Site(crm).answer(Request("GET", "/survey/forged/")).body.decode()
    assert f'href="../../assets/{named("pages.css")}"' in page


def test_a_logo_is_served_as_a_picture_that_runs_nothing(crm):
    crm.shop.rebrand(name="Moda & Co", logo=SVG)
    site = Site(crm)
    page = site.answer(Request("GET", "/survey/forged")).body.decode()
    path = re.search(r'<img src="\.\.(/assets/main/[^"]+)" alt="" height="48">', page)[1]
    answer = site.answer(Request("GET", path))
    assert (answer.body, answer.headers["content-type"]) == (SVG, "image/svg+xml")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "Moda &amp; Co" in page
    assert site.answer(Request("GET", path.replace("/main/", "/outlet/"))).status == 404


def test_a_shop_that_says_nothing_is_named_by_its_trade_name(crm):
    crm.messages.configure(sender={"trade_name": "Acme A.Ş."})
    assert "<span>Acme A.Ş.</span>" in Site(crm).answer(Request("GET", "/survey/forged")).body.decode()


def test_what_a_plugin_draws_is_escaped_unless_it_says_it_is_html(caplog):
    def question(field):
        return PluginQuestion("q", "?", of=QuestionKind("mood", "A mood.", lambda answer, _: answer, field=field))

    from jinja2 import Environment

    show = Environment(autoescape=True).from_string("{{ it }}").render
    assert show(it=drawn(question("drawings:draw_raw"), "a.q", "<i>", "en")) == "&lt;b&gt;&lt;i&gt;&lt;/b&gt;"
    size = PluginQuestion("size", "?", of=SIZE)
    assert show(it=drawn(size, "a.size", "M", "tr")).startswith('<select name="a.size" aria-label="Beden">')
    for broken in ("drawings:draw_nothing", "drawings:missing", "nowhere.at.all:draw"):
        assert drawn(question(broken), "a.q", "ayse@example.org", "en") is None
    assert "ayse" not in caplog.text
    assert caplog.text.count("the field of the question kind mood could not be drawn") == 3
    assert drawn(question(None), "a.q", None, "en") is None


PARTS = {"a": "A", "b": "B", "c": "C"}


@pytest.mark.parametrize(
    ("question", "given", "said"),
    [
        (Csat("q", "?"), "", "Please answer this question."),
        (Csat("q", "?"), "9", "Please choose one of these."),
        (Single("q", "?", choices=PARTS), "z", "Please choose one of these."),
        (Single("q", "?", choices=PARTS, has_other=True), {"other": ""}, "Please say what else it is."),
        (Multiple("q", "?", choices=PARTS, least=2), ["a"], "Please choose 2 to 3 of these."),
        (Multiple("q", "?", choices=PARTS, has_other=True), [{"other": " "}], "Please say what else it is."),
        (Ranking("q", "?", choices=PARTS), {"a": 1}, "Please give each of these a place, and each place once."),
        (Matrix("q", "?", choices=PARTS, rows=PARTS), {}, "Please choose one in each row."),
        (Number("q", "?"), "x", "Please write a number, as 12."),
        (Number("q", "?", least=1, most="2.5"), "x", "Please write a number, as 12. It must be from 1 to 2.5."),
        (Number("q", "?", is_whole=True, most=9), "x", "Please write a whole number, as 12. It must be 9 or less."),
        (Date("q", "?"), "x", "Please give a day."),
        (Date("q", "?", earliest="2026-11-24"), "x", "Please give a day. It must be 24 November 2026 or later."),
        (Email("q", "?"), "x", "Please write an e-mail address, as name@example.com."),
        (Phone("q", "?"), "x", "Please write a phone number, with + if it is abroad."),
        (ShortText("q", "?", longest=3), "four", "Please write at most 3 characters."),
        (LongText("q", "?", shortest=9), "four", "Please write at least 9 characters."),
        (ShortText("q", "?"), "a\nb", "Please write it without line breaks, and no card number."),
        (PluginQuestion("q", "?", of=SIZE), "XXL", "Please look at this answer again."),
    ],
)
def test_whoever_answered_wrongly_is_told_what_would_be_right(question, given, said):
    assert correction(question, given, words_for("en")[1], "en") == said
    turkish = correction(question, given, words_for("tr")[1], "tr")
    assert turkish != said
    assert "{" not in turkish
    with pytest.raises(ValueError, match=r".+"):
        attrs.evolve(question, is_required=True).checked(given)


def test_both_languages_say_the_same_things():
    english, turkish = words_for("en")[1], words_for("tr")[1]
    assert english.keys() == turkish.keys()
    for word, said in english.items():
        assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", turkish[word]))
