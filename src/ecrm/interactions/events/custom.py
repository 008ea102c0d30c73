"""Events under a shop's own names, and those of names nobody declared.

A shop that wants its fields checked declares a kind instead; see `base`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ecrm.errors import InvalidError
from ecrm.interactions.events.base import Event
from ecrm.interactions.events.catalogue import CORE_NAMES
from ecrm.interactions.events.declared import Answers
from ecrm.interactions.events.rules import Word
from ecrm.interactions.events.shape import kind
from ecrm.values.open_values import FrozenDict, thaw

__all__ = ["Custom"]


@kind
class Custom(Event):
    """Be an event under a name of the shop's own, kept whole.

    Args:
        name: The wire name; not one of ecrm's own.
        properties: Whatever JSON can hold, nested at most 32 deep, below 1 MiB.

    Raises:
        InvalidError: The name is one of ecrm's own, or the properties hold what they must not.

    >>> Custom("Gift Wrapped", {"paper": "red"}).properties()
    {'paper': 'red'}
    """

    OPEN: ClassVar[str] = "body"

    name: Word = attrs.field(kw_only=False)
    body: Answers = attrs.field(default=FrozenDict(), alias="properties", kw_only=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.name in CORE_NAMES:
            raise InvalidError.of("name", "use the class ecrm.events has for this name")

    @property
    def event_name(self) -> str:
        """Give the wire name."""
        return self.name

    def properties(self) -> dict[str, Any]:
        """Write the properties as they were given, as JSON can hold them."""
        return dict(thaw(self.body))
