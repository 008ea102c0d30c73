"""Effects: what is to be done, as values. The worker applies each once; a plugin only returns them.

What applies them is in `ecrm.reactions.applying`; other rooms add effects of their own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.interactions.events import Event
from ecrm.values.who import Someone

__all__ = ["CancelTimer", "Effect", "Keep", "Note", "Record", "SetTimer", "Suggest", "Tag", "Untag", "check_effects"]

MOST_EFFECTS = 100
_LONGEST_NAME = 200
_LONGEST_TEXT = 10_000


def _check_text(_: Any, field: Any, value: str) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT or "\0" in value:
        raise InvalidError.of(field.name, "give a text of 1 to 10,000 characters")


def _check_word(_: Any, field: Any, value: str) -> None:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME or "\0" in value:
        raise InvalidError.of(field.name, "give a text of 1 to 200 characters")


def _check_moment(_: Any, field: Any, value: dt.datetime) -> None:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise InvalidError.of(field.name, "give a time with its zone")


def _check_details(_: Any, field: Any, value: Mapping[str, Any]) -> None:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidError.of(field.name, "give what JSON can hold") from error


@attrs.frozen(kw_only=True, repr=False)
class Effect:
    """Be something to do.

    Args:
        name: What tells it from the other effects of one interaction; None takes one from its content.
            An effect is applied once for each (reaction, interaction, name).
    """

    name: str | None = attrs.field(default=None, validator=attrs.validators.optional(_check_word))

    @property
    def key(self) -> str:
        """Give its name, or the one its content makes."""
        return self.name or type(self).__name__.lower()

    def __repr__(self) -> str:
        # Contents may be personal: what it is must do.
        return f"<{type(self).__name__} {self.name or ''}>"


@attrs.frozen(repr=False)
class Record(Effect):
    """Record an event; without a customer of its own it is about the interaction's.

    Args:
        event: What is derived. Without a time it happened when the interaction did, or the timer was due;
            without a natural key or `source_id` it gets one of the reaction, the interaction and the name.

    >>> from ecrm import events
    >>> Record(events.CartAbandoned(cart_id="7")).key
    'record Cart Abandoned'
    """

    event: Event = attrs.field(validator=attrs.validators.instance_of(Event))

    @property
    def key(self) -> str:
        """Give its name, or the event's."""
        return self.name or f"record {self.event.event_name}"


@attrs.frozen(repr=False)
class SetTimer(Effect):
    """Wake a timer at a time; the newest decision about a key holds, in whatever order they arrive.

    Args:
        timer: The timer's name, as registered.
        key: Which one of this timer; one timer a key.
        at: When it is due; what a timer, or what was derived, sets is due a minute after that at the earliest.
        details: What it is to know when it fires, as JSON can hold it.
    """

    timer: str = attrs.field(validator=_check_word)
    timer_key: str = attrs.field(validator=_check_word, alias="key")
    at: dt.datetime = attrs.field(validator=_check_moment)
    details: Mapping[str, Any] = attrs.field(factory=dict, validator=_check_details)

    @property
    def key(self) -> str:
        """Give its name, or the timer's."""
        return self.name or f"set {self.timer} {self.timer_key}"


@attrs.frozen(repr=False)
class CancelTimer(Effect):
    """Let a timer sleep; one that is set by something that happened later stays.

    Args:
        timer: The timer's name, as registered.
        key: Which one of this timer.
    """

    timer: str = attrs.field(validator=_check_word)
    timer_key: str = attrs.field(validator=_check_word, alias="key")

    @property
    def key(self) -> str:
        """Give its name, or the timer's."""
        return self.name or f"cancel {self.timer} {self.timer_key}"


@attrs.frozen(repr=False)
class Keep(Effect):
    """Keep a fact of the customer.

    Args:
        fact: Its name, declared as `kept`, and named in the reaction's `keeps`.
        value: Of the fact's type; None forgets it.
    """

    fact: str = attrs.field(validator=_check_word)
    value: Any = None

    @property
    def key(self) -> str:
        """Give its name, or the fact's."""
        return self.name or f"keep {self.fact}"


@attrs.frozen(repr=False)
class Tag(Effect):
    """Put a tag on the customer."""

    tag: str = attrs.field(validator=_check_word)

    @property
    def key(self) -> str:
        """Give its name, or the tag's."""
        return self.name or f"tag {self.tag}"


@attrs.frozen(repr=False)
class Untag(Effect):
    """Take a tag off the customer."""

    tag: str = attrs.field(validator=_check_word)

    @property
    def key(self) -> str:
        """Give its name, or the tag's."""
        return self.name or f"untag {self.tag}"


@attrs.frozen(repr=False)
class Note(Effect):
    """Write a note on the customer's timeline."""

    text: str = attrs.field(validator=_check_text)

    @property
    def key(self) -> str:
        """Give its name."""
        return self.name or "note"


@attrs.frozen(repr=False)
class Suggest(Effect):
    """Suggest that somebody else is the same customer; a person decides.

    Args:
        who: The other: a Who, a customer's id, or a text that can only mean one identity.
        because: Why, in words a shop reads.
    """

    who: Someone
    because: str = attrs.field(validator=_check_text)

    @property
    def key(self) -> str:
        """Give its name."""
        return self.name or "suggest"


def check_effects(returned: Any, allowed: tuple[type[Effect], ...]) -> tuple[Effect, ...]:
    """Take what a reaction returned, where it is effects of kinds that are known.

    Args:
        returned: An iterable of effects, or None.
        allowed: The kinds somebody applies.

    Raises:
        InvalidError: It is something else, too many, or two of one name.

    >>> check_effects(None, (Tag,))
    ()
    """
    found: dict[str, Effect] = {}
    if isinstance(returned, Effect | str | bytes | Mapping):
        raise InvalidError.of("effects", "return a list of effects, or yield them")
    for effect in () if returned is None else _iterated(returned):
        if not isinstance(effect, allowed):
            kinds = ", ".join(sorted(kind.__name__ for kind in allowed))
            raise InvalidError.of("effects", f"return effects of these kinds: {kinds}")
        if effect.key in found:
            raise InvalidError.of("effects", "two effects have one name: give each name=… of its own")
        found[effect.key] = effect
        if len(found) > MOST_EFFECTS:
            raise InvalidError.of("effects", f"return at most {MOST_EFFECTS} effects for one interaction")
    return tuple(found.values())


def _iterated(returned: Any) -> Any:
    try:
        return iter(returned)
    except TypeError as error:
        raise InvalidError.of("effects", "return a list of effects, or yield them") from error
