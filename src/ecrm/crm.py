"""The CRM: the object a host holds. It puts the parts together and holds no rules of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, Self
from uuid import UUID

import uuid6

from ecrm.audit.service import Audit
from ecrm.composition import Core, machine_time
from ecrm.consent.links import Links
from ecrm.consent.projecting import consent_followers, consent_projection
from ecrm.consent.service import Consent
from ecrm.crew import kept_facts_follower
from ecrm.customers.service import Customers
from ecrm.database import Database
from ecrm.duties import Duties
from ecrm.errors import InvalidError, NotFoundError, SetupError
from ecrm.interactions.emitting import Tap
from ecrm.interactions.events import CustomerUpdated, Event, InteractionVoided, Kinds, NoteAdded
from ecrm.interactions.inboxes import Inbox
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.interaction import Interaction, Timeline
from ecrm.interactions.model.order import Order
from ecrm.interactions.model.view import CustomerView
from ecrm.interactions.reading import Before, facts_of, orders_shown, timeline_of
from ecrm.interactions.recording import Kit
from ecrm.interactions.recounting import fact_follower
from ecrm.interactions.service import Recorder, Report, interaction_id
from ecrm.messages.arranging import Arrangements
from ecrm.messages.deployment import Deployment
from ecrm.messages.projecting import message_followers, message_projection
from ecrm.messages.service import Explained, Messages
from ecrm.messages.templates import Templates
from ecrm.privacy.service import Privacy
from ecrm.registry import collect
from ecrm.shops.keyring import Keyring
from ecrm.shops.options import Options
from ecrm.shops.secretkeys import SecretKeys
from ecrm.signals import Signals
from ecrm.switchboard import Switchboard
from ecrm.values import Actor, Who
from ecrm.values.who import Someone

__all__ = ["CRM", "CustomerView"]

Clock = Callable[[], dt.datetime]


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
        deployment: What the host calls this deployment, as `production`, so that a copy of the database used
            elsewhere sends nothing; None goes by where the database is.
        clock: Gives the aware time; None is the machine's.

    Raises:
        SetupError: A database or plugin that can not work.

    >>> from ecrm import Money, events
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
        deployment: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        if on_error not in {"log", "raise"}:
            raise InvalidError.of("on_error", 'use "log" or "raise"')
        database = Database(url)
        beside = None if host is None else Database(host)
        if beside is not None and (beside.dialect, database.dialect) != ("sqlite", "sqlite"):
            message = "host= is for a shop on SQLite: on PostgreSQL open the CRM on the shop's own database"
            raise SetupError(message)
        contributions = collect(plugins)
        now = clock or machine_time
        keyring = Keyring(secrets or {}, contributions.settings)
        options = Options(database, contributions.settings, keyring, now, shop)
        keys = SecretKeys(keyring, now)
        book = FactBook(contributions.facts)
        kept = kept_facts_follower(contributions, uuid6.uuid7)
        arrangements = Arrangements(database, now)
        followers = (fact_follower(book), kept, *consent_followers(), *message_followers(), *contributions.followers)
        projections = (consent_projection(now), message_projection(arrangements.expires_after))
        kit = Kit(uuid6.uuid7, now, followers, book, keys, projections)
        sending = (arrangements, Deployment(database, deployment, now))
        self._core = Core(database, beside, kit, contributions, options, sending, Signals(), on_error)
        self._open(shop)
        self._core.prepare()

    def _open(self, shop: str) -> None:
        core = self._core
        self.shop = core.shop(shop)
        self._recorder = Recorder(core.database, self.shop, core.kit, self._tell)
        self.inbox = Inbox(core.database, self.shop, core.kit.now)
        self.customers = Customers(
            core.database, self.shop, self._record_traits, core.kit.now, core.kit.new_id, core.kit.followers
        )
        self.consent = Consent(
            core.database, self.shop, core.kit.now, self.record, self.customers.as_who, core.address_of
        )
        self.audit = Audit(core.database, self.shop.key, core.kit.now, self.customers.ids_of)
        room = core.postroom
        self.messages = Messages(
            core.database, self.shop, core.kit.now, (self.record, self.emit), core.kit.new_id, self.customers.as_who,
            room.arrangements, room.deployment, self._templates(), room.lint_rules_of,
            room.links,
        )  # fmt: skip
        self.privacy = Privacy(core.privacy, self.shop)
        self.plugins = Switchboard(core, self.shop, self.customers.find)
        self._services = {}

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
    def links(self) -> Links:
        """Give what makes and reads the signed links a customer refuses, chooses and confirms by."""
        return self._core.postroom.links

    def close(self) -> None:
        """Close the connections of all threads."""
        self._core.close()

    def for_shop(self, shop: str) -> Self:
        """Give a view on another shop of the same database; it shares connections and signals.

        >>> crm.for_shop("outlet").shop.key
        'outlet'
        """
        view = object.__new__(type(self))
        view._core = self._core
        view._open(shop)
        return view

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

        >>> from ecrm import events
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

        >>> from ecrm import events
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

        >>> from ecrm import events
        >>> crm.emit(events.StoreVisited(customer=Who(card="1234")))
        True
        >>> crm.work().received
        1
        """
        return self._core.emitter.emit(self.shop.key, event, connection)

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

    def orders(self, who: Someone, *, proven_only: bool = False) -> list[Order]:
        """Give a customer's orders as they stand, newest first.

        >>> crm.orders("nobody@example.org")
        []
        """
        with self._core.database.read() as transaction:
            return orders_shown(transaction, self.shop.key, self.shop.settings, who, proven_only=proven_only)

    def facts(self, who: Someone) -> dict[str, Any]:
        """Give the facts of a customer by name: counts always, the rest once it is known.

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

    def explain_message(self, id: UUID | str) -> Explained:  # noqa: A002 - as `Explained.id`
        """Say what became of a message and why.

        Raises:
            NotFoundError: There is no such message in this shop.
        """
        return self.messages.explain(id)

    def _templates(self) -> Templates:
        core = self._core
        room = core.postroom
        return Templates(
            core.database, self.shop, core.kit.now, room.composer, room.lint_rules_of,
            lambda who: room.known_of(self.shop.key, core.database, self._known(who)),
        )  # fmt: skip

    def _known(self, who: Someone) -> UUID:
        found = self.customers.find(who)
        if found is None:
            message = "nobody is known by this identity in this shop"
            raise NotFoundError(message)
        return found.id

    def _record_traits(self, event_name: str, customer: Who, properties: dict[str, Any], actor: Actor | None) -> None:
        kind = {"Customer Updated": CustomerUpdated, "Note Added": NoteAdded}[event_name]
        self._recorder.record(kind(customer=customer, actor=actor, **properties))
