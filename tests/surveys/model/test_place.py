"""Where conditions and texts look."""

import datetime as dt
from decimal import Decimal

import pytest

from ecrm import Money
from ecrm.errors import InvalidError
from ecrm.surveys.model.place import comparable, placed


@pytest.mark.parametrize("name", ["answer.score", "answer.grid.speed", "fact.orders.count", "fact.orders.spent.EUR"])
def test_a_place_is_written_as_it_was_read(name):
    assert str(placed(name)) == name
    assert placed(placed(name)) == placed(name)


@pytest.mark.parametrize(
    "name",
    [None, 7, "", "score", "answer", "answer.", "answer.a.b.c", "fact", "fact.__class__", "answer.x y", "answer.a\n",
     "setting.key", "fact." + "a" * 300],
)  # fmt: skip
def test_what_is_no_place_is_refused(name):
    with pytest.raises(InvalidError):
        placed(name)


def test_a_row_is_looked_up_in_a_mapping_alone():
    speed = placed("answer.grid.speed")
    assert speed.look({"grid": {"speed": "good"}}, {}) == "good"
    assert speed.look({"grid": "good"}, {}) is None
    assert speed.look({}, {"grid": {"speed": "good"}}) is None


@pytest.mark.parametrize(
    ("value", "compared"),
    [
        (True, True),
        (7, Decimal(7)),
        (0.1, Decimal("0.1")),
        (float("nan"), None),
        (Decimal("Infinity"), None),
        ("late", "late"),
        (Money("149.90", "TRY"), Decimal("149.90")),
        (dt.date(2026, 11, 24), "2026-11-24"),
        (dt.datetime(2026, 11, 24, 1, tzinfo=dt.timezone(dt.timedelta(hours=3))), "2026-11-23T22:00:00+00:00"),
        (dt.datetime(2026, 11, 24, 1), "2026-11-24T01:00:00"),  # noqa: DTZ001 - a naive one must not fail either
        ({"other": "wet"}, "other"),
        ({"speed": "good"}, None),
        (["a", 1], ("a", Decimal(1))),
        (object(), None),
        (None, None),
    ],
)
def test_values_are_compared_in_one_form(value, compared):
    assert comparable(value) == compared
