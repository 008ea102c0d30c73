"""Filling templates in: what is known is shown, what is missing is an error, and nothing gets out of bounds."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError, Money, SetupError
from ecrm.messages.model.template import Content, Template
from ecrm.messages.rendering import can_inline_css, paths, render, undeclared

CANARY = "Zeynep-Canary"


def template(text="Hi", **given):
    return Template(**{"name": "t", "channel": "email", "language": "tr", "purpose": "p", "text": text, **given})


def said(text, **variables):
    return render(template(text), variables).text


def test_each_part_is_filled_in_and_only_html_is_escaped():
    whole = template(
        "{{ name }}", subject="{{ name }} !", html="<p>{{ name }}</p>", provider_name="t", parameters=["{{ name }}"]
    )
    assert render(whole, {"name": "<A & B>"}) == Content(
        "<A & B> !", "<A & B>", "<p>&lt;A &amp; B&gt;</p>", ("<A & B>",)
    )


def test_a_subject_stays_on_one_line_whatever_it_is_given():
    given = {"name": "A\r\nBcc: all@example.com"}
    assert render(template(subject="Hi {{ name }}"), given).subject == "Hi A Bcc: all@example.com"


def test_the_text_is_derived_from_the_html_where_it_is_missing():
    assert render(template(None, html="<p>Hi {{ name }}</p>"), {"name": "<b>"}).text == "Hi <b>"
    assert render(template(None, provider_name="t"), {}) == Content()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ total|money }}", "1.234,50 TL"),
        ('{{ {"amount": "5", "currency": "EUR"}|money }}', "5,00 €"),
        ("{{ price|money('TRY') }}", "12,50 TL"),
        ("{{ 12345.678|number(2) }} {{ 1.5|number }}", "12.345,68 2"),
        ("{{ at|date }} {{ at|date('time') }} {{ day|date('short') }}", "24 Kasım 2026 13:00 24.11.2026"),
        ('{{ "2026-11-24"|date }} {{ "2026-11-24T10:00:00Z"|date("both") }}', "24 Kasım 2026 24 Kasım 2026 13:00"),
        ("{{ 'iyi'|upper_tr }}", "İYİ"),
        ("{{ lost|default('-') }}{{ none|d('-') }}{{ gone.deep|d }}", "--"),
        ("{% for one in items %}{{ loop.index }}{{ one }}{% if not loop.last %}, {% endif %}{% endfor %}", "1a, 2b"),
        ("{% for one in [] %}x{% else %}nothing{% endfor %}", "nothing"),
        ("{% if items|length > 1 %}many{% endif %}", "many"),
        (
            "{{ items|join(', ') }} {{ rows|map(attribute='sku')|join('+') }} {{ rows|join('+', 'sku') }}",
            "a, b X+Y X+Y",
        ),
        ("{{ 'a' ~ 1 ~ 'b' }} {{ 2 * 3 + 1 }} {{ 7 % 4 }} {{ 'a' + 'b' }}", "a1b 7 3 ab"),
        ("{{ id }} {{ 1.5 }} {{ true }} {{ amount }}", "00000000-0000-0000-0000-000000000001 1.5 True 2.50"),
    ],
)
def test_what_a_template_shows_is_written_for_its_reader(text, shown):
    variables = {
        "total": Money("1234.5", "TRY"), "price": "12.5", "at": dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC),
        "day": dt.date(2026, 11, 24), "none": None, "items": ["a", "b"], "rows": [{"sku": "X"}, {"sku": "Y"}],
        "gone": {}, "id": UUID(int=1), "amount": Decimal("2.50"),
    }  # fmt: skip
    filled = render(template(text), variables, zone=ZoneInfo("Europe/Istanbul"))
    assert filled.text == shown


@pytest.mark.parametrize(
    "text",
    [
        "{{ missing }}", "{{ customer.missing }}", "{{ empty }}", "{{ customer }}", "{{ name.upper }}", "{{ self }}",
        "{% for one in missing %}{% endfor %}", "{% for one in 5 %}{% endfor %}", "{{ name|money }}",
        "{{ missing|money }}", "{{ name|date }}", "{{ naive|date }}", "{{ 5|date }}", "{{ missing|date }}",
        "{{ 5|number(9) }}", "{{ name|number }}", "{{ 1 / 0 }}", "{{ name + 1 }}", "{{ loop }}", "{{ cycler }}",
    ],
)  # fmt: skip
def test_what_is_missing_or_of_no_use_is_an_error_that_names_the_place(text):
    variables = {"customer": {"name": CANARY}, "name": CANARY, "empty": None, "naive": dt.datetime(2026, 1, 1)}  # noqa: DTZ001
    with pytest.raises(InvalidError) as refused:
        said(text, **variables)
    assert set(refused.value.fields) == {"text"}
    assert CANARY not in str(refused.value)


def test_an_error_does_not_repeat_a_value_that_was_used_as_a_name():
    with pytest.raises(InvalidError, match="a variable is missing") as refused:
        said("{{ names[customer] }}", names={}, customer=CANARY)
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    [
        "{{ name.__class__ }}", "{{ name['__class__'] }}", "{{ ''.__class__.__mro__ }}", "{{ name.upper() }}",
        "{{ range(5) }}", "{{ lipsum() }}", "{% include 'x' %}", "{% import 'x' as x %}", "{% from 'x' import y %}",
        "{% extends 'x' %}", "{% block x %}{% endblock %}", "{% macro f() %}{% endmacro %}",
        "{% set x %}a{% endset %}", "{% filter upper %}a{% endfilter %}", "{% call x() %}{% endcall %}",
        "{% autoescape false %}{{ name }}{% endautoescape %}", "{{ name|safe }}", "{{ name|format }}",
        "{{ name|map('format')|join }}", "{{ 9 ** 9 }}", "{{ name|nothing }}", "{% for", "{{ }}", "{% do x %}",
        "{% for one in [] recursive %}{% endfor %}", "{% for a in [] %}" * 6 + "{% endfor %}" * 6,
        "{% for a in [] %}" * 30 + "{% endfor %}" * 30, "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{% set namespace.x = 1 %}", "{% trans %}a{% endtrans %}",
    ],
)  # fmt: skip
def test_what_a_message_does_not_need_a_template_may_not_do(text):
    with pytest.raises(InvalidError) as refused:
        said(text, name="Ayşe")
    assert set(refused.value.fields) == {"text"}


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in many %}{% for b in many %}x{% endfor %}{% endfor %}",
        "{% for a in many %}" + "x" * 1000 + "{% endfor %}",
        "{{ 'x' * 100000000 }}", "{{ [0] * 100000000 }}", "{{ '%99999999d' % 1 }}", "{{ many * 9 }}",
        "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
        "{% set a = 'x' %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
        "{% set a = [1] %}" + "{% set a = a + a %}" * 40 + "{{ a|length }}",
        "{% set a = 9 %}" + "{% set a = a * a %}" * 40 + "{{ a }}",
        "{{ endless|join }}", "{{ many|join(long) }}", "{{ long }}", "{{ long ~ long ~ long ~ long ~ long }}",
        "{% for a in endless %}{% endfor %}",
    ],
)  # fmt: skip
def test_a_template_that_would_not_end_or_would_write_without_end_is_refused(text):
    began = time.process_time()
    with pytest.raises(InvalidError):
        said(text, many=list(range(1000)), long="x" * 66_000, endless=iter(int, 1))
    assert time.process_time() - began < 5


def test_a_long_list_that_fits_is_walked_to_its_end():
    assert len(said("{% for one in many %}x{% endfor %}", many=range(10_000))) == 10_000


def test_css_is_inlined_when_asked():
    mail = template(html="<style>p { color: red }</style><p>Hi</p>")
    assert 'style="color: red' in render(mail, {}, inlines_css=True).html
    assert render(mail, {}).html == mail.html


def test_a_missing_library_for_css_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "css_inline", None)
    with pytest.raises(SetupError, match=r'pip install "ecrm\[mail\]"'):
        render(template(html="<style>p { color: red }</style><p>Hi</p>"), {}, inlines_css=True)
    assert not can_inline_css()
    assert render(template(html="<p>Hi</p>"), {}, inlines_css=True).html == "<p>Hi</p>"


def test_what_a_template_must_be_given_is_known_before():
    whole = template(
        "{{ order.total|money }}{% set x = customer.name %}{{ x }}{% for one in items %}{{ one.sku }}{% endfor %}",
        subject="{{ order.id }}",
    )
    assert undeclared(whole) == {"order", "customer", "items"}
    assert paths(whole) == {"order.id": "subject", "order.total": "text", "customer.name": "text", "items": "text"}
    assert paths(template("{{ names['a'] }}")) == {"names": "text"}


def test_importing_ecrm_and_the_models_loads_no_template_engine():
    program = "import sys, ecrm, ecrm.messages.rendering; print('jinja2' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"


@given(text=st.text(alphabet="{}%#|ab.()[]'\" ~+*if", max_size=60), name=st.text(max_size=20))
def test_whatever_is_written_is_filled_in_or_refused(text, name):
    try:
        assert isinstance(said(text, a=name, b=[1, 2]), str)
    except InvalidError as error:
        assert error.fields  # noqa: PT017 - either way is right


@given(name=st.text(alphabet="<>&\"'abş{}%", max_size=30))
def test_no_value_becomes_html(name):
    html = render(
        template(None, html="<p>{{ name }}|{{ name ~ name }}|{{ [name, name]|join }}</p>"), {"name": name}
    ).html
    assert html.count("<") == html.count(">") == 2


def test_a_template_is_a_value():
    assert attrs.evolve(template(), text="Bye").text == "Bye"
