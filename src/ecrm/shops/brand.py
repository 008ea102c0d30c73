"""What a shop looks like on the pages its customers see: its name, its logo, its colour in light and in the dark."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.shops.colour import WHITE, Colour, coloured
from ecrm.values.text import checked_text, is_line

__all__ = ["DARK", "LONGEST_LOGO", "Brand", "Logo"]

LONGEST_LOGO = 65_536
# What the pages are made of in the dark: a colour must be seen on it.
DARK = Colour(0x1F, 0x1F, 0x1F)
# WCAG 2.2, 1.4.11: what is to be seen of a control.
_SEEN = 3.0
_LONGEST_NAME = 100
_WHERE_IT_BEGINS = 512


@attrs.frozen(repr=False)
class Logo:
    """Be a picture; what kind it is, its first bytes say.

    Args:
        picture: A PNG, JPEG, WebP or SVG, at most 65,536 bytes.

    Raises:
        InvalidError: It is none of these, or too long.

    >>> Logo(b"<svg xmlns='http://www.w3.org/2000/svg'/>").kind
    'svg+xml'
    """

    picture: bytes = attrs.field()

    @picture.validator
    def _check_picture(self, _: Any, value: Any) -> None:
        if not isinstance(value, bytes) or _kind_of(value) is None:
            raise InvalidError.of("logo", "give the bytes of a PNG, JPEG, WebP or SVG picture")
        if len(value) > LONGEST_LOGO:
            raise InvalidError.of(
                "logo", f"give a picture of at most {LONGEST_LOGO:,} bytes: it is shown 48 pixels high"
            )

    @property
    def kind(self) -> Literal["png", "jpeg", "webp", "svg+xml"]:
        """Give the kind of picture, as MIME calls it after `image/`."""
        kind = _kind_of(self.picture)
        assert kind is not None  # noqa: S101 - the validator saw to it
        return kind

    @property
    def digest(self) -> str:
        """Give what tells this picture from others."""
        return hashlib.sha256(self.picture).hexdigest()[:16]


def _name(value: Any) -> str:
    text = checked_text("" if value is None else value, "name", _LONGEST_NAME).strip()
    if not is_line(text):
        raise InvalidError.of("name", "write it on one line")
    return text


def _logo(value: Any) -> Logo | None:
    return value if value is None or isinstance(value, Logo) else Logo(value)


@attrs.frozen(kw_only=True)
class Brand:
    """Hold what a shop looks like; change it by `crm.shop.rebrand`.

    Args:
        name: What stands above the pages, at most 100 characters; empty: the trade name of its messages, if any.
        logo: The picture beside it: the bytes of a PNG, JPEG, WebP or SVG, at most 65,536.
        colour: Of buttons and of what is chosen, as `#1f5f3f`; it must be seen on white.
        dark_colour: The same for readers whose device is dark; where it is left out, `colour`, made as much lighter
            as it must be.

    Raises:
        InvalidError: A colour would not be seen: its contrast with the page is below 3 (WCAG 2.2, 1.4.11). The
            words on it are black or white, whichever is read better: at least 4.5 on any colour.

    >>> str(Brand(name="Moda", colour="#7a1f5f").seen_in_the_dark)
    '#9b5787'
    """

    name: str = attrs.field(default="", converter=_name)
    logo: Logo | None = attrs.field(default=None, converter=_logo)
    colour: Colour | None = attrs.field(default=None, converter=coloured)
    dark_colour: Colour | None = attrs.field(default=None, converter=coloured)

    def __attrs_post_init__(self) -> None:
        for field, value, ground, said in (
            ("colour", self.colour, WHITE, "a white page: give a darker one"),
            ("dark_colour", self.dark_colour, DARK, "a dark page: give a lighter one"),
        ):
            if value is not None and value.contrast_with(ground) < _SEEN:
                found = f"its contrast is {value.contrast_with(ground):.2f} and must be {_SEEN:g} or more"
                raise InvalidError.of(field, f"buttons of this colour are not seen on {said}; {found}")

    @property
    def seen_in_the_dark(self) -> Colour | None:
        """Give the colour on a dark page; None where the shop has none."""
        if self.dark_colour is not None or self.colour is None:
            return self.dark_colour
        return self.colour.lightened(DARK, _SEEN)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return {
            "name": self.name,
            "logo": None if self.logo is None else base64.b64encode(self.logo.picture).decode(),
            "colour": None if self.colour is None else str(self.colour),
            "dark_colour": None if self.dark_colour is None else str(self.dark_colour),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Brand:
        """Read what `to_json` gave."""
        logo = kept.get("logo")
        return cls(**{**kept, "logo": None if logo is None else base64.b64decode(logo)})


def _kind_of(picture: bytes) -> Literal["png", "jpeg", "webp", "svg+xml"] | None:
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if picture.startswith(b"RIFF") and picture[8:12] == b"WEBP":
        return "webp"
    begins = picture[:_WHERE_IT_BEGINS].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "svg+xml" if begins.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in picture[:4_096] else None
