"""What a shop looks like: colours that can be seen and read on, a logo that is a picture, kept and changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecrm.web
from ecrm.errors import InvalidError
from ecrm.shops.brand import DARK, LONGEST_LOGO, Brand, Logo
from ecrm.shops.colour import BLACK, WHITE, Colour

COLOURS = st.builds(Colour, *[st.integers(0, 255)] * 3)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@given(COLOURS)
def test_on_any_colour_black_or_white_is_read(colour):
    assert colour.contrast_with(colour.ink) >= 4.5
    assert Colour.read(str(colour)) == colour


@given(COLOURS)
def test_a_colour_that_is_seen_on_white_is_seen_in_the_dark_too(colour):
    if colour.contrast_with(WHITE) < 3:
        with pytest.raises(InvalidError, match="white page"):
            Brand(colour=colour)
        return
    dark = Brand(colour=colour).seen_in_the_dark
    assert dark.contrast_with(DARK) >= 3
    if colour.contrast_with(DARK) >= 3:
        assert dark == colour


def test_contrasts_are_those_of_the_standard():
    # Of the W3C's own examples: #777 on white fails by a hair, #767676 passes.
    assert Colour.read("#777777").contrast_with(WHITE) == pytest.approx(4.478, abs=0.001)
    assert Colour.read("#767676").contrast_with(WHITE) == pytest.approx(4.542, abs=0.001)
    assert BLACK.contrast_with(WHITE) == WHITE.contrast_with(BLACK) == pytest.approx(21)


def test_what_would_not_be_seen_is_refused_and_says_so():
    with pytest.raises(InvalidError, match=r"colour: .*white page: give a darker one; its contrast is 1\.47"):
        Brand(colour="#ffd000")
    with pytest.raises(InvalidError, match=r"dark_colour: .*dark page: give a lighter one"):
        Brand(colour="#1f3f7f", dark_colour="#1f3f7f")
    assert Brand(colour="#b35c00", dark_colour="#ffd000").seen_in_the_dark == Colour.read("#ffd000")
    for wrong in ("red", "#12", "#12345g", 7, "#ffffff;}body{display:none"):
        with pytest.raises(InvalidError, match="hexadecimal"):
            Brand(colour=wrong)


def test_the_dark_a_colour_is_checked_on_is_that_of_the_style_sheet():
    css = (Path(ecrm.web.__file__).parent / "assets" / "pages.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"--paper: (#\w+)", css)
    assert (Colour.read(light), Colour.read(dark)) == (WHITE, DARK)
    # The colours of ours keep what we ask of others'.
    for paper, strong, on_strong in zip(
        (WHITE, DARK), re.findall(r"--strong: (#\w+)", css), re.findall(r"--on-strong: (#\w+)", css), strict=True
    ):
        assert Colour.read(strong).contrast_with(paper) >= 3
        assert Colour.read(strong).contrast_with(Colour.read(on_strong)) >= 4.5


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0", "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (SVG, "svg+xml"), (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "svg+xml"),
    ],
)  # fmt: skip
def test_a_logo_is_told_by_its_first_bytes(picture, kind):
    assert Logo(picture).kind == kind


@pytest.mark.parametrize(
    "picture", [b"", b"GIF89a", b"<html><svg></svg></html>", "logo.png", SVG + b" " * LONGEST_LOGO]
)
def test_what_is_no_logo_is_refused(picture):
    with pytest.raises(InvalidError, match="picture"):
        Logo(picture)


def test_a_brand_is_kept_changed_bit_by_bit_and_its_own_shops(crm):
    assert crm.shop.brand == Brand()
    crm.shop.rebrand(name=" Moda ", logo=SVG, colour="#7a1f5f")
    crm.shop.rebrand(dark_colour="#d070b0")
    again = crm.for_shop("main")
    again.shop._branded = None
    assert again.shop.brand == Brand(name="Moda", logo=SVG, colour="#7a1f5f", dark_colour="#d070b0")
    assert crm.for_shop("outlet").shop.brand == Brand()
    assert crm.shop.rebrand(logo=None, name=None, colour=None, dark_colour=None) == Brand()


def test_what_a_brand_has_not_is_refused(crm):
    with pytest.raises(InvalidError, match="use one of name, logo, colour, dark_colour"):
        crm.shop.rebrand(color="#000000")
    with pytest.raises(InvalidError, match="one line"):
        crm.shop.rebrand(name="a\nb")
