"""How amounts, days and capitals are written in a language."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ecrm import InvalidError, Money
from ecrm.messages.model.finding import Finding
from ecrm.messages.model.wording import said_money, said_time, upper_tr

AT = dt.datetime(2026, 3, 1, 21, 30, tzinfo=dt.UTC)
ISTANBUL = ZoneInfo("Europe/Istanbul")


@pytest.mark.parametrize(
    ("amount", "language", "said"),
    [
        (Money("1234567.80", "TRY"), "tr-TR", "1.234.567,80 TL"),
        (Money("-5", "EUR"), "de", "-5,00 €"),
        (Money("-1234.5", "USD"), "en-GB", "-$1,234.50"),
        (Money("1234.5", "TRY"), "en", "1,234.50 TL"),
        (Money("1500", "JPY"), "tr", "1.500 JPY"),
        (Money("12.5"), "tr", "12,5"),
        (Money("12.5"), "en", "12.5"),
    ],
)
def test_an_amount_is_written_as_its_readers_do(amount, language, said):
    assert said_money(amount, language) == said


@pytest.mark.parametrize(
    ("language", "style", "said"),
    [
        ("tr", "day", "2 Mart 2026"),
        ("de-AT", "day", "2. März 2026"),
        ("en", "day", "2 March 2026"),
        ("tr", "short", "02.03.2026"),
        ("en", "short", "02/03/2026"),
        ("fr", "day", "2026-03-02"),
        ("fr", "both", "2026-03-02 00:30"),
        ("tr", "time", "00:30"),
        ("tr", "both", "2 Mart 2026 00:30"),
    ],
)
def test_a_time_is_written_in_the_zone_of_the_shop(language, style, said):
    assert said_time(AT, ISTANBUL, language, style) == said


def test_a_day_has_no_time():
    assert said_time(dt.date(2026, 3, 2), ISTANBUL, "tr") == "2 Mart 2026"
    for style in ("time", "both"):
        with pytest.raises(InvalidError, match="a day has no time"):
            said_time(dt.date(2026, 3, 2), ISTANBUL, "tr", style)


def test_a_style_that_is_none_is_refused():
    with pytest.raises(InvalidError, match="day, short, time, both"):
        said_time(AT, ISTANBUL, "tr", "long")


def test_capitals_are_turkish():
    assert upper_tr("istanbul ışığı") == "İSTANBUL IŞIĞI"


def test_a_finding_says_its_weight_and_its_source():
    advice = Finding("sms.ucs2", "text", "leave ₺ out", is_refused=False)
    assert (advice.severity, str(advice)) == ("advice", "text: leave ₺ out (sms.ucs2)")
    error = Finding("law.tr.mersis", "", "tell it", source="law no. 6563")
    assert (error.severity, str(error)) == ("error", "template: tell it (law.tr.mersis; law no. 6563)")
