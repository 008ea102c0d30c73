"""Questions that are answered by writing."""

import datetime as dt
from decimal import Decimal

import pytest

from ecrm.errors import InvalidError
from ecrm.surveys import Date, Email, LongText, Number, Phone, ShortText

DAY = Date("day", "When?", earliest="2026-01-01", latest=dt.date(2026, 12, 31))


def refused(question, value):
    with pytest.raises(InvalidError) as caught:
        question.checked(value)
    assert list(caught.value.fields) == [question.key]
    return str(caught.value)


@pytest.mark.parametrize(
    ("question", "value", "answer"),
    [
        (ShortText("city", "?"), " İzmir ", "İzmir"),
        (ShortText("city", "?", longest=5), "İzmir", "İzmir"),
        (LongText("why", "?"), "one\r\ntwo", "one\ntwo"),
        (Number("count", "?"), "12", 12),
        (Number("count", "?"), 12.5, Decimal("12.5")),
        (Number("count", "?", least=0, most="1.5"), 1.5, Decimal("1.5")),
        (DAY, "2026-01-01", "2026-01-01"),
        (DAY, dt.date(2026, 12, 31), "2026-12-31"),
        (Date("day", "?"), " 1990-05-01 ", "1990-05-01"),
        (Email("email", "?"), " Ayse@Example.COM", "ayse@example.com"),
        (Phone("phone", "?", country="TR"), "0532 111 22 33", "+905321112233"),
        (Phone("phone", "?"), "+90 532 111 22 33", "+905321112233"),
    ],
)
def test_what_is_written_is_kept_in_one_form(question, value, answer):
    assert question.checked(value) == answer
    assert question.checked(answer) == answer


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (ShortText("city", "?"), "one\ntwo"),
        (ShortText("city", "?"), 7),
        (ShortText("city", "?"), ["İzmir"]),
        (ShortText("city", "?", longest=4), "İzmir"),
        (ShortText("city", "?", shortest=6), "İzmir"),
        (LongText("why", "?"), "x" * 10_001),
        (LongText("why", "?"), "x" * 99_999),
        (LongText("why", "?"), "a\0b"),
        (LongText("why", "?"), "\ud800"),
        (LongText("why", "?"), "My card is 4111 1111 1111 1111."),
        (Number("count", "?"), 4_111_111_111_111_111),
        (Number("count", "?"), "many"),
        (Number("count", "?"), True),
        (Number("count", "?", is_whole=True), 1.5),
        (Number("count", "?", least=1), 0),
        (Number("count", "?", most=1), 1.01),
        (DAY, "2025-12-31"),
        (DAY, "2027-01-01"),
        (DAY, "2026-02-30"),
        (DAY, "24.11.2026"),
        (DAY, "x" * 9_999),
        (DAY, dt.datetime(2026, 11, 24, tzinfo=dt.UTC)),
        (DAY, 20_261_124),
        (Email("email", "?"), "ayse"),
        (Email("email", "?"), "a" * 400 + "@example.com"),
        (Email("email", "?"), 7),
        (Phone("phone", "?"), "0532 111 22 33"),
        (Phone("phone", "?", country="TR"), "12"),
        (Phone("phone", "?", country="TR"), "\ud800"),
        (Phone("phone", "?", country="TR"), {"a": 1}),
    ],
)
def test_what_can_not_be_is_refused(question, value):
    refused(question, value)


def test_what_to_do_is_said():
    assert refused(ShortText("city", "?", longest=4), "İzmir") == "city: shorten it to 4 characters"
    assert refused(Number("count", "?", is_whole=True), 1.5) == "count: give a whole number of at most 30 digits, as 12"
    assert "payment card" in refused(LongText("why", "?"), "My card is 4111 1111 1111 1111.")
    assert refused(DAY, "2027-01-01") == "day: give 2026-12-31 or an earlier day"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: ShortText("city", "?", longest=501), "longest"),
        (lambda: ShortText("city", "?", longest="5"), "longest"),
        (lambda: LongText("why", "?", shortest=0), "longest"),
        (lambda: LongText("why", "?", shortest=True), "longest"),
        (lambda: LongText("why", "?", shortest=7, longest=6), "longest"),
        (lambda: Number("count", "?", least="few"), "least"),
        (lambda: Number("count", "?", most=10**20), "least"),
        (lambda: Number("count", "?", least=2, most=1), "least"),
        (lambda: Date("day", "?", earliest="soon"), "earliest"),
        (lambda: Date("day", "?", earliest="2026-02-02", latest="2026-02-01"), "earliest"),
        (lambda: Phone("phone", "?", country="tr"), "country"),
        (lambda: Phone("phone", "?", country=90), "country"),
    ],
)
def test_bounds_that_can_not_be_are_refused(make, field):
    with pytest.raises(InvalidError) as caught:
        make()
    assert list(caught.value.fields) == [field]


def test_a_day_is_said_as_a_day():
    assert DAY.said("2026-11-24", "tr", "en") == dt.date(2026, 11, 24)
    assert DAY.said(None, "tr", "en") is None
