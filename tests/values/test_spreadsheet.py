"""A text that a spreadsheet could take for a formula is guarded, and given back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.values.spreadsheet import guarded, unguarded

TEXTS = st.text(st.sampled_from("=+-@\t\r\n',;|\"ab 1\uff1d\uff20"), max_size=12) | st.text(max_size=20)


@given(TEXTS)
def test_what_was_guarded_is_given_back(text):
    assert unguarded(guarded(text)) == text


@given(TEXTS)
def test_no_cell_begins_as_a_formula(text):
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(",;|\t"))
def test_no_cell_begins_as_a_formula_where_the_line_is_parted_at_another_mark(texts, mark):
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerow([guarded(text) for text in texts])
    for line in written.getvalue().splitlines():
        for cell in line.split(mark):
            assert not cell.startswith(("=", "+", "-", "@", '"=', '"+', '"-', '"@'))


@pytest.mark.parametrize("text", ["", "late", "good; - bad", "'t is fine", "a-b", "1+1", "ayse@example.com"])
def test_what_is_no_danger_stays_as_it_is(text):
    assert guarded(text) == text
    assert unguarded(text) == text


def test_an_apostrophe_before_a_formula_is_kept():
    assert guarded("'=1") == "''=1"
    assert unguarded("''=1") == "'=1"
