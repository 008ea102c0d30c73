"""What is wrong with a template is found before a customer sees it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from ecrm.messages.linting import Rules, lint
from ecrm.messages.model.law import Sender
from ecrm.messages.model.template import Template
from ecrm.messages.model.tone import Tone
from ecrm.messages.sandbox import environment

KNOWN = ["order.id", "order.total", "customer", "unsubscribe_url", "shop.trade_name", "shop.mersis", "shop.contact"]


def template(text="Merhaba", **given):
    told = {"name": "t", "channel": "email", "language": "tr", "purpose": "order_updates", "subject": "S"}
    return Template(**{**told, "text": text, **given})


def codes(*given, rules=None, **more):
    return [finding.code for finding in lint(template(*given, **more), KNOWN, rules)]


def test_a_template_that_is_in_order_has_no_findings():
    html = '<p>Merhaba {{ customer.name }}</p><a href="https://shop.example/{{ order.id }}">Sipariş</a>'
    html += '<a href="{{ unsubscribe_url }}">Ayrıl</a><a href="#top">Yukarı</a><img src="https://a.example" alt="">'
    assert codes("Merhaba {{ customer.name }}", html=html) == []


def test_a_syntax_error_is_told_with_its_place_and_hides_the_rest():
    (finding,) = lint(template("{{ order.id", subject=None), KNOWN)
    assert (finding.code, finding.place) == ("syntax", "text")
    assert "line 1" in finding.say


@pytest.mark.parametrize(
    ("variable", "is_known"),
    [
        ("order.id", True),
        ("order", True),
        ("order.id.deep", True),
        ("order.nmae", False),
        ("customer.anything", True),
        ("costumer.name", False),
        ("shop", True),
    ],
)
def test_a_variable_that_nothing_is_called_is_found(variable, is_known):
    assert codes(f"{{{{ {variable}|default('-') }}}}") == ([] if is_known else ["variable.unknown"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"subject": None}, "subject.missing"),
        ({"subject": "  "}, "subject.missing"),
        ({"text": None, "provider_name": "t"}, "text.missing"),
        ({"channel": "sms", "text": " "}, "text.missing"),
        ({"channel": "sms", "text": None, "html": "<p>x</p>"}, "text.missing"),
        ({"channel": "sms", "html": "<p>x</p>"}, "html.unused"),
        ({"html": "<script></script>"}, "html.not_shown"),
        ({"html": '<img src="https://a.example">'}, "html.silent_image"),
        ({"html": "<p>" + "x" * 103_000}, "html.clipped"),
        ({"html": '<a href="http://a.example">x</a>'}, "link.insecure"),
        ({"text": "http://a.example/{{ order.id }}"}, "link.insecure"),
        ({"html": '<a href="">x</a>'}, "link.empty"),
        ({"html": '<a href="/orders">x</a>'}, "link.relative"),
        ({"html": '<a href="shop.example/x">x</a>'}, "link.relative"),
        ({"channel": "sms", "text": "Sadece ₺50"}, "sms.ucs2"),
    ],
)
def test_what_a_part_lacks_or_has_too_much_is_found(given, code):
    assert codes(**given) == [code]


def test_a_style_sheet_needs_what_writes_it_onto_the_elements(monkeypatch):
    styled = {"html": "<STYLE>p { color: red }</STYLE><p>Hi</p>"}
    assert codes(**styled) == []
    monkeypatch.setitem(sys.modules, "css_inline", None)
    assert codes(**styled) == ["css.not_inlined"]
    assert codes("Hi", channel="sms", **styled) == ["html.unused"]


def test_a_template_of_the_provider_needs_no_text():
    assert codes(None, channel="whatsapp", subject=None, provider_name="shipped_tr") == []
    assert codes(channel="whatsapp", subject=None) == []


def test_a_provider_without_the_turkish_table_makes_turkish_long():
    assert codes("Şimdi", channel="sms") == []
    assert codes("Şimdi", channel="sms", rules=Rules(has_turkish_shift=False)) == ["sms.ucs2"]


def test_the_tone_of_a_channel_holds_for_it_and_another_for_the_rest():
    rules = Rules(tones={"sms": Tone(address="sen"), "": Tone(address="siz")})
    assert codes("Sana geldik", channel="sms", rules=rules) == []
    assert codes("Sana geldik", rules=rules) == ["tone.address"]
    assert codes("Hi", html="<p>Sana geldik</p>", rules=rules) == ["tone.address"]
    assert codes("Sana geldik", rules=Rules()) == []


def test_the_law_of_the_shops_country_is_asked():
    rules = Rules(country="TR", sender=Sender("Örnek A.Ş.", "0123456789012345"))
    missing = ["law.tr.sender", "law.tr.mersis", "law.tr.contact", "law.tr.refusal"]
    assert codes(is_commercial=True, rules=rules) == missing
    assert codes(is_commercial=True, rules=Rules(country="DE")) == []
    assert codes(is_commercial=True) == []
    html = '<p>Örnek A.Ş. 0123456789012345 <a href="mailto:a@b.example">yaz</a> <a href="{{ unsubscribe_url }}">çık</a>'
    assert codes(None, html=html, is_commercial=True, rules=rules) == []


def test_what_stands_between_marks_is_not_read_as_said():
    rules = Rules(tones={"": Tone(forbidden=["order"], longest=5)})
    assert codes("{{ order.id }}{# order #}{% if order %}a{% endif %}", rules=rules) == []


def test_every_code_is_in_the_reference():
    root = Path(__file__).parents[2]
    sources = [root / "src" / "ecrm" / "messages" / one for one in ("linting.py", "model/tone.py", "model/law.py")]
    written = "".join(path.read_text(encoding="utf-8") for path in sources)
    found = set(re.findall(r'Finding\("([a-z0-9._]+)"', written))
    found |= {f"law.tr.{code}" for code in re.findall(r'_finding\("([a-z]+)"', written)}
    page = (root / "docs" / "reference" / "templates.md").read_text(encoding="utf-8")
    assert len(found) > 15
    assert {code for code in found if f"`{code}`" not in page} == set()


def test_every_filter_is_in_the_reference():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "templates.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)", page))
    assert {name for name in environment(is_html=False).filters if not name.endswith("__")} <= named
