"""The CRM: the object a host holds. It puts the parts together and holds no rules of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, Self
from uuid import UUID

from ecrm.database import Database
from ecrm.duties import Duties
from ecrm.interactions.emitting import PATIENCE_S, Tap
from ecrm.interactions.events import Event, InteractionVoided, Kinds
from ecrm.interactions.model.interaction import Interaction, Timeline
from ecrm.interactions.model.order import Order
from ecrm.interactions.model.view import CustomerView
from ecrm.interactions.reading import Before, facts_of, newest_of, orders_shown, timeline_of
from ecrm.interactions.service import Report, interaction_id
from ecrm.opening import Clock, open_core
from ecrm.signals import Signals
from ecrm.values import Actor
from ecrm.values.who import Someone

__all__ = ["CRM", "CustomerView"]


class CRM(Duties):
    """Open a CRM on a database.

    A new SQLite file gets its tables by itself; for others call `upgrade` once. It may be shared by
    threads, survives a fork, and closes at the end of a `with`.

    Args:
        url: `sqlite:///crm.db` or `postgresql+psycopg://…`.
        host: The host's own SQLite database, where its orders are in another file: only the inbox is
            put there, so that `emit` can share the order's transaction.
        shop: The default tenant; `for_shop` gives a view on another.
        plugins: Names, modules, objects or classes; None is every plugin that is built in or installed.
        secrets: By name, each a text or the new and the old one: `settings` seals what shops set, `links`
            signs links, `erasure` marks who was erased, `<plugin>.<setting>` is a plugin's own. Kept out of
            every repr and log.
        on_error: What `emit` does with a failure: `log` keeps it from the host, `raise` shows it.
        patience_s: How long `emit` without a connection may hold up who calls it, in seconds, 0.01 to 60: a
            database that is locked, slow or away is waited for as long.
        deployment: What the host calls this deployment, as `production`, so that a copy of the database used
            elsewhere sends nothing; None goes by where the database is.
        clock: Gives the aware time; None is the machine's.

    Raises:
        SetupError: A database or plugin that can not work.

    >>> from ecrm import Money, Who, events
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     order = events.OrderCompleted(order_id="1", total=Money("9.90", "EUR"), customer=Who(user_id=7))
    ...     crm.record(order).kind
    'Order Completed'
    """

    def __init__(
        self,
        url: str,
        *,
        host: str | None = None,
        shop: str = "main",
        plugins: Iterable[Any] | None = None,
        secrets: Mapping[str, str | Sequence[str]] | None = None,
        on_error: Literal["log", "raise"] = "log",
        patience_s: float = PATIENCE_S,
        deployment: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._core = open_core(
            url,
            host=host,
            shop=shop,
            plugins=plugins,
            secrets=secrets,
            on_error=on_error,
            patience_s=patience_s,
            deployment=deployment,
            clock=clock,
        )
        self._open(shop)
        self._core.prepare()

    def __repr__(self) -> str:
        return f"<CRM {self._core.database.dialect} shop={self.shop.key}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def signals(self) -> Signals:
        """Give the signals a host may connect to."""
        return self._core.signals

    @property
    def database(self) -> Database:
        """Give the database the CRM lives in."""
        return self._core.database

    @property
    def inbox_database(self) -> Database:
        """Give the database whose transactions `emit` can share: the host's own file where one is named."""
        return self._core.host or self._core.database

    def close(self) -> None:
        """Close the connections of all threads."""
        self._core.close()

    def upgrade(self) -> None:
        """Make the tables of ecrm and of its plugins, or bring them up to date, in one transaction.

        Raises:
            SetupError: They are of a newer ecrm or plugin, or a revision failed: it is named, nothing changed.
        """
        self._core.upgrade()

    def record(self, event: Event) -> Interaction:
        """Record an event now, in a transaction of its own.

        Args:
            event: What happened.

        Returns:
            What was stored, or was there already: an event is stored once.

        Raises:
            InvalidError: It can not be stored as it is; the fields are named.
            UnavailableError: The database is locked, full or away; nothing was stored.

        >>> from ecrm import Who, events
        >>> crm.record(events.StoreVisited(customer=Who(card="1234"), channel="store")).channel
        'store'
        """
        if isinstance(event, InteractionVoided):
            return self._recorder.void(event)
        return self._recorder.record(event)

    def record_many(self, events: Iterable[Event], progress: Callable[[int], None] | None = None) -> Report:
        """Record events in chunks, each a transaction; bad ones are reported, the others go in.

        Args:
            events: Any number, in any order.
            progress: Called with the number done after each chunk.

        Returns:
            How many are new, were there already, were rejected and why.

        >>> from ecrm import Who, events
        >>> crm.record_many([events.StoreVisited(customer=Who(card="1"), source_id="v1")]).recorded
        1
        """
        return self._recorder.record_many(events, progress)

    def emit(self, event: Event, connection: Any = None) -> bool:
        """Put an event into the inbox, in the caller's own transaction.

        Args:
            event: What happened.
            connection: The caller's SQLAlchemy Connection or Session; the event is durable when, and only
                if, its transaction commits. None uses a transaction of its own.

        Returns:
            True when its row was written. With `on_error="log"` a failure is logged and gives False.

        >>> from ecrm import Who, events
        >>> crm.emit(events.StoreVisited(customer=Who(card="1234")))
        True
        >>> crm.work().received
        1
        """
        return self._emit(event, connection)

    def capture(self, tap: Tap | None) -> None:
        """Let `emit` give events to a test instead of the database; None ends it."""
        self._core.emitter.tap = tap

    def timeline(
        self,
        who: Someone,
        limit: int = 50,
        before: Before = None,
        kinds: Collection[str] | None = None,
        *,
        proven_only: bool = False,
    ) -> Timeline:
        """Give a page of what happened with a customer, newest first.

        Args:
            who: A Who, a customer's id, or a text that can only mean one e-mail, phone or id.
            limit: 1 to 1,000.
            before: `timeline.next`, an interaction, or a time to go on from.
            kinds: Only these event names.
            proven_only: For pages a customer sees: only what came by the identity named and those proven
                together with it.

        >>> crm.timeline("nobody@example.org").next is None
        True
        """
        with self._core.database.read() as transaction:
            return timeline_of(
                transaction,
                self.shop.key,
                self.shop.settings,
                who,
                (limit, before),
                kinds,
                proven_only=proven_only,
            )

    def newest(
        self, limit: int = 50, before: Interaction | int | None = None, kinds: Collection[str] | None = None
    ) -> list[Interaction]:
        """Give what was stored last of the whole shop, whoever it is about: for people who look after it.

        Args:
            limit: 1 to 1,000.
            before: The last one of the page before, or its position, to go on from.
            kinds: Only these event names.

        >>> from ecrm import Who, events
        >>> visit = crm.record(events.StoreVisited(customer=Who(card="4567")))
        >>> [one.kind for one in crm.newest(limit=1)]
        ['Store Visited']
        """
        with self._core.database.read() as transaction:
            return newest_of(transaction, self.shop.key, limit, before, kinds)

    def orders(self, who: Someone, *, proven_only: bool = False) -> list[Order]:
        """Give a customer's orders as they stand, newest first.

        >>> crm.orders("nobody@example.org")
        []
        """
        with self._core.database.read() as transaction:
            return orders_shown(transaction, self.shop.key, self.shop.settings, who, proven_only=proven_only)

    def facts(self, who: Someone) -> dict[str, Any]:
        """Give the facts of a customer by name: counts always, the rest once it is known.

        >>> from ecrm import Who, events
        >>> visit = crm.record(events.StoreVisited(customer=Who(card="2345")))
        >>> crm.facts(Who(card="2345"))["visits.count"]
        1
        """
        with self._core.database.read() as transaction:
            return facts_of(transaction, self.shop.key, self.shop.settings, who, self._core.kit.book)

    def customer(self, who: Someone) -> CustomerView:
        """Show a customer: profile, identities, facts, orders, newest interactions.

        Raises:
            NotFoundError: Nobody is known by that.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> crm.customer("ayse@example.org").customer.name
        'Ayşe'
        """
        found = self.customers.get(self._known(who))
        return CustomerView(
            found, self.customers.identities(who), self.facts(who), self.orders(who), self.timeline(who)
        )

    def void(self, interaction: UUID | str | Interaction, *, because: str, actor: Actor | None = None) -> Interaction:
        """Take a wrong event out of the facts; it stays on record, marked.

        Args:
            interaction: It, or its id.
            because: Why, for whoever reads the timeline.
            actor: Who decided.

        Returns:
            The interaction that records it.

        Raises:
            NotFoundError: There is no such interaction.

        >>> visit = crm.record(events.StoreVisited(customer=Who(card="3456")))
        >>> crm.void(visit.id, because="wrong card").kind
        'Interaction Voided'
        >>> crm.facts(Who(card="3456"))["visits.count"]
        0
        """
        wrong = interaction_id(interaction)
        return self._recorder.void(InteractionVoided(interaction_id=wrong, because=because, actor=actor))

    def stored(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Interaction]:
        """Give the events of these (source, source id) that are stored already.

        >>> visit = crm.record(events.StoreVisited(customer=Who(card="1234"), source_id="v1"))
        >>> crm.stored([("shop", "v1"), ("shop", "v2")]).keys()
        dict_keys([('shop', 'v1')])
        """
        return self._recorder.stored(keys)

    @property
    def kinds(self) -> Kinds:
        """Give the event kinds that are known: the core's and the plugins'."""
        return self._core.contributions.kinds
