"""What brings events from elsewhere: a webhook to verify and translate, a cursor to pull."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between, check_callable, check_name, check_said, one_of
from ecrm.http import Request, Response
from ecrm.values.text import LONGEST_ID, checked_text
from ecrm.values.who import Who

if TYPE_CHECKING:
    from ecrm.interactions.events import Event

__all__ = ["MOST_EVENTS", "Asked", "Delivery", "Keys", "Page", "Refusal", "Source"]

MOST_EVENTS = 10_000
_MIB = 1_048_576
_LONGEST_CURSOR = 10_000
_MOST_CONTEXT = 100
_check_function = attrs.validators.optional(check_callable)


class Keys(Protocol):
    """What a source may know of the shops that set it up."""

    def now(self) -> dt.datetime:
        """Give the time."""

    def shops(self) -> Collection[str]:
        """Give the shops that have set the source's plugin up, and have it on."""

    def settings(self, shop: str) -> Mapping[str, Any]:
        """Give what a shop has set for the plugin, without its secrets."""

    def secrets(self, shop: str, name: str) -> tuple[str, ...]:
        """Give the active values of a secret, the newest first; two while it is rotated, none where unset."""


def _delivery_id(value: Any) -> str | None:
    # A header that is there and empty tells no deliveries apart.
    return None if value is None or value == "" else checked_text(value, "id", LONGEST_ID)


def _context(value: Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or len(value) > _MOST_CONTEXT:
        raise InvalidError.of("context", f"give a mapping of at most {_MOST_CONTEXT} texts")
    return {checked_text(name, "context"): checked_text(said, "context") for name, said in value.items()}


@attrs.frozen
class Delivery:
    """Be a request that was verified.

    Args:
        shop: Whose it is, by the secret that verified it; never by a header alone.
        id: The sender's id of the delivery, by which it is taken once, up to 255 characters; None takes a
            hash of the body.
        context: What else translating needs of the headers: a topic, an API version.
    """

    shop: str = attrs.field(validator=check_said)
    id: str | None = attrs.field(default=None, converter=_delivery_id)
    context: Mapping[str, str] = attrs.field(factory=dict, converter=_context, repr=False)


@attrs.frozen
class Refusal:
    """Refuse a request.

    Args:
        status: 400 to 499; 401 is a signature that is wrong.
        reason: For the log; no part of the request.
    """

    status: int = attrs.field(default=401, validator=between(400, 499))
    reason: str = "the signature is missing or wrong"


def _reference(value: str) -> str:
    return checked_text(value, "reference", LONGEST_ID)


def _orders(value: Iterable[str]) -> tuple[str, ...]:
    held = tuple(checked_text(one, "orders", LONGEST_ID) for one in islice(value, MOST_EVENTS + 1))
    if len(held) > MOST_EVENTS:
        raise InvalidError.of("orders", f"give at most {MOST_EVENTS:,} orders at once")
    return held


@attrs.frozen(repr=False)
class Asked:
    """Be what the law grants and another system says somebody asked for; `translate` gives it among its events.

    It is kept as a request of `crm.privacy`, with its deadline, in the transaction that settles the delivery.

    Args:
        kind: access or erasure.
        law: Under which it is owed: kvkk, gdpr or shopify.
        who: Whom it is about; None is everybody of the shop, and is for an erasure alone.
        orders: The ids of orders of theirs at the source, of which some may name nobody here.
        reference: What the other system calls it, up to 255 characters.

    >>> Asked("access", "shopify", Who(user_id=7), reference="9999").kind
    'access'
    """

    kind: Literal["access", "erasure"] = attrs.field(validator=one_of("access", "erasure"))
    law: str = attrs.field(validator=check_said)
    who: Who | None = None
    orders: tuple[str, ...] = attrs.field(default=(), converter=_orders)
    reference: str = attrs.field(default="", converter=_reference)

    def __attrs_post_init__(self) -> None:
        if self.who is None and self.kind != "erasure":
            raise InvalidError.of("who", "say whom it is about: only an erasure may be of everybody")

    def __repr__(self) -> str:
        return f"<Asked {self.kind} {'of everybody' if self.who is None else ''}>"


def _events(value: Iterable[Event]) -> tuple[Event, ...]:
    held = tuple(islice(value, MOST_EVENTS + 1))
    if len(held) > MOST_EVENTS:
        raise InvalidError.of("events", f"give at most {MOST_EVENTS:,} events at once")
    return held


def _cursor(value: Any) -> str | None:
    return None if value is None else checked_text(value, "next_cursor", _LONGEST_CURSOR)


@attrs.frozen
class Page:
    """Hold what one pull brought.

    Args:
        events: What happened, at most 10,000; each with a natural key or a `source_id`, so that a page pulled
            twice is stored once.
        next_cursor: What the next pull is given; text, at most 10,000 characters.
        is_last: Whether there is nothing more for the moment. Where there is, the cursor is another one.
    """

    events: tuple[Event, ...] = attrs.field(converter=_events)
    next_cursor: str | None = attrs.field(default=None, converter=_cursor, repr=False)
    is_last: bool = True


def _check_every(_: Any, field: Any, value: dt.timedelta) -> None:
    if not isinstance(value, dt.timedelta) or value < dt.timedelta(minutes=1):
        raise InvalidError.of(field.name, "give a timedelta of a minute or more")


@attrs.frozen
class Source:
    """Bring events from another system, by webhooks, by asking it, or both.

    Args:
        name: Unique among all plugins; the `source` of its events, and the last word of its webhook address.
        verify: Tells whose a request is, or refuses it. It runs in the host's own request: it only computes. A
            `Response` is the answer as it is, and keeps nothing: for handshakes.
        translate: Gives the events of a verified body, at most 10,000, and what it asks for by law.
        pull: Asks the other system for what is new after a cursor, None at first, for one shop. It raises
            `UnavailableError(retry_after_s=…)` where it must wait.
        cursor_at: Gives the cursor that begins at a time, for `ecrm sync --since`; None where none can.
        form: How bodies are read before translating: strict JSON, or not at all.
        body_limit: The longest body in bytes, up to 16 MiB.
        every: How often it is asked, a minute or more.
        calls_per_minute: How often `pull` may be called at most, for each shop.
        deadline_s: How long one call of `translate` or `pull` may take, in seconds, up to 300.
    """

    name: str = attrs.field(validator=check_name)
    verify: Callable[[Request, Keys], Delivery | Refusal | Response] | None = attrs.field(
        default=None, validator=_check_function
    )
    translate: Callable[[Any, Delivery], Iterable[Event | Asked]] | None = attrs.field(
        default=None, validator=_check_function
    )
    pull: Callable[[str, str | None, Keys], Page] | None = attrs.field(default=None, validator=_check_function)
    cursor_at: Callable[[dt.datetime], str] | None = attrs.field(default=None, validator=_check_function, kw_only=True)
    form: Literal["json", "bytes"] = attrs.field(default="json", validator=one_of("json", "bytes"))
    body_limit: int = attrs.field(default=_MIB, validator=between(1, 16 * _MIB))
    every: dt.timedelta = attrs.field(default=dt.timedelta(minutes=5), validator=_check_every)
    calls_per_minute: int = attrs.field(default=60, validator=between(1, 100_000))
    deadline_s: float = attrs.field(default=60.0, validator=between(0.001, 300))

    def __attrs_post_init__(self) -> None:
        if (self.verify is None) != (self.translate is None):
            raise InvalidError.of("verify", "give verify and translate together: one is of no use without the other")
        if self.verify is None and self.pull is None:
            raise InvalidError.of("pull", "give verify and translate, or pull: this source brings nothing")
