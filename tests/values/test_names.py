"""Names fold the Turkish way."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.values.names import fold_name, search_key


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("AYŞE YIL", "ayşe yıl"),
        ("İREM IŞIK", "irem ışık"),
        ("I\u0307rem", "irem"),
        ("Çağrı ÖZGÜR", "çağrı özgür"),
    ],
)
def test_case_folds_the_turkish_way(name, folded):
    assert fold_name(name) == folded


@pytest.mark.parametrize("typed", ["ayse yil", "AYŞE YIL", "Ayşe Yıl", "AYSE YIL", "ayse  yıl", "Ayse-Yil"])
def test_a_name_is_found_however_it_is_typed(typed):
    assert search_key("Ayşe Yılmaz").startswith(search_key(typed))


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text):
    assert search_key(search_key(text)) == search_key(text)


@given(st.text(max_size=40))
def test_composed_and_decomposed_names_are_the_same(text):
    assert fold_name(normalize("NFD", text)) == fold_name(normalize("NFC", text))


def test_other_letters_are_reduced_too():
    assert search_key("Øre Łukasz Straße Æther") == "ore lukasz strasse aether"
    assert search_key("") == ""
