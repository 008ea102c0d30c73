"""What `crm.messages` offers: arrange, send, look at what became of messages and why, hold them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import attrs

from ecrm.consent.links import Link, Links
from ecrm.customers.finding import find_profile
from ecrm.database import Database
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.interactions.events import Event
from ecrm.interactions.model.interaction import Interaction
from ecrm.messages.arranging import Arrangements, Held
from ecrm.messages.deployment import Deployment
from ecrm.messages.explaining import Explained, Receipted, explained_of
from ecrm.messages.holidays import holidays_of
from ecrm.messages.lawful import check_law
from ecrm.messages.linting import Rules
from ecrm.messages.model.message import Message, Transactional
from ecrm.messages.requesting import request_of
from ecrm.messages.tables import message as message_table
from ecrm.messages.tables import receipt as receipt_table
from ecrm.messages.tables.message import PARKED, STATES, SUPPRESSED, UNCERTAIN, WAITING
from ecrm.messages.templates import Templates
from ecrm.shops.service import Shop
from ecrm.values import Who
from ecrm.values.who import Someone

__all__ = ["Messages"]

_MOST_AT_ONCE = 1_000
_DAYS_TO_CONFIRM = 7


class Messages:
    """Serve the messages of one shop.

    Args:
        database: Where they are.
        shop: The shop.
        clock: Gives the time.
        doors: Record an event now, and emit one in the host's transaction.
        new_id: Makes ids.
        as_who: Names somebody as an event can.
        arrangements: What shops arranged.
        deployment: Whether this database may send.
        templates: Serves the shop's templates.
        rules_of: Gives what the shop's templates are held to.
        links: Makes signed links.
    """

    def __init__(
        self,
        database: Database,
        shop: Shop,
        clock: Callable[[], dt.datetime],
        doors: tuple[Callable[[Event], Interaction], Callable[[Event, Any], bool]],
        new_id: Callable[[], UUID],
        as_who: Callable[[Someone], Who],
        arrangements: Arrangements,
        deployment: Deployment,
        templates: Templates,
        rules_of: Callable[[str], Rules],
        links: Links,
    ) -> None:
        self._database = database
        self._shop = shop
        self._clock = clock
        self._record, self._emit = doors
        self._new_id = new_id
        self._as_who = as_who
        self._arrangements = arrangements
        self._deployment = deployment
        self._rules_of = rules_of
        self._links = links
        self.templates = templates

    def __repr__(self) -> str:
        return f"<Messages {self._shop.key}>"

    @property
    def arranged(self) -> Held:
        """Give what the shop arranged: whether messages go, where to, and how many when."""
        return self._arrangements.of(self._shop.key)

    def configure(self, **settings: Any) -> Held:
        """Arrange what is named, leave the rest.

        Args:
            **settings: Fields of `Arrangement` (delivery, redirect_to, public_url, …) and `Policy` (caps,
                quiet_hours, closed_days, …).

        Raises:
            InvalidError: A setting that does not exist, or a value it can not have.
            SetupError: What it needs is not installed.

        >>> crm.messages.configure(delivery="redirect", redirect_to={"email": "dev@shop.example"}).arrangement.delivery
        'redirect'
        """
        closed = settings.get("closed_days")
        if closed is not None and getattr(closed, "holidays", False):
            holidays_of(self._shop.settings.country)
        held = self._arrangements.change(self._shop.key, settings)
        if held.arrangement.delivery == "live":
            self._deployment.adopt_first()
        return held

    def send(self, message: Message, connection: Any = None, *, key: str | None = None) -> UUID | None:
        """Ask for a message to be sent. Whether it may go is decided when it is sent, and kept with the reason.

        Args:
            message: `Transactional(…)` or `Commercial(…)`.
            connection: The caller's SQLAlchemy Connection or Session: the message is asked for when, and only
                if, its transaction commits. None uses a transaction of its own.
            key: What tells this message from others: with the same key it is sent once, however often it is asked for.

        Returns:
            The message's id for `crm.explain_message`; None where nothing was written, as `crm.emit` gives False.

        Raises:
            InvalidError: It names nobody, or advertises without what the law asks.

        >>> from ecrm.messages import Content, Transactional
        >>> shipped = Transactional(to="ayse@example.org", purpose="order_updates", reason="order 7 was shipped",
        ...                         content=Content(text="Order 7 is on its way."))
        >>> crm.explain_message(crm.messages.send(shipped)).state
        'waiting'
        """
        if not isinstance(message, Message):
            raise InvalidError.of("message", "give a Transactional(…) or a Commercial(…)")
        if message.to is None:
            raise InvalidError.of("to", "say whom it goes to")
        check_law(message, self._rules_of(self._shop.key))
        id_ = self._new_id() if key is None else _id_of(self._shop.key, key)
        asked = request_of(message, self._as_who(message.to), id_)
        if connection is None:
            self._record(asked)
            return id_
        return id_ if self._emit(asked, connection) else None

    def ask_to_confirm(
        self, who: Someone, purpose: str, channel: str, *, template: str, text_version: str | None = None
    ) -> UUID | None:
        """Send the link by which a customer confirms that they agree, as double opt-in asks.

        Nothing of the purpose is sent before they open it and say yes. Record what they said first, with
        `crm.consent.grant`: it waits on the ledger where the purpose needs confirmation.

        Args:
            who: The customer.
            purpose: What for.
            channel: By which channel they will be written to; the link goes there.
            template: The name of a transactional template, which uses `confirm_url`.
            text_version: Which text they read.

        Returns:
            The message's id.

        Raises:
            NotFoundError: Nobody is known by that.
            ConflictError: Nothing says where the pages are.
        """
        public_url = self.arranged.arrangement.public_url
        if public_url is None:
            raise ConflictError("say where the pages are first: crm.messages.configure(public_url=…)")
        link = Link(
            use="confirm", shop=self._shop.key, who=self._customer(who), purpose=purpose, channel=channel,
            text_version=text_version,
        )  # fmt: skip
        url = f"{public_url.rstrip('/')}/confirm/{self._links.make(link, days=_DAYS_TO_CONFIRM)}"
        return self.send(
            Transactional(
                to=who, purpose="account", template=template, channel=channel, variables={"confirm_url": url},
                reason=f"to confirm {purpose} by {channel}",
            )
        )  # fmt: skip

    def list(self, who: Someone | None = None, state: str | None = None, limit: int = 100) -> list[Explained]:
        """Give messages, the newest first: of one customer, in one state, or all.

        Raises:
            InvalidError: There is no such state.

        >>> crm.messages.list(state="parked")
        []
        """
        if state is not None and state not in STATES:
            raise InvalidError.of("state", f"use one of {', '.join(STATES)}")
        with self._database.read() as transaction:
            customer = None if who is None else self._customer(who)
            rows = message_table.messages_of(transaction, self._shop.key, customer, state, limit)
        return [explained_of(row) for row in rows]

    def explain(self, id_: UUID | str) -> Explained:
        """Say what became of a message and why.

        Raises:
            NotFoundError: There is no such message in this shop.
        """
        wanted = _uuid(id_)
        with self._database.read() as transaction:
            rows = message_table.find_messages(transaction, self._shop.key, [wanted])
            receipts = receipt_table.receipts_of(transaction, self._shop.key, [wanted])
        if not rows:
            raise NotFoundError("there is no such message in this shop; one that was emitted is there after the worker")
        told = tuple(Receipted(one.status, one.at, one.is_weak, one.reason) for one in receipts)
        return attrs.evolve(explained_of(rows[0]), receipts=told)

    def cancel(self, id_: UUID | str, because: str) -> None:
        """Let a message that waits never go.

        Raises:
            NotFoundError: There is no such message.
            ConflictError: It does not wait any more.
        """
        self._change(id_, {WAITING, PARKED, UNCERTAIN}, SUPPRESSED, because)

    def release(self, id_: UUID | str, because: str = "a person let it go") -> None:
        """Let a message that is parked or uncertain be sent, at the risk that it went before.

        Raises:
            NotFoundError: There is no such message.
            ConflictError: It is neither.
        """
        self._change(id_, {PARKED, UNCERTAIN}, WAITING, because)

    def hold(self, since: dt.datetime | None = None, because: str = "it may have gone already") -> int:
        """Park what waits or is under way: after a restored backup it may have gone already; give how many.

        Args:
            since: Only what was asked for since then, with its zone; None is all.
            because: Why, for whoever looks at them.
        """
        if since is not None and since.tzinfo is None:
            raise InvalidError.of("since", "give a time with its zone")
        begin = since or dt.datetime.min.replace(tzinfo=dt.UTC) + dt.timedelta(days=366)
        count = 0
        while True:
            with self._database.write() as transaction:
                rows = message_table.messages_since(
                    transaction, self._shop.key, {WAITING, "sending"}, begin, _MOST_AT_ONCE
                )
                now = self._clock()
                parked = [row.noted(now, PARKED, because, fence=row.fence + 1, leased_until=None) for row in rows]
                message_table.save_messages(transaction, parked)
            count += len(rows)
            if len(rows) < _MOST_AT_ONCE:
                return count

    def adopt(self) -> None:
        """Say that this database is the shop's own: after it was moved, or restored from a backup.

        Park first what may have gone since the backup was made: `crm.messages.hold(since=…)`.
        """
        self._deployment.adopt()

    def is_home(self) -> bool:
        """Tell whether the database is where it belongs; a copy found elsewhere sends nothing.

        >>> crm.messages.is_home()
        True
        """
        return self._deployment.is_home()

    def _customer(self, who: Someone) -> UUID:
        with self._database.read() as transaction:
            found = find_profile(transaction, self._shop.key, who, self._shop.settings)
        if found is None:
            raise NotFoundError("nobody is known by this identity in this shop")
        return found.customer_id

    def _change(self, id_: UUID | str, states: set[str], to: str, because: str) -> None:
        wanted = _uuid(id_)
        with self._database.write() as transaction:
            rows = message_table.hold_messages(transaction, [(self._shop.key, wanted)])
            if not rows:
                raise NotFoundError("there is no such message in this shop")
            if rows[0].state not in states:
                raise ConflictError(f"the message is {rows[0].state}")
            now = self._clock()
            moment = {"due_at": now} if to == WAITING else {"settled_at": now}
            message_table.save_messages(transaction, [rows[0].noted(now, to, because, **moment)])


def _id_of(shop: str, key: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"ecrm:{shop}:{key}")


def _uuid(id_: UUID | str) -> UUID:
    try:
        return id_ if isinstance(id_, UUID) else UUID(id_)
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidError.of("id", "give a message's id") from error
