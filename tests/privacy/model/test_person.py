"""A person, what became of them, and what is kept how long."""

from __future__ import annotations

from uuid import UUID

import pytest

from ecrm.privacy.model.export import Export
from ecrm.privacy.model.person import Erased, Person, Retained
from ecrm.privacy.model.processing import Processing, kept_days
from ecrm.values.personal import Personal
from story import minute

ONE, TWO = UUID(int=1), UUID(int=2)


def test_a_person_is_meant_by_their_own_id_and_those_of_their_profiles():
    person = Person("main", ONE, frozenset([TWO]), frozenset([("email", "a@b.org")]))
    assert person.ids == {ONE, TWO}
    assert Person("main", None, frozenset(), frozenset()).ids == set()
    assert repr(person) == f"<Person {ONE}>"


def test_what_went_is_counted():
    assert Erased(ONE, minute(0), {"a": 2, "b": 1}, 3).count == 3
    assert Retained({"a": 2}).count == 2


@pytest.mark.parametrize(
    ("retention", "days"),
    [
        ({}, 30),
        ({"content": 20}, 20),
        ({"Case Opened": 10, "content": 20}, 10),
        ({"Case Opened.text": 5, "Case Opened": 10}, 5),
        ({"profile": 1}, 30),
    ],
)
def test_the_nearest_setting_holds(retention, days):
    assert kept_days("Case Opened.text", Personal("content", "answer", 30), retention) == days


def test_a_line_of_the_register_says_how_long():
    assert Processing("contact", "where", "reach", None, (), ()).kept == "as long as the customer"


DOCUMENT = {
    "shop": "main",
    "customer_id": "7",
    "made_at": "2026-01-31",
    "facts": [
        {"fact": "orders.count", "about": "Orders.", "value": 2, "unit": "orders"},
        {"fact": "a.b", "about": "", "value": "<i>", "unit": ""},
        {"fact": "none", "about": "", "value": None, "unit": ""},
    ],
    "tables": [
        {
            "table": "t",
            "about": "Your <b>",
            "columns": {"x": {"purpose": "know"}},
            "rows": [{"x": {"k": 1}, "y": None}],
        },
        {"table": "u", "about": "Nothing", "columns": {}, "rows": []},
    ],
}


def test_a_page_is_escaped_and_needs_nothing_from_elsewhere():
    page = Export(DOCUMENT).html()
    assert "Your &lt;b&gt;" in page
    assert "&lt;i&gt;" in page
    assert "{&quot;k&quot;: 1}" in page
    assert "x: know" in page
    assert "Nothing" not in page
    assert not any(word in page for word in ("<script", "http://", "https://", "<b>"))
    assert repr(Export(DOCUMENT)) == "<Export of 7>"
