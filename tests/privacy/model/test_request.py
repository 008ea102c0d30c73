"""By when the law wants an answer."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.privacy.model.request import Request, due_at, law_of

AT = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("law", "received", "due"),
    [
        ("kvkk", AT, dt.date(2026, 3, 2)),
        ("shopify", AT, dt.date(2026, 3, 2)),
        ("gdpr", AT, dt.date(2026, 2, 28)),
        ("gdpr", AT.replace(year=2028), dt.date(2028, 2, 29)),
        ("gdpr", AT.replace(month=12), dt.date(2027, 1, 31)),
        ("gdpr", AT.replace(month=3, day=15), dt.date(2026, 4, 15)),
    ],
)
def test_each_law_has_its_time(law, received, due):
    assert due_at(law, received, {}).date() == due


def test_a_shop_may_set_other_days():
    assert due_at("gdpr", AT, {"gdpr": 10}) == AT + dt.timedelta(days=10)


def test_there_is_no_other_law():
    with pytest.raises(InvalidError, match="kvkk, gdpr, shopify"):
        due_at("ccpa", AT, {})


@given(st.integers(0, 80_000).map(lambda days: AT + dt.timedelta(days=days)))
def test_a_month_is_never_longer_than_31_days_nor_shorter_than_28(at):
    assert dt.timedelta(28) <= due_at("gdpr", at, {}) - at <= dt.timedelta(31)


def test_the_law_is_that_of_the_country():
    assert [law_of(country) for country in ("TR", "DE", None)] == ["kvkk", "gdpr", "gdpr"]


def test_only_what_is_open_is_overdue_and_nothing_of_it_is_shown():
    request = Request(UUID(int=1), "access", "kvkk", UUID(int=2), AT, AT, "open", evidence="secret")
    assert not request.is_overdue(AT)
    assert request.is_overdue(AT + dt.timedelta(1))
    assert not attrs.evolve(request, state="done").is_overdue(AT + dt.timedelta(1))
    assert repr(request) == "<Request access due 2026-01-31 open>"
