"""What of customers is watched after they answered: by which events each thing happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs import Behaviour
from ecrm.surveys.scoring.followup import BOUGHT, REVENUE
from ecrm.values.fact import Fact

__all__ = ["RETURNED", "Watched", "watched"]

RETURNED = "returned"
_RETURNS = frozenset({"Return Requested", "Return Received"})
_COUNTED = frozenset({"count", "days"})


@attrs.frozen
class Watched:
    """Be something that may happen.

    Args:
        name: How it is shown.
        kinds: The events by which it happens.
        channel: Only on this channel.
    """

    name: str
    kinds: frozenset[str]
    channel: str | None = None


def watched(
    also: Mapping[str, str] | None, offered: Iterable[Behaviour], facts: Mapping[str, Fact]
) -> tuple[Watched, ...]:
    """Give what is watched: returns, what plugins offer, and what is asked for.

    Args:
        also: By how it is shown: the name of an event, or of a fact that counts events.
        offered: What plugins offer.
        facts: The facts there are, by name.

    Raises:
        InvalidError: A name is taken, or what is asked for is neither.

    >>> [one.name for one in watched({"complained": "Complaint Opened"}, [], {})]
    ['returned', 'complained']
    """
    if also is not None and not isinstance(also, Mapping):
        raise InvalidError.of("also", 'give each a name of its own, as {"complained": "Complaint Opened"}')
    found = {RETURNED: Watched(RETURNED, _RETURNS)} | {one.name: Watched(one.name, one.kinds) for one in offered}
    for name, what in (also or {}).items():
        if not isinstance(name, str) or not name.strip() or name in {BOUGHT, REVENUE}:
            raise InvalidError.of("also", 'give each a name of its own, as {"complained": "Complaint Opened"}')
        found[name] = _asked_for(name, what, facts)
    return tuple(found.values())


def _asked_for(name: str, what: str, facts: Mapping[str, Fact]) -> Watched:
    if not isinstance(what, str) or not what.strip():
        raise InvalidError.of("also", "give the name of an event, or of a fact that counts events")
    fact = facts.get(what)
    if fact is None:
        return Watched(name, frozenset({what}))
    if fact.how not in _COUNTED or not fact.kinds or fact.by_customer:
        raise InvalidError.of("also", f"{what} does not say when it happens: name a fact that counts events")
    return Watched(name, fact.kinds, fact.channel)
