"""What brings events from elsewhere: a webhook to verify and translate, a cursor to pull."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between, check_callable, check_name, one_of
from ecrm.http import Request

if TYPE_CHECKING:
    from ecrm.interactions.events import Event

__all__ = ["Delivery", "Keys", "Page", "Refusal", "Source"]

_MIB = 1_048_576
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


@attrs.frozen
class Delivery:
    """Be a request that was verified.

    Args:
        shop: Whose it is, by the secret that verified it; never by a header alone.
        id: The sender's id of the delivery, by which it is taken once; None takes a hash of the body.
        context: What else translating needs of the headers: a topic, an API version.
    """

    shop: str
    id: str | None = None
    context: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Refusal:
    """Refuse a request.

    Args:
        status: 400 to 499; 401 is a signature that is wrong.
        reason: For the log; no part of the request.
    """

    status: int = attrs.field(default=401, validator=between(400, 499))
    reason: str = "the signature is missing or wrong"


@attrs.frozen
class Page:
    """Hold what one pull brought.

    Args:
        events: What happened; each with its own id, so that a page pulled twice is stored once.
        next_cursor: What the next pull is given; text, at most 10,000 characters.
        is_last: Whether there is nothing more now.
    """

    events: tuple[Event, ...] = attrs.field(converter=tuple)
    next_cursor: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.instance_of(str))
    )
    is_last: bool = True


def _check_every(_: Any, field: Any, value: dt.timedelta) -> None:
    if not isinstance(value, dt.timedelta) or value < dt.timedelta(minutes=1):
        raise InvalidError.of(field.name, "give a timedelta of a minute or more")


@attrs.frozen
class Source:
    """Bring events from another system, by webhooks, by asking it, or both.

    Args:
        name: Unique among all plugins; the `source` of its events, and the last word of its webhook address.
        verify: Tells whose a request is, or refuses it.
        translate: Gives the events of a verified body.
        pull: Asks the other system for what is new after a cursor, None at first, for one shop. It raises
            `UnavailableError(retry_after_s=…)` where it must wait.
        form: How bodies are read before translating: strict JSON, or not at all.
        body_limit: The longest body in bytes, up to 16 MiB.
        every: How often it is asked, a minute or more.
        calls_per_minute: How often `pull` may be called at most.
        deadline_s: How long one call may take, in seconds, up to 300.
    """

    name: str = attrs.field(validator=check_name)
    verify: Callable[[Request, Keys], Delivery | Refusal] | None = attrs.field(default=None, validator=_check_function)
    translate: Callable[[Any, Delivery], Iterable[Event]] | None = attrs.field(default=None, validator=_check_function)
    pull: Callable[[str, str | None, Keys], Page] | None = attrs.field(default=None, validator=_check_function)
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
