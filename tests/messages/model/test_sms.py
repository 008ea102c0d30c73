"""How many segments a text message takes, in which encoding, and because of which letters."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.messages.model.sms import count_sms

BASIC = st.sampled_from("abcXYZ 0189@£é\nÖß§")
EXTENDED = st.sampled_from("^{}\\[~]|€")
TURKISH = st.sampled_from("ĞİŞçğış")


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "per_segment"),
    [
        ("", "GSM-7", 1, 160),
        ("a" * 160, "GSM-7", 1, 160),
        ("a" * 161, "GSM-7", 2, 153),
        ("a" * 306, "GSM-7", 2, 153),
        ("a" * 307, "GSM-7", 3, 153),
        ("€" * 80, "GSM-7", 1, 160),
        ("€" * 81, "GSM-7", 2, 153),
        ("ş" + "a" * 153, "GSM-7 Turkish", 1, 155),
        ("ş" + "a" * 154, "GSM-7 Turkish", 2, 149),
        ("₺" * 70, "UCS-2", 1, 70),
        ("₺" * 71, "UCS-2", 2, 67),
        ("🚚" * 35, "UCS-2", 1, 70),
        ("🚚" * 36, "UCS-2", 2, 67),
    ],
)
def test_a_message_takes_as_many_segments_as_the_standard_says(text, encoding, segments, per_segment):
    counted = count_sms(text)
    assert (counted.encoding, counted.segments, counted.per_segment) == (encoding, segments, per_segment)


def test_a_letter_of_two_units_is_never_cut():
    # 152 septets and one letter of two: the 153rd stays empty.
    assert count_sms("a" * 152 + "€" + "a" * 151).segments == 2
    assert count_sms("a" * 152 + "€" + "a" * 152).segments == 3
    assert count_sms("₺" * 66 + "🚚" + "₺" * 66).segments == 3


def test_the_letters_that_force_an_encoding_are_told_once_each():
    assert count_sms("Şişli'de ışık").forcing == ("Ş", "ş", "ı")
    assert count_sms("Şimdi ₺50, ₺60 «ucuz»").forcing == ("₺", "«", "»")
    assert count_sms("Şimdi", has_turkish_shift=False).forcing == ("Ş",)
    assert count_sms("çok güzel").encoding == "GSM-7 Turkish"
    assert count_sms("ÇOK GÜZEL ÖĞLE").forcing == ("Ğ",)


@given(letters=st.lists(BASIC | EXTENDED | TURKISH, max_size=700))
def test_what_gsm_can_write_is_counted_as_its_letters_are(letters):
    text = "".join(letters)
    counted = count_sms(text)
    assert counted.units == sum(1 if letter in "abcXYZ 0189@£é\nÖß§" else 2 for letter in letters)
    assert counted.encoding == ("GSM-7 Turkish" if set(text) & set("ĞİŞçğış") else "GSM-7")
    least = math.ceil(counted.units / counted.per_segment) or 1
    assert least <= counted.segments <= least + 1 + counted.segments // 70


@given(text=st.text(max_size=500))
def test_without_the_turkish_table_it_is_never_shorter(text):
    with_it, without = count_sms(text), count_sms(text, has_turkish_shift=False)
    assert without.segments >= with_it.segments
    assert (without.encoding == "GSM-7") == (with_it.encoding == "GSM-7")
    if with_it.encoding == "UCS-2":
        assert with_it.units == len(text.encode("utf-16-be", "surrogatepass")) // 2
