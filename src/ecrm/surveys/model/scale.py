"""The scales that give a score: NPS 0-10, CSAT 1-5, CES 1-7.

What scores of many answers come to is worked out in `ecrm.surveys.scoring`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import one_of
from ecrm.surveys.model.number import whole_number
from ecrm.surveys.model.question import Question
from ecrm.surveys.model.wording import Wording, optionally_worded

__all__ = ["Ces", "Csat", "Nps", "Scale", "Score"]


@attrs.frozen
class Score:
    """Hold what somebody scored.

    Args:
        kind: nps, csat or ces.
        value: 0 to 10, 1 to 5 or 1 to 7.

    Raises:
        InvalidError: There is no such kind, or the number is not on its scale.

    >>> Score("csat", 5).value
    5
    """

    kind: str = attrs.field(validator=one_of("nps", "csat", "ces"))
    value: int = attrs.field()

    @value.validator
    def _check_value(self, _: Any, value: Any) -> None:
        scale = {"nps": range(11), "csat": range(1, 6), "ces": range(1, 8)}[self.kind]
        if isinstance(value, bool) or not isinstance(value, int) or value not in scale:
            raise InvalidError.of("value", f"give a whole number from {scale[0]} to {scale[-1]}")


@attrs.frozen
class Scale(Question):
    """Ask for a whole number from the least to the most.

    Args:
        low: What the least means.
        high: What the most means.
    """

    LEAST: ClassVar[int] = 0
    MOST: ClassVar[int] = 10

    low: Wording | None = attrs.field(default=None, converter=optionally_worded, kw_only=True)
    high: Wording | None = attrs.field(default=None, converter=optionally_worded, kw_only=True)

    @property
    def steps(self) -> range:
        """Give what can be chosen."""
        return range(self.LEAST, self.MOST + 1)

    def read(self, value: Any) -> int:
        """Give the number; a form sends it as digits."""
        number = whole_number(value)
        if number is None or number not in self.steps:
            raise self.refuse(f"give a whole number from {self.LEAST} to {self.MOST}")
        return number

    def compares(self, value: Any, row: str) -> bool:
        """Tell whether it is a number of the scale."""
        return not row and whole_number(value) in self.steps

    def wordings(self) -> Iterator[tuple[str, Wording]]:
        """Give what it says, its ends too."""
        yield from super().wordings()
        for name, said in (("low", self.low), ("high", self.high)):
            if said is not None:
                yield name, said


@attrs.frozen
class Nps(Scale):
    """Ask how likely somebody is to recommend the shop, 0 to 10.

    Source: Reichheld, The One Number You Need to Grow, Harvard Business Review, December 2003.

    >>> Nps("score", "How likely are you to recommend us?").checked("9")
    9
    """

    KIND: ClassVar[str] = "nps"


@attrs.frozen
class Csat(Scale):
    """Ask how satisfied somebody is, 1 to 5.

    Args:
        style: How the steps are shown: faces, stars or numbers.

    >>> list(Csat("score", "How was it?", style="stars").steps)
    [1, 2, 3, 4, 5]
    """

    KIND: ClassVar[str] = "csat"
    LEAST: ClassVar[int] = 1
    MOST: ClassVar[int] = 5

    style: Literal["faces", "stars", "numbers"] = attrs.field(
        default="faces", validator=one_of("faces", "stars", "numbers"), kw_only=True
    )


@attrs.frozen
class Ces(Scale):
    """Ask whether it was easy, 1 (not at all) to 7 (very).

    Source: Dixon, Freeman and Toman, Stop Trying to Delight Your Customers, Harvard Business Review, July 2010;
    as a statement to agree with on seven steps, CEB 2013 (CES 2.0).

    >>> Ces("effort", "The shop made it easy for me.").checked(7)
    7
    """

    KIND: ClassVar[str] = "ces"
    LEAST: ClassVar[int] = 1
    MOST: ClassVar[int] = 7
