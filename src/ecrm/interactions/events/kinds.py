"""Which class a wire name stands for: ecrm's own kinds and those a plugin adds.

Nothing is registered globally: whoever reads events is handed the kinds it knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import attrs

from ecrm.errors import SetupError
from ecrm.interactions.events.base import Event
from ecrm.interactions.events.catalogue import CORE
from ecrm.interactions.events.shape import shape_of
from ecrm.values.text import checked_id

__all__ = ["Kinds"]


@attrs.frozen
class Kinds:
    """Keep the kinds of event by wire name.

    >>> Kinds.core()["Order Completed"].__name__
    'OrderCompleted'
    >>> "Gift Wrapped" in Kinds.core()
    False
    """

    by_name: Mapping[str, type[Event]]

    @classmethod
    def core(cls) -> Kinds:
        """Give the kinds of ecrm itself."""
        return cls(_CORE)

    def with_kinds(self, kinds: Iterable[type[Event]]) -> Kinds:
        """Add kinds to these.

        Raises:
            SetupError: A kind has no name, the name of another, or is not declared with `kind`.
        """
        known = dict(self.by_name)
        for added in kinds:
            _check(added, known)
            known[added.NAME] = added
        return Kinds(MappingProxyType(known))

    def get(self, name: str) -> type[Event] | None:
        """Give the class of a wire name, or None."""
        return self.by_name.get(name)

    def __getitem__(self, name: str) -> type[Event]:
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __iter__(self) -> Iterator[type[Event]]:
        return iter(self.by_name.values())

    def __len__(self) -> int:
        return len(self.by_name)


_CORE = MappingProxyType({kind.NAME: kind for kind in CORE})


def _check(added: type[Event], known: Mapping[str, type[Event]]) -> None:
    if not (isinstance(added, type) and issubclass(added, Event)):
        raise SetupError("give subclasses of ecrm.events.Event as kinds")
    try:
        name = checked_id(added.NAME, "NAME")
    except ValueError as error:
        raise SetupError(f"{added.__name__}: give it a NAME") from error
    if name in known and known[name] is not added:
        raise SetupError(f"{added.__name__}: rename it, since {name!r} is the name of another kind")
    own = {part.name for part in shape_of(added).own}
    if not set(added.KEY) <= own:
        raise SetupError(f"{added.__name__}: name fields of its own in KEY")
