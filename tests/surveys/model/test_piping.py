"""Answers and facts inside texts."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import Money
from ecrm.errors import InvalidError
from ecrm.surveys import Wording
from ecrm.surveys.model.piping import fill, pipes_of, said_value
from questionnaires import ANSWERS


def filled(text, value=None, language="en", **options):
    return fill(text, lambda _: value, language, **options)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("Why {answer.score}?", 3, "Why 3?"),
        ("Why { answer.score | this }?", None, "Why  this ?"),
        ("Why {answer.score|}?", None, "Why ?"),
        ("Why {answer.score}?", None, "Why ?"),
        ("{{answer.score}}", 3, "{answer.score}"),
        ("{{{answer.score}}}", 3, "{3}"),
        ("nothing", 3, "nothing"),
        ("{answer.why|x}", "  two\nlines ", "two lines"),
        ("{answer.why|x}", "{answer.score} {{", "{answer.score} {{"),
        ("{answer.why|x}", " ", "x"),
    ],
)
def test_a_place_is_filled_in(text, value, said):
    assert filled(text, value) == said


def test_a_time_is_on_the_day_it_has_in_the_zone():
    at = dt.datetime(2026, 11, 24, 22, tzinfo=dt.UTC)
    assert filled("{fact.at|?}", at, zone=dt.timezone(dt.timedelta(hours=3))) == "25 November 2026"


def test_html_is_escaped_whoever_wrote_it():
    assert filled("<b>{answer.why}</b>", "\"'&<", is_html=True) == "&lt;b&gt;&quot;&#x27;&amp;&lt;&lt;/b&gt;"
    assert filled("<b>{answer.why|<i>}", None, is_html=True) == "&lt;b&gt;&lt;i&gt;"


def test_a_long_answer_is_cut_inside_a_text():
    said = filled("{answer.why}", "x" * 5_000)
    assert (len(said), said[-1]) == (200, "…")
    assert filled("{answer.why}", "x" * 200) == "x" * 200


@pytest.mark.parametrize(
    ("value", "tr", "en"),
    [
        (True, "Evet", "Yes"),
        (False, "Hayır", "No"),
        (7, "7", "7"),
        (4.5, "4,5", "4.5"),
        (Decimal("1E+3"), "1000", "1000"),
        (Money("149.90", "TRY"), "149,90 TL", "149.90 TL"),
        (dt.date(2026, 11, 24), "24 Kasım 2026", "24 November 2026"),
        (dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC), "24 Kasım 2026", "24 November 2026"),
        (("Fiyat", None, "Hız"), "Fiyat, Hız", "Fiyat, Hız"),
        ({"a": 1}, "", ""),
        (None, "", ""),
    ],
)
def test_a_value_is_written_as_its_readers_do(value, tr, en):
    assert (said_value(value, "tr"), said_value(value, "en-GB")) == (tr, en)


def test_yes_in_a_language_we_do_not_speak_is_english():
    assert said_value(True, "fr") == "Yes"


@pytest.mark.parametrize(
    "text", ["{", "}", "a { b", "{score}", "{answer.score", "{answer.score|{x}}", "{}", "{fact.a.__class__()}", "{0}"]
)
def test_what_is_no_place_is_refused_with_its_language(text):
    with pytest.raises(InvalidError) as caught:
        list(pipes_of(Wording({"tr": "Evet", "en": text})))
    assert list(caught.value.fields) == ["en"]


@given(st.text(st.sampled_from("{}|.answerfct_ \n"), max_size=40).filter(str.strip), ANSWERS)
def test_a_text_is_refused_when_it_is_written_or_never(text, value):
    try:
        list(pipes_of(Wording(text)))
    except InvalidError:
        return
    assert isinstance(filled(text, value), str)
