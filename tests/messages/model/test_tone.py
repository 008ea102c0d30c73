"""How a shop speaks: what does not sound like it is found, and what does is left alone."""

from __future__ import annotations

import pytest

from ecrm import InvalidError
from ecrm.messages.model.tone import Tone, check_tone, count_emoji


def codes(tone, text, **more):
    return [finding.code for finding in check_tone(tone, {"text": text}, **more)]


@pytest.mark.parametrize(
    ("address", "text", "is_other"),
    [
        ("siz", "Sana bir haberimiz var", True),
        ("siz", "SENİN için", True),
        ("siz", "Size bir haberimiz var", False),
        ("siz", "Senelik bakım, sendika", False),
        ("sen", "Sizin için seçtik", True),
        ("sen", "Senin için seçtik", False),
        ("Sie", "Wir haben etwas für dich", True),
        ("Sie", "Wir haben etwas für Sie", False),
        ("du", "Wir haben etwas für Sie", True),
        ("du", "Sie sind da: deine Schuhe", False),
        ("du", "Wir sagten, dass sie da sind", False),
        (None, "Sana, size, dich und Sie", False),
    ],
)
def test_the_other_form_of_address_is_found(address, text, is_other):
    assert codes(Tone(address=address), text) == (["tone.address"] if is_other else [])


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("", 0),
        ("5 ★ & © 2026 ™", 1),
        ("\U0001f69a\U0001f69a", 2),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 1),
        ("\U0001f44d\U0001f3fd", 1),
        ("\U0001f1f9\U0001f1f7 \U0001f1e9\U0001f1ea", 2),
        ("\U0001f1f9", 1),
    ],
)
def test_emoji_are_counted_as_a_reader_sees_them(text, emoji):
    assert count_emoji(text) == emoji


def test_more_emoji_than_allowed_are_found():
    assert codes(Tone(most_emoji=1), "\U0001f69a") == []
    assert codes(Tone(most_emoji=1), "\U0001f69a\U0001f69a") == ["tone.emoji"]
    (finding,) = check_tone(Tone(most_emoji=0), {"text": "\U0001f69a"})
    assert "leave the emoji out" in finding.say


def test_words_are_forbidden_the_turkish_way():
    tone = Tone(forbidden=["Indirim", "İndirim", " "])
    assert codes(tone, "BÜYÜK İNDİRİM") == ["tone.word"]
    assert codes(tone, "büyük indirim") == ["tone.word"]
    assert codes(tone, "indirimli") == []
    assert tone.forbidden == {"ındirim", "indirim"}


def test_shouting_is_found_where_it_is_not_done():
    assert codes(Tone(shouts=False), "BÜYÜK FIRSAT bugün") == ["tone.shouting"]
    assert codes(Tone(shouts=False), "MERSİS no, A.Ş. ve TL") == []
    assert codes(Tone(), "BÜYÜK FIRSAT bugün") == []


def test_what_is_too_long_is_found_in_characters_and_in_segments():
    assert codes(Tone(longest=5), "123456") == ["tone.length"]
    assert codes(Tone(longest=6), "123456") == []
    assert codes(Tone(most_segments=1), "ş" * 78) == []
    (finding,) = check_tone(Tone(most_segments=1), {"text": "₺" * 71}, is_sms=True)
    assert finding.say == "shorten it to 1 segments: it takes 2; ₺ make it UCS-2"
    (plain,) = check_tone(Tone(most_segments=1), {"text": "a" * 161}, is_sms=True)
    assert plain.say == "shorten it to 1 segments: it takes 2"
    assert codes(Tone(most_segments=2), "a" * 161, is_sms=True) == []


@pytest.mark.parametrize("given", [{"address": "ihr"}, {"most_emoji": -1}, {"longest": "5"}, {"forbidden": "bedava"}])
def test_a_tone_that_can_not_be_is_refused(given):
    with pytest.raises(InvalidError):
        Tone(**given)
