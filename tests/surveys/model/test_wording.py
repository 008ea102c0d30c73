"""Texts in several languages."""

import pytest

from ecrm.errors import InvalidError
from ecrm.surveys import Wording
from ecrm.surveys.model.wording import nearest_language, worded

BOTH = Wording({"tr": "Evet", "en": "Yes", "pt-BR": "Sim"})


@pytest.mark.parametrize(
    ("language", "fallback", "said"),
    [
        ("tr", "en", "Evet"),
        ("en-GB", "tr", "Yes"),
        ("PT-br", "tr", "Sim"),
        ("pt", "tr", "Evet"),
        ("de", "en", "Yes"),
        ("de", "fr", "Yes"),
        ("", "tr", "Evet"),
    ],
)
def test_a_reader_gets_the_nearest_language_then_the_fallback(language, fallback, said):
    assert BOTH.said(language, fallback) == said


def test_a_text_for_everybody_stands_in_for_languages_that_are_missing():
    wording = Wording({"tr": "Evet", "und": "OK"})
    assert (wording.said("tr"), wording.said("de"), wording.said("de", "tr")) == ("Evet", "OK", "Evet")
    assert wording.is_said_in("de")
    assert not BOTH.is_said_in("de")


def test_the_nearest_language_loses_its_parts_from_the_end():
    assert nearest_language(["zh", "zh-Hant"], "zh-Hant-TW") == "zh-Hant"
    assert nearest_language(["zh-Hant"], "zh") is None


@pytest.mark.parametrize(
    "texts",
    [
        None, 7, {}, [], "", "  ", {"tr": ""}, {"tr": None}, {"Turkish": "Evet"}, {7: "Evet"}, "a\0b", "\ud800",
        "x" * 5_001, {f"a{chr(97 + i // 26)}-x{i:02}": "x" for i in range(51)},
    ],
)  # fmt: skip
def test_what_says_nothing_is_refused(texts):
    with pytest.raises(InvalidError):
        Wording(texts)


def test_a_wording_is_taken_as_it_is_and_shows_its_languages_alone():
    assert worded(BOTH) is BOTH
    assert repr(BOTH) == "<Wording en pt-BR tr>"
    assert hash(BOTH) == hash(Wording({"pt-BR": "Sim", "en": "Yes", "tr": "Evet"}))
