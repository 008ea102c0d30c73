"""What delivers messages: a channel, what it is given to deliver, and the receipt it answers with.

Whether a message may go is decided before, by the core; a channel only delivers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

import attrs

from ecrm.database import Transaction
from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between, check_callable, check_name, one_of
from ecrm.values.text import mended

__all__ = ["RECEIPTS", "Channel", "Line", "Outgoing", "Receipt"]

T = TypeVar("T")
Status = Literal[
    "accepted", "delivered", "opened", "clicked", "bounced", "complained", "refused", "unsubscribed", "delayed",
    "uncertain",
]  # fmt: skip
RECEIPTS: tuple[str, ...] = (
    "accepted", "delivered", "opened", "clicked", "bounced", "complained", "refused", "unsubscribed", "delayed",
    "uncertain",
)  # fmt: skip
REASONS = ("address", "blocked", "content", "account", "limit", "away", "expired", "other")


def _raw(value: object) -> str:
    # It is kept as the text of an event.
    return mended(value)


@attrs.frozen(repr=False)
class Outgoing:
    """Be one message to deliver, rendered, to one address.

    Args:
        id: The message's; the same for each try, so it serves as the provider's idempotency key.
        shop: Whose customer.
        to: The address, in the spelling ecrm keeps: `+905321112233`, `ayse@example.com`.
        is_commercial: Whether it is advertising; what a channel adds to it by law follows from that.
        purpose: What for, as `marketing`.
        language: BCP 47.
        text: The plain text; always there.
        subject: Of an e-mail, or the title of a notification.
        html: The body of an e-mail as HTML.
        template: What the provider calls the template, where it knows it by a name (WhatsApp).
        parameters: What fills the provider's template, in its order.
        headers: Further headers of an e-mail: List-Unsubscribe, In-Reply-To, References, Message-ID.
        last_heard_at: When this person last wrote on this channel, UTC; None where they never did.
        tries: How often it was tried before.
        details: What else is told to the channel, as the call's script of a `call_task`.
        profile_id: The profile it goes to; None where it is nobody's, as in a test.
        customer_id: The customer of that profile, as it is now.
    """

    id: UUID
    shop: str
    to: str
    is_commercial: bool
    purpose: str
    language: str
    text: str
    subject: str | None = None
    html: str | None = None
    template: str | None = None
    parameters: Sequence[str] = ()
    headers: Mapping[str, str] = attrs.field(factory=dict)
    last_heard_at: dt.datetime | None = None
    tries: int = 0
    details: Mapping[str, Any] = attrs.field(factory=dict)
    profile_id: UUID | None = None
    customer_id: UUID | None = None

    def __repr__(self) -> str:
        return f"<Outgoing {self.id} {self.purpose}>"


@attrs.frozen(repr=False)
class Receipt:
    """Be what is known of a message that was handed over: a provider's answer, normalised.

    `accepted`: the provider has it. `refused`: it will never be delivered. `bounced`: it came back. `delayed`:
    it may be tried again. `uncertain`: it may have gone out, or not. The others tell what the customer did.

    Args:
        status: One of `RECEIPTS`.
        provider_id: The provider's id of the message.
        reason: Why it is refused, bounced or delayed: address, blocked, content, account, limit, away,
            expired or other.
        is_hard: Whether a bounce is for good; then the address is not used again.
        is_weak: Whether it may have been a program: an opened mail, a click by a scanner of links.
        wait_s: For `delayed`: how long to wait at least, in seconds, as the provider asked.
        raw: The provider's answer as it came, for whoever must find out; cut at 65,536 characters.
        at: When, by the provider; None is now.

    >>> Receipt("accepted", provider_id="abc").is_final
    True
    """

    status: Status = attrs.field(validator=one_of(*RECEIPTS))
    provider_id: str | None = None
    reason: str | None = attrs.field(default=None, validator=attrs.validators.optional(one_of(*REASONS)))
    is_hard: bool = False
    is_weak: bool = False
    wait_s: float | None = attrs.field(default=None, validator=attrs.validators.optional(between(0, 2_678_400)))
    raw: str = attrs.field(default="", converter=_raw)
    at: dt.datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.status in {"refused", "bounced"} and self.reason is None:
            raise InvalidError.of("reason", f"say why it is {self.status}: one of {', '.join(REASONS)}")

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more is to be tried."""
        return self.status not in {"delayed", "uncertain"}

    def __repr__(self) -> str:
        return f"<Receipt {self.status} {self.reason or ''}>"


class Line(Protocol):
    """What a channel may know of the shop it delivers for."""

    @property
    def shop(self) -> str:
        """Give the shop."""

    def now(self) -> dt.datetime:
        """Give the time."""

    def settings(self) -> Mapping[str, Any]:
        """Give what the shop has set for the channel's plugin, without its secrets."""

    def secret(self, name: str) -> str:
        """Give the newest value of a secret.

        Raises:
            SetupError: The shop has not set it.
        """

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a short transaction of its own: for a channel that keeps what it is given in its own tables."""


Deliver = Callable[[Sequence[Outgoing], Line], Iterable[Receipt]]


@attrs.frozen
class Channel:
    """Bring a way to reach customers.

    `deliver` is given some messages of one shop and yields a receipt for each, in their order. It runs
    outside any transaction, under a deadline. Where it raises instead, the message whose turn it was is tried
    again later, and those after it are given to a new call.

    Args:
        name: As in `channel=` of events: email, sms, …
        address: The kind of identity it delivers to: email, phone, handle, … or `any` for one that reaches
            nobody outside, as a console.
        deliver: Hands messages over and yields a receipt for each.
        deadline_s: How long one message may take, in seconds, 0.1 to 300.
        batch: How many messages are handed over at once, 1 to 1,000.
        per_second: How many messages a second the provider takes at most; None is any number.
        takes_html: Whether it shows HTML.
        is_repeatable: Whether the provider knows a message by its id and delivers it once however often it is
            handed over; then one that is uncertain is simply tried again.

    >>> Channel("pigeon", "handle", lambda messages, line: [Receipt("accepted") for _ in messages]).batch
    100
    """

    name: str = attrs.field(validator=check_name)
    address: str = attrs.field(validator=check_name)
    deliver: Deliver = attrs.field(validator=check_callable)
    deadline_s: float = attrs.field(default=30.0, validator=between(0.1, 300))
    batch: int = attrs.field(default=100, validator=between(1, 1_000))
    per_second: float | None = attrs.field(default=None, validator=attrs.validators.optional(between(0.01, 100_000)))
    takes_html: bool = False
    is_repeatable: bool = False
