"""A template can not hold what can not be sent."""

from __future__ import annotations

import attrs
import pytest

from ecrm import InvalidError
from ecrm.messages.model.template import Content, Template

GIVEN = {"name": "shipped", "channel": "email", "language": "tr", "purpose": "order_updates", "text": "Yolda."}


def template(**given):
    return Template(**{**GIVEN, **given})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "Shipped!"}, "name"),
        ({"channel": ""}, "channel"),
        ({"language": "Türkçe"}, "language"),
        ({"language": None}, "language"),
        ({"purpose": " "}, "purpose"),
        ({"subject": "two\nlines"}, "subject"),
        ({"subject": "x" * 501}, "subject"),
        ({"text": "x" * 65_537}, "text"),
        ({"html": "x" * 262_145}, "html"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"version": "1"}, "version"),
        ({"state": "sent"}, "state"),
        ({"provider_name": ""}, "provider_name"),
        ({"parameters": ["{{ name }}"]}, "provider_name"),
        ({"parameters": "{{ name }}", "provider_name": "shipped"}, "parameters"),
        ({"parameters": ["a"] * 51, "provider_name": "shipped"}, "parameters"),
    ],
)
def test_what_can_not_be_sent_is_refused(given, field):
    with pytest.raises(InvalidError) as refused:
        template(**given)
    assert set(refused.value.fields) == {field}


def test_whether_it_advertises_is_said_and_not_guessed():
    with pytest.raises(TypeError):
        template(is_commercial="no")


def test_its_parts_are_given_by_where_they_stand():
    whole = template(subject="S", html="<p>H</p>", provider_name="shipped_tr", parameters=["{{ a }}", "{{ b }}"])
    assert list(whole.parts) == ["subject", "text", "html", "parameters.0", "parameters.1"]
    assert template(text=None, provider_name="shipped_tr").parts == {}


def test_a_version_is_made_of_the_one_before():
    assert attrs.evolve(template(), version=2, state="live").version == 2


def test_content_shows_nothing_of_what_it_says():
    held = Content("Ayşe", "Ayşe", "Ayşe", ("Ayşe",))
    assert repr(held) == "<Content subject text html parameters>"
