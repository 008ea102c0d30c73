"""What a plugin does after the commit: reactions to what happened, and what to do when a timer is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import attrs

from ecrm.hookspecs.naming import between, check_age, check_callable, check_name, names

if TYPE_CHECKING:
    from ecrm.interactions.model.interaction import Interaction
    from ecrm.reactions.asking import Questions
    from ecrm.reactions.model.effect import Effect
    from ecrm.reactions.model.timer import Due

__all__ = ["Reaction", "Timer"]

_WEEK = dt.timedelta(days=7)


@attrs.frozen
class Reaction:
    """React to what happened, after it is committed, by saying what is to be done.

    The function gets an interaction and may ask read-only questions. It runs outside any transaction,
    is asked again after a failure, and returns effects; it does nothing itself.

    Args:
        name: Unique among all plugins; what `crm.replay` takes.
        react: Gives the effects of an interaction; None is none.
        kinds: Of which events; all where empty.
        keeps: The kept facts it says. It is then asked about the newest interaction of each customer that
            anything changed of, imported ones too, and returns nothing but `Keep`.
        max_age: How old an interaction may be when it is seen; None is any age.
        sees_imported: Whether it sees what was imported.
        deadline_s: How long it may take for one interaction, in seconds, up to 300.

    >>> Reaction("greet", lambda interaction, ask: (), kinds=["Signed Up"]).max_age.days
    7
    """

    name: str = attrs.field(validator=check_name)
    react: Callable[[Interaction, Questions], Iterable[Effect] | None] = attrs.field(validator=check_callable)
    kinds: frozenset[str] = attrs.field(default=(), converter=names)
    keeps: frozenset[str] = attrs.field(default=(), converter=names)
    max_age: dt.timedelta | None = attrs.field(default=_WEEK, validator=check_age)
    sees_imported: bool = False
    deadline_s: float = attrs.field(default=5.0, validator=between(0.001, 300))


@attrs.frozen
class Timer:
    """Say what to do when a timer that `SetTimer` set is due.

    Args:
        name: Unique among all timers; what `SetTimer` names.
        fire: Gives the effects of a timer that is due; None is none.
        deadline_s: How long it may take for one timer, in seconds, up to 300.

    >>> Timer("remind", lambda due, ask: ()).name
    'remind'
    """

    name: str = attrs.field(validator=check_name)
    fire: Callable[[Due, Questions], Iterable[Effect] | None] = attrs.field(validator=check_callable)
    deadline_s: float = attrs.field(default=5.0, validator=between(0.001, 300))
