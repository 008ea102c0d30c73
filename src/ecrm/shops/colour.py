"""Colours and how well one is seen on another: pure arithmetic, no CSS and no pages."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import attrs

from ecrm.errors import InvalidError

__all__ = ["BLACK", "WHITE", "Colour", "coloured"]

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\Z")
_STEPS = 20


@attrs.frozen
class Colour:
    """Be a colour of the screen.

    Args:
        red: 0 to 255.
        green: 0 to 255.
        blue: 0 to 255.

    >>> str(Colour.read("#0A5")), Colour.read("#777777").contrast_with(WHITE) < 4.5
    ('#00aa55', True)
    """

    red: int
    green: int
    blue: int

    @classmethod
    def read(cls, text: str) -> Colour:
        """Read a colour as CSS writes it in hexadecimal digits: `#0a5` or `#00aa55`.

        Raises:
            InvalidError: It is none.
        """
        found = _HEX.match(text.lower()) if isinstance(text, str) else None
        if found is None:
            raise InvalidError.of("colour", "give a colour in hexadecimal digits, as #1f5f3f")
        digits = found[1] if len(found[1]) > 3 else "".join(digit * 2 for digit in found[1])  # noqa: PLR2004 - #rgb
        return cls(*(int(digits[start:end], 16) for start, end in pairwise((0, 2, 4, 6))))

    @property
    def luminance(self) -> float:
        """Give its relative luminance, from 0 for black to 1 for white.

        Source: Web Content Accessibility Guidelines 2.2, definition of relative luminance.
        """
        red, green, blue = (
            level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - as the source says
            for level in (part / 255 for part in (self.red, self.green, self.blue))
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    @property
    def ink(self) -> Colour:
        """Give what is read better on it, black or white: its contrast is never below 4.5.

        That is so of any colour: its contrasts with black and with white multiply to 21, and 4.58 is the root of 21.
        """
        return max((WHITE, BLACK), key=self.contrast_with)

    def contrast_with(self, other: Colour) -> float:
        """Give the contrast of two colours, from 1 to 21.

        Source: Web Content Accessibility Guidelines 2.2, definition of contrast ratio.

        >>> round(BLACK.contrast_with(WHITE), 2)
        21.0
        """
        darker, lighter = sorted((self.luminance, other.luminance))
        return (lighter + 0.05) / (darker + 0.05)

    def lightened(self, ground: Colour, contrast: float) -> Colour:
        """Give the nearest colour on the way to white that is seen on a dark ground.

        Args:
            ground: On what it is to be seen.
            contrast: How well, 1 to 21; not more than white has on the ground.

        >>> str(Colour.read("#003300").lightened(BLACK, 3))
        '#406640'
        """
        ways = (self._towards_white(step / _STEPS) for step in range(_STEPS))
        return next((one for one in ways if one.contrast_with(ground) >= contrast), WHITE)

    def _towards_white(self, share: float) -> Colour:
        return Colour(*(round(part + (255 - part) * share) for part in (self.red, self.green, self.blue)))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)


def coloured(value: Any) -> Colour | None:
    """Take a colour, its digits, or None."""
    return value if value is None or isinstance(value, Colour) else Colour.read(value)
