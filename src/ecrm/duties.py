"""What a CRM does on its own: work and watch its health, and what plugins add to it.

`ecrm.crm.CRM` is made of this; what a host tells and asks of customers is there.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ecrm.errors import EcrmError, NotFoundError, SetupError
from ecrm.hookspecs import Service
from ecrm.http import Request, Response
from ecrm.interactions.health import Finding, inbox_findings, recount_finding, table_finding
from ecrm.messages.health import message_findings
from ecrm.privacy.health import request_finding
from ecrm.reactions.health import reaction_findings, timer_finding
from ecrm.reactions.model.rehearsal import Replayed
from ecrm.reactions.model.standing import Parked, Standing
from ecrm.reactions.service import Reactions
from ecrm.registry import Owned
from ecrm.rooms import Rooms
from ecrm.sources.health import refusal_findings, source_findings
from ecrm.sources.pulling import Pulled
from ecrm.values.who import Someone
from ecrm.worker import Done, Worker

__all__ = ["Duties"]

T = TypeVar("T")
_CONDITION_DEADLINE_S = 5.0


class Duties(Rooms):
    """Work, watch over the CRM's health, tell the host, look after plugins."""

    def work(self) -> Done:
        """Do what waits, until nothing does: pull, receive, react, wake, deliver; give the counts.

        >>> crm.work().is_idle
        True
        """
        return self.worker().run()

    def worker(self) -> Worker:
        """Make a worker, as `ecrm work` runs it for ever."""
        return Worker([*self._duties().values()], self._core.tidy, self._watch)

    def work_on(self, duty: str) -> Done:
        """Do a part of one duty, for hosts that share a worker's round out themselves, such as Celery.

        Args:
            duty: pull, translate, receive, react, retry, wake, survey, deliver, perform; or tidy, which also
                looks for lags.

        Raises:
            NotFoundError: There is no such duty.
            UnavailableError: The database is away; what was done is done.

        >>> crm.work_on("receive").is_idle
        True
        """
        if duty == "tidy":
            self._core.tidy()
            self._watch()
            return Done()
        steps = self._duties()
        if duty not in steps:
            raise NotFoundError(f"there is no such duty: name one of {', '.join(steps)}, tidy")
        return steps[duty]()

    def _duties(self) -> Mapping[str, Callable[[], Done]]:
        return self._core.duties(self._tell, self.for_shop)

    def receive(self, source: str, request: Request) -> Response:
        """Answer a webhook: what adapters mount. It is verified, kept and answered; the worker does the rest.

        Args:
            source: The name of the source, the last word of the address.
            request: As it came, with its raw bytes.

        >>> from ecrm.http import Request
        >>> crm.receive("nobody", Request("POST", body=b"{}")).status
        404
        """
        return self._core.crew.door.receive(source, request)

    @property
    def webhooks(self) -> tuple[str, ...]:
        """Give the names of the sources that `receive` takes requests of.

        >>> "standard_webhooks" in crm.webhooks
        True
        """
        return self._core.crew.door.names

    def sync(
        self,
        source: str,
        progress: Callable[[Pulled], None] | None = None,
        wait: Callable[[float], object] = time.sleep,
        since: dt.datetime | None = None,
    ) -> Pulled:
        """Pull a source for this shop at once, until there is nothing more.

        Args:
            source: Its name.
            progress: Called after each round with what was pulled so far.
            wait: Waits a number of seconds, where the source may not be asked faster.
            since: From when on it is pulled anew, an aware time; None goes on where it is.

        Raises:
            NotFoundError: There is no such source, or this shop has not set it up.
            InvalidError: The source can not begin at a time.
            ConflictError: A worker pulls it at this moment.
            UnavailableError: It could not be pulled.
        """
        return self._core.crew.puller.sync(source, self.shop.key, wait, progress, since)

    def reactions(self) -> list[Standing]:
        """Give where each reaction stands: how far it has read, how late it is, what of it failed.

        >>> [one.name for one in crm.reactions() if one.lag_s]
        []
        """
        return self._reactions.standings()

    def parked(self, *, with_retrying: bool = False, limit: int = 100) -> list[Parked]:
        """Give what reactions and timers failed on for good, oldest first.

        Args:
            with_retrying: Also what is tried again by itself.
            limit: How many at most.

        >>> crm.parked()
        []
        """
        return self._reactions.parked(with_retrying=with_retrying, limit=limit)

    def retry(self, id: int | None = None) -> int:  # noqa: A002 - as `Parked.id`
        """Let what failed be tried again by the next work: one, or all; give how many.

        Raises:
            NotFoundError: Nothing with this id is parked in this shop.

        >>> crm.retry()
        0
        """
        return self._reactions.retry(id)

    def replay(
        self,
        reaction: str,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Replayed:
        """Walk a reaction through history, and do what it says; what was done before is not done again.

        It is asked for on purpose, so it also runs where the shop has the plugin off.

        Args:
            reaction: Its name.
            since: From when on; None is the beginning.
            until: Before when; None is now.
            progress: Called with how many interactions are done, and of how many.

        Raises:
            NotFoundError: No plugin of this CRM has such a reaction.

        >>> crm.replay("abandoned_cart").seen
        0
        """
        return self._reactions.replay(reaction, since, until, applies=True, progress=progress)

    def dry_run(
        self,
        reaction: str,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Replayed:
        """Tell what a reaction would have done in history; nothing is done.

        Args:
            reaction: Its name.
            since: From when on; None is the beginning.
            until: Before when; None is now.
            progress: Called with how many interactions are done, and of how many.

        Raises:
            NotFoundError: No plugin of this CRM has such a reaction.

        >>> crm.dry_run("abandoned_cart").counts
        {}
        """
        return self._reactions.replay(reaction, since, until, applies=False, progress=progress)

    def health(self) -> list[Finding]:
        """Give the figures of what waits: inbox, each reaction, timers, sources; cheap enough to ask often.

        >>> all(finding.is_good for finding in crm.health())
        True
        """
        core = self._core
        now = core.kit.now()
        return [
            *inbox_findings(core.database, core.host, now),
            *reaction_findings(self._reactions.standings(), self._reactions.count_parked()),
            timer_finding(core.crew.parts, core.crew.timers),
            *source_findings(core.crew.puller, self.shop.key, now),
            *refusal_findings(core.crew.door),
            *message_findings(core.database, core.postroom.deployment, self.shop.key, now),
            request_finding(core.database, self.shop.key, now),
        ]

    def doctor(self, *, recount: bool = False, progress: Callable[[int], None] | None = None) -> list[Finding]:
        """Look at the CRM's health, its tables first.

        Args:
            recount: Also fold and count everything of the shop anew, keep it, and compare.
            progress: Called with the number of customers recounted.

        >>> all(finding.is_good for finding in crm.doctor(recount=True))
        True
        """
        core = self._core
        tables = table_finding(core.database, core.owners)
        if not tables.is_good:
            return [tables]
        found = [tables, *self.health()]
        if recount:
            found.append(recount_finding(core.database, self.shop.key, core.kit.book, progress))
        return found

    def service(self, kind: type[T]) -> T:
        """Give a plugin's service for this shop; it is made when first asked for.

        Args:
            kind: Its class, as the plugin contributes it.

        Raises:
            SetupError: No plugin that is on offers it, or it can not be made.
        """
        owned = self._core.contributions.services.get(kind)
        if owned is None or not self.plugins.is_on(owned.plugin):
            raise SetupError(self._missing(kind, owned))
        if kind not in self._services:
            self._services[kind] = self._made(kind, owned)
        made: T = self._services[kind]
        return made

    def holds(self, condition: str, who: Someone) -> bool:
        """Tell whether a plugin's condition holds for a customer; for nobody known none does.

        Args:
            condition: Its name.
            who: A Who, a customer's id, or a text that can only mean one e-mail, phone or id.

        Raises:
            NotFoundError: No plugin that is on has such a condition.
            SetupError: The plugin can not tell; it is named.
        """
        owned = self._core.contributions.conditions.get(condition)
        if owned is None or not self.plugins.is_on(owned.plugin):
            message = "no plugin that is on in this shop has a condition of this name"
            raise NotFoundError(message)
        customer = self.customers.find(who)
        if customer is None:
            return False
        parts = self._core.crew.parts
        ask = parts.questions(self.shop.key, owned.plugin, customer.id, parts.now())
        try:
            answer = parts.runner.call(lambda: owned.record.holds(ask), deadline_s=_CONDITION_DEADLINE_S)
        except EcrmError:
            raise
        except Exception as error:
            raise SetupError(f"plugin {owned.plugin} can not tell {condition}: {type(error).__name__}") from error
        if not isinstance(answer, bool):
            raise SetupError(f"plugin {owned.plugin} says neither True nor False of {condition}")
        return answer

    def _made(self, kind: type[T], owned: Owned[Service]) -> T:
        try:
            made = owned.record.make(self)
        except EcrmError:
            raise
        except Exception as error:
            message = f"plugin {owned.plugin} can not make {kind.__name__}: {type(error).__name__}"
            raise SetupError(message) from error
        if not isinstance(made, kind):
            raise SetupError(f"plugin {owned.plugin} made {type(made).__name__} where {kind.__name__} was asked for")
        return made

    def _missing(self, kind: type[Any], owned: Owned[Service] | None) -> str:
        if owned is not None:
            return f'plugin {owned.plugin} is off for this shop: crm.plugins.switch_on("{owned.plugin}")'
        on = ", ".join(plugin.name for plugin in self.plugins.list() if plugin.is_on) or "none"
        return f"no plugin of this CRM offers {kind.__name__}: name one that does in plugins=[…]; on are {on}"

    @property
    def _reactions(self) -> Reactions:
        return self._core.crew.reactions_of(self.shop.key)

    def _watch(self) -> None:
        signals = self._core.signals
        if not (signals.lagged.receivers and self._core.is_time_to_watch()):
            return
        late = [finding for finding in self.health() if not finding.is_good]
        fresh = self._core.newly_late({finding.name for finding in late})
        told = [finding for finding in late if finding.name in fresh]
        if told:
            signals.tell(signals.lagged, self, shop=self.shop.key, findings=told)
