"""The parts that the views of one CRM share, put together once."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from ecrm.consent.deciding import ADDRESS_OF
from ecrm.consent.objecting import record_objection
from ecrm.consent.projecting import consent_projection
from ecrm.consent.rebuilding import rebuild_ledger
from ecrm.consent.tables.ledger import has_entries
from ecrm.crew import Crew
from ecrm.customers.tables import profile as profile_table
from ecrm.database import Database, Transaction, migrating
from ecrm.database.migrating import CORE, Owner
from ecrm.deadlines import Runner
from ecrm.errors import EcrmError
from ecrm.hookspecs import Behaviour
from ecrm.interactions.emitting import Emitter
from ecrm.interactions.inboxes import Inbox
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.recording import Kit
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.interactions.tables.facts import metadata_of
from ecrm.messages.arranging import Arrangements
from ecrm.messages.deployment import Deployment
from ecrm.postroom import PostRoom
from ecrm.privacy.parts import PrivacyParts
from ecrm.privacy.retaining import retain
from ecrm.reactions.parts import Acted
from ecrm.registry import Contributions
from ecrm.shops.keys import PluginKeys
from ecrm.shops.options import Options
from ecrm.shops.service import Shop
from ecrm.signals import Signals
from ecrm.surveys.deciding import Cases
from ecrm.surveys.parts import SurveyParts
from ecrm.values import Actor
from ecrm.worker import Done

__all__ = ["Core", "machine_time"]

_LOG = logging.getLogger("ecrm.surveys")
_CONDITION_DEADLINE_S = 5.0
_TIDY_EVERY = dt.timedelta(hours=1)
_RETAIN_EVERY = dt.timedelta(days=1)
_WATCH_EVERY = dt.timedelta(seconds=30)


class Core:
    """What the views of one CRM share."""

    def __init__(
        self,
        database: Database,
        host: Database | None,
        kit: Kit,
        contributions: Contributions,
        options: Options,
        sending: tuple[Arrangements, Deployment],
        signals: Signals,
        on_error: Literal["log", "raise"],
        patience_s: float,
    ) -> None:
        self.database = database
        self.host = host
        self.kit = kit
        self.contributions = contributions
        self.options = options
        self.keys = kit.keys
        self.signals = signals
        self.runner = Runner()
        self._shops: dict[str, Shop] = {}
        self.emitter = Emitter(database, host, kit, on_error, self._settings_of, patience_s)
        self.crew = Crew(
            (database, host), kit, contributions, self._settings_of, options.settings, self.is_on, self.keys_of,
            self.address_of,
        )  # fmt: skip
        self.postroom = PostRoom(database, kit, contributions, options, *sending, self._settings_of, self.is_on)
        self.surveys = self._survey_parts()
        self._tidied = _Turn(_TIDY_EVERY)
        self._retained = _Turn(_RETAIN_EVERY)
        self._watched = _Turn(_WATCH_EVERY)
        self._late: set[str] = set()

    def shop(self, key: str) -> Shop:
        """Give a shop, the same object each time so that its settings are read once."""
        if key not in self._shops:
            self._shops[key] = Shop(self.database, key, self.kit.now)
        return self._shops[key]

    @cached_property
    def owners(self) -> tuple[Owner, ...]:
        """Give the owners of tables: the core, then each plugin, of its own tables and of its facts."""
        brought = (
            Owner(f"plugin {plugin}", tables.metadata, f"ecrm_{plugin}_version", tables.migrations)
            for plugin, tables in self.contributions.tables.items()
        )
        facts = (Owner(f"plugin {plugin}", made, None) for plugin, made in metadata_of(self.kit.book).items())
        return (CORE, *brought, *facts)

    def upgrade(self) -> None:
        """Make the tables of all owners, or bring them up to date."""
        migrating.upgrade(self.database, self.owners)
        with self.database.read() as transaction:
            is_without_ledger = not has_entries(transaction)
        if is_without_ledger:
            # What was said of consent before there was a ledger is on the log.
            rebuild_ledger(self.database, consent_projection(self.kit.now), self._settings_of)
        self.prepare_host()
        self.crew.reactor.enrol()

    def prepare(self) -> None:
        """Make what a new file lacks; on PostgreSQL, and for what is older, `upgrade` is called on purpose."""
        if self.database.dialect == "sqlite":
            lacking = migrating.new_owners(self.database, self.owners)
            if lacking:
                migrating.upgrade(self.database, lacking)
        self.prepare_host()
        # A reaction sees what happens from its first start on. Where the database is away or not made yet,
        # the start goes on: `upgrade` and the worker begin its cursor as well.
        with contextlib.suppress(EcrmError):
            self.crew.reactor.enrol()

    def prepare_host(self) -> None:
        """Make the inbox in the host's own file, where there is one."""
        if self.host is not None:
            migrating.make_tables(self.host, (inbox_table.INBOX.name,))

    @cached_property
    def privacy(self) -> PrivacyParts:
        """Give what the duties of privacy share."""
        tables = [table for brought in self.contributions.tables.values() for table in brought.metadata.sorted_tables]
        recipients = tuple(f"channel {name}" for name in self.contributions.channels)

        def object_to(transaction: Transaction, shop: str, customer_id: UUID, actor: Actor | None) -> None:
            record_objection(transaction, shop, self._settings_of(shop), self.kit, customer_id, actor)

        return PrivacyParts(self.database, self.host, self.kit, self.contributions.kinds, tables, recipients, object_to)

    def next_due(self, after: dt.datetime) -> dt.datetime | None:
        """Give the first moment after a time at which something falls due by itself; None where nothing does."""
        moments = (self.crew.next_due(after), self.surveys.next_due(after))
        return min((at for at in moments if at is not None), default=None)

    def is_on(self, plugin: str, shop: str) -> bool:
        """Tell whether a plugin is on for a shop."""
        return plugin in self.contributions.plugins and plugin not in self.shop(shop).settings.plugins_off

    def address_of(self, channel: str) -> str | None:
        """Give the kind of identity a channel reaches somebody by; None where it needs none, or is not known."""
        owned = self.contributions.channels.get(channel)
        if owned is None:
            return ADDRESS_OF.get(channel)
        return None if owned.record.address == "any" else owned.record.address

    def keys_of(self, plugin: str) -> PluginKeys:
        """Give what a plugin's source may know of the shops that set it up."""
        return PluginKeys(plugin, self.options, self.is_on, self.kit.now)

    def duties(  # noqa: C901 - one closure a duty
        self,
        tell: Callable[[str, Sequence[Interaction]], None],
        view: Callable[[str], object],
    ) -> Mapping[str, Callable[[], Done]]:
        """Give what a worker does in a round, by name and in its order; each does a bounded part.

        Args:
            tell: Tells the host of what was stored, after each commit.
            view: Gives a CRM's view on a shop, for the duties of plugins.
        """
        crew = self.crew

        def told(recorded: Mapping[str, Sequence[Interaction]]) -> None:
            for shop, interactions in recorded.items():
                tell(shop, interactions)

        def receive() -> Done:
            received = crew.receiver.receive()
            told(received.stored)
            return Done(received.settled, received.rejected)

        def translate() -> Done:
            translated, rejected = crew.translator.translate()
            return Done(translated=translated, rejected=rejected)

        def act(step: Callable[[], Acted]) -> Callable[[], Done]:
            def acting() -> Done:
                acted = step()
                told(acted.recorded)
                return Done(reacted=acted.seen, failed=acted.failed)

            return acting

        def pull() -> Done:
            pulled = crew.puller.pull()
            return Done(pulled=pulled.events, pages=pulled.pages, failed=pulled.failed)

        def survey() -> Done:
            return Done(surveyed=self.surveys.work())

        def deliver() -> Done:
            delivered = self.postroom.deliverer.deliver()
            return Done(messages=delivered.looked_at, sent=delivered.sent, failed=delivered.failed)

        def perform() -> Done:
            return Done(failed=crew.performer.perform(view))

        return {
            "pull": pull,
            "translate": translate,
            "receive": receive,
            "react": act(crew.reactor.react),
            "retry": act(crew.retrier.retry),
            "wake": act(crew.waker.wake),
            "survey": survey,
            "deliver": deliver,
            "perform": perform,
        }

    def tidy(self) -> None:
        """Prune what has been kept long enough, where it is time to."""
        if self._tidied.is_due(self.kit.now()):
            self._prune()
        if self._retained.is_due(self.kit.now()):
            self._retain()

    def is_time_to_watch(self) -> bool:
        """Tell whether lags are to be looked at; the next time is half a minute later."""
        return self._watched.is_due(self.kit.now())

    def newly_late(self, late: set[str]) -> set[str]:
        """Give what came to be late since it was last asked."""
        fresh, self._late = late - self._late, late
        return fresh

    def _retain(self) -> None:
        with self.database.read() as transaction:
            shops = profile_table.shops_with_profiles(transaction)
        for key in shops:
            retain(self.privacy, self.shop(key), self.kit.now())

    def _prune(self) -> None:
        with self.database.read() as transaction:
            shops = inbox_table.shops_with_done_rows(transaction)
        for key in shops:
            Inbox(self.database, self.shop(key), self.kit.now).prune()
        self.crew.prune()

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
        if self.host is not None:
            self.host.close()

    def _survey_parts(self) -> SurveyParts:
        room, parts, found = self.postroom, self.crew.parts, self.contributions
        cases = Cases(self.kit, room.arrangements.of, self._settings_of, room.facts_of, self.address_of)

        def holds(name: str, shop: str, customer_id: UUID) -> bool | None:
            owned = found.conditions.get(name)
            if owned is None or not self.is_on(owned.plugin, shop):
                return False
            ask = parts.questions(shop, owned.plugin, customer_id, parts.now())
            try:
                return bool(parts.runner.call(lambda: owned.record.holds(ask), deadline_s=_CONDITION_DEADLINE_S))
            except Exception as error:  # noqa: BLE001 - a plugin that can not tell is asked again later
                _LOG.warning("plugin %s can not tell %s: %s", owned.plugin, name, type(error).__name__)
                return None

        kinds = [one.record for one in found.question_kinds.values()]
        return SurveyParts(self.database, self.kit, cases, holds, kinds, found.conditions.keys(), self._behaviours)

    def _behaviours(self, shop: str) -> list[Behaviour]:
        owned = self.contributions.behaviours.values()
        return [one.record for one in owned if self.is_on(one.plugin, shop)]

    def _settings_of(self, key: str) -> Any:
        return self.shop(key).settings


class _Turn:
    """Say when something that is done every so often is due again."""

    def __init__(self, every: dt.timedelta) -> None:
        self._every = every
        self._at: dt.datetime | None = None

    def is_due(self, now: dt.datetime) -> bool:
        """Tell whether it is due; then it is due again after a while."""
        if self._at is not None and abs(now - self._at) < self._every:
            return False
        self._at = now
        return True


def machine_time() -> dt.datetime:
    """Give the machine's time, UTC."""
    return dt.datetime.now(dt.UTC)
