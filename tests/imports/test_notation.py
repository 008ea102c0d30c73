from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.imports.notation import Notation, localise

TURKISH = Notation(decimal=",", thousands=".")
LONDON = ZoneInfo("Europe/London")
amounts = st.decimals(min_value=-(10**11), max_value=10**11, places=2)


@given(amounts)
def test_a_number_is_read_as_it_was_written_the_turkish_way(number):
    written = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert TURKISH.number(written) == number


@given(amounts)
def test_a_number_is_read_as_it_was_written_the_english_way(number):
    assert Notation(thousands=",").number(f"{number:,.2f}") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,56", "1234.56"),
        ("₺1.234,56", "1234.56"),
        ("1.234,56 TL", "1234.56"),
        ("(12,50)", "-12.50"),
        ("12,50-", "-12.50"),
        ("\u221212,50", "-12.50"),
        (" 7 ", "7"),
        ("1.234", "1234"),
    ],
)
def test_signs_brackets_and_marks_of_currency_are_understood(text, number):
    assert TURKISH.number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "abc", "1.23,4.5", "12.50", "1..234", "1e5", "NaN", "٣", "1_000", "--1", "9" * 21]
)
def test_what_is_no_number_in_this_notation_is_refused(text):
    with pytest.raises(InvalidError):
        TURKISH.number(text)


def test_both_marks_can_not_be_the_same():
    with pytest.raises(InvalidError):
        Notation(decimal=",", thousands=",")


def test_a_local_time_is_the_time_of_its_zone_in_summer_and_winter():
    notation = Notation(times=("%Y-%m-%d %H:%M:%S",))
    assert notation.moment("2011-01-15 12:00:00", LONDON).at.astimezone(dt.UTC).hour == 12
    assert notation.moment("2011-07-15 12:00:00", LONDON).at.astimezone(dt.UTC).hour == 11


def test_an_hour_that_the_clock_skipped_is_refused():
    with pytest.raises(InvalidError, match="skipped"):
        localise(dt.datetime.fromisoformat("2011-03-27T01:30"), LONDON)


def test_an_hour_that_the_clock_showed_twice_is_the_first_of_the_two_and_said_so():
    moment = localise(dt.datetime.fromisoformat("2011-10-30T01:30"), LONDON)
    assert moment.is_twice
    assert moment.at.astimezone(dt.UTC) == dt.datetime(2011, 10, 30, 0, 30, tzinfo=dt.UTC)


@given(st.datetimes(dt.datetime.fromisoformat("2000-01-01"), dt.datetime.fromisoformat("2030-01-01")))
def test_a_time_that_is_read_shows_the_same_on_the_local_clock(naive):
    try:
        moment = localise(naive, LONDON)
    except InvalidError:
        return
    assert moment.at.astimezone(dt.UTC).astimezone(LONDON).replace(tzinfo=None, fold=0) == naive


def test_a_day_begins_when_it_does_there_also_where_midnight_is_skipped():
    moment = Notation(times=("%d.%m.%Y",)).moment("04.11.2018", ZoneInfo("America/Sao_Paulo"))
    assert moment.at.astimezone(dt.UTC) == dt.datetime(2018, 11, 4, 3, tzinfo=dt.UTC)
    assert (moment.at.day, moment.at.hour) == (4, 1)


def test_a_time_with_its_own_zone_keeps_it():
    moment = Notation().moment("2026-11-22T10:00:00+03:00", LONDON)
    assert moment.at.astimezone(dt.UTC).hour == 7


@pytest.mark.parametrize("text", ["31.02.1990", "1990-02-01", "", "yesterday"])
def test_what_is_no_day_in_this_notation_is_refused(text):
    with pytest.raises(InvalidError):
        Notation(days=("%d.%m.%Y",)).day(text)


@pytest.mark.parametrize(("text", "truth"), [("Evet", True), ("hayır", False), ("1", True), ("no", False)])
def test_yes_and_no_are_read_in_both_languages(text, truth):
    assert Notation().truth(text) is truth


def test_what_is_neither_yes_nor_no_is_refused():
    with pytest.raises(InvalidError):
        Notation().truth("perhaps")
