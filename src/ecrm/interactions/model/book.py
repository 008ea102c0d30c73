"""All facts of one CRM, the core's and its plugins': which an event adds to, and what can be counted at all.

A book is made once, when a CRM starts. How facts are stored is in `tables.facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from ecrm.errors import InvalidError, SetupError
from ecrm.interactions.events import Event
from ecrm.interactions.events.catalogue import CORE
from ecrm.interactions.events.shape import shape_of
from ecrm.interactions.model.fact import EVENT_FACTS, FACTS
from ecrm.values.fact import Fact

__all__ = ["CORE_FACTS", "FactBook", "check_aggregate"]

CORE_FACTS = ""
Owned = tuple[str, tuple[Fact, ...]]

_ENVELOPE = frozenset({"@channel", "@source", "@location_id"})
_TYPES = frozenset({"integer", "number", "text", "boolean", "time", "day"})
# PostgreSQL cuts names at 63 letters, and a last value has columns beside it.
_LONGEST_NAME = 59
_TAKEN_COLUMNS = ("shop", "customer_id")


class FactBook:
    """Keep the facts of a CRM.

    Args:
        facts: The facts of each plugin, by the plugin's name.

    Raises:
        InvalidError: A fact that can not be counted.
        SetupError: Two facts of one name, or that would share a column.

    >>> FactBook({"acme": [Fact("acme.gifts", "integer", "gifts", "Wrapped.", "count")]}).owner_of("acme.gifts")
    'acme'
    """

    by_plugin: Mapping[str, tuple[Fact, ...]]
    by_name: Mapping[str, Fact]
    at_first: Mapping[str, float]
    facts_for: Callable[[str, str | None, bool], tuple[Owned, ...]]

    def __init__(self, facts: Mapping[str, Sequence[Fact]] | None = None) -> None:
        given = facts or {}
        self.by_plugin = MappingProxyType({plugin: tuple(given[plugin]) for plugin in sorted(given) if given[plugin]})
        self._owners = _owners(self.by_plugin)
        ours = {fact.name: fact for fact in FACTS}
        theirs = {fact.name: fact for owned in self.by_plugin.values() for fact in owned}
        self.by_name = MappingProxyType(ours | theirs)
        nothing = {name: 0.0 if fact.type == "number" else 0 for name, fact in self.by_name.items() if fact.adds_up}
        self.at_first = MappingProxyType(nothing)
        for plugin, owned in self.by_plugin.items():
            for fact in owned:
                check_aggregate(fact)
            _check_columns(plugin, owned)
        # Names of events come from outside: as many as are met, and no more than these are remembered.
        self.facts_for = lru_cache(maxsize=4_096)(self._facts_for)

    def __repr__(self) -> str:
        return f"<FactBook {len(self.by_name)} facts>"

    def owner_of(self, name: str) -> str:
        """Give the plugin a fact is of; an empty text where it is the core's.

        Raises:
            KeyError: There is no such fact.
        """
        return self._owners[name]

    def _facts_for(self, kind: str, channel: str | None, by_customer: bool) -> tuple[Owned, ...]:  # noqa: FBT001
        """Give the facts that an event adds to, by owner: the core's first, then those of plugins that have any."""
        owned = [(CORE_FACTS, EVENT_FACTS), *self.by_plugin.items()]
        found = (
            (owner, tuple(fact for fact in facts if _is_added_to(fact, kind, channel, by_customer=by_customer)))
            for owner, facts in owned
        )
        return tuple((owner, facts) for owner, facts in found if facts)


def check_aggregate(fact: Fact, kinds: Iterable[type[Event]] = CORE) -> None:
    """Refuse a plugin's fact that the core can not count or keep.

    Args:
        fact: As the plugin declared it.
        kinds: The kinds of event that are known; their amounts of money are not added as numbers.

    Raises:
        InvalidError: How it is counted does not fit its type or field; the fact is named.
    """
    wrong = _name_and_type(fact) or _CHECKS[fact.how](fact) or _money(fact, kinds)
    if wrong:
        raise InvalidError.of(fact.name, wrong)


def _is_added_to(fact: Fact, kind: str, channel: str | None, *, by_customer: bool) -> bool:
    return (
        fact.how != "kept"
        and (not fact.kinds or kind in fact.kinds)
        and (fact.channel is None or fact.channel == channel)
        and (by_customer or not fact.by_customer)
    )


def _owners(by_plugin: Mapping[str, tuple[Fact, ...]]) -> dict[str, str]:
    owners = {fact.name: CORE_FACTS for fact in FACTS}
    for plugin, facts in by_plugin.items():
        for fact in facts:
            if fact.name in owners:
                held = owners[fact.name]
                message = f"plugin {plugin} declares {fact.name}, which {held or 'ecrm itself'} has: rename it"
                raise SetupError(message)
            owners[fact.name] = plugin
    return owners


def _check_columns(plugin: str, facts: Sequence[Fact]) -> None:
    taken = dict.fromkeys(_TAKEN_COLUMNS, "the table")
    for fact in facts:
        beside = [f"{fact.column}_at", f"{fact.column}_key"] if fact.how == "last" else []
        for column in [fact.column, *beside]:
            if column in taken:
                message = (
                    f"plugin {plugin}: {fact.name} needs the column {column}, which {taken[column]} has: rename it"
                )
                raise SetupError(message)
            taken[column] = fact.name


def _name_and_type(fact: Fact) -> str | None:
    if len(fact.name) > _LONGEST_NAME or "<" in fact.name:
        return f"give it a plain name of at most {_LONGEST_NAME} letters"
    if fact.type not in _TYPES:
        return f"use one of the types {', '.join(sorted(_TYPES))}"
    if fact.field.startswith("@") and fact.field not in _ENVELOPE:
        return f"of the envelope there are {', '.join(sorted(_ENVELOPE))}"
    return None


def _count(fact: Fact) -> str | None:
    return None if fact.type == "integer" and not fact.field else "what is counted is an integer and has no field"


def _sum(fact: Fact) -> str | None:
    is_good = fact.type in {"integer", "number"} and _has_property(fact)
    return None if is_good else "a sum is an integer or a number, and names the property in field"


def _bound(fact: Fact) -> str | None:
    is_good = fact.type in {"integer", "number"} and _has_property(fact) if fact.field else fact.type == "time"
    return None if is_good else "a min or max is a number of the property in field, or without field a time"


def _last(fact: Fact) -> str | None:
    if not fact.field:
        return "a last value names the property in field; for the time of the newest event use max without field"
    if fact.field in _ENVELOPE and fact.type != "text":
        return "what is of the envelope is a text"
    return None


def _kept(fact: Fact) -> str | None:
    is_counted = fact.kinds or fact.field or fact.channel is not None or fact.by_customer
    return "a reaction keeps it: leave kinds, field, channel and by_customer out" if is_counted else None


def _cores_own(fact: Fact) -> str | None:
    return f"how={fact.how!r} is for the core's own facts"


_CHECKS: Mapping[str, Callable[[Fact], str | None]] = {
    "count": _count,
    "days": _count,
    "sum": _sum,
    "min": _bound,
    "max": _bound,
    "last": _last,
    "kept": _kept,
    "order": _cores_own,
    "derived": _cores_own,
}


def _has_property(fact: Fact) -> bool:
    return bool(fact.field) and fact.field not in _ENVELOPE


def _money(fact: Fact, kinds: Iterable[type[Event]]) -> str | None:
    if not fact.field:
        return None
    for kind in kinds:
        if (not fact.kinds or kind.NAME in fact.kinds) and fact.field in _amounts_of(kind):
            return f"{fact.field} of {kind.NAME} is money, which is never added without its currency: see orders.spent"
    return None


def _amounts_of(kind: type[Event]) -> frozenset[str]:
    return frozenset(part.wire for part in shape_of(kind).own if part.rule.name == "money")
