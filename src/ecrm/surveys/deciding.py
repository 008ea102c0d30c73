"""What is known when it is decided whether a customer is asked: read once for a batch, in its transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ecrm.consent.deciding import Ask, decide_many
from ecrm.customers.tables.profile import ProfileRow, profiles_of
from ecrm.database import Transaction
from ecrm.interactions.recording import Kit
from ecrm.messages.arranging import Held
from ecrm.messages.model.message import PREFERRED
from ecrm.messages.model.pressure import Policy, Sent, Suppress, Wait, may_go
from ecrm.messages.settling import who_of
from ecrm.messages.tables.message import sent_since
from ecrm.shops.model import Settings
from ecrm.surveys.inviting import PURPOSE
from ecrm.surveys.model.fatigue import Past, why_left_alone, why_over
from ecrm.surveys.model.plan import Plan
from ecrm.surveys.tables import invitation as invitation_table
from ecrm.surveys.tables import running as running_table
from ecrm.surveys.tables.invitation import ASKED, InvitationRow
from ecrm.surveys.tables.running import RUNNING, RunRow

__all__ = ["Case", "Cases"]

Facts = Callable[[Transaction, str, Sequence[UUID]], Mapping[UUID, Mapping[str, Any]]]
_BY_HAND = Plan()


@attrs.frozen(repr=False)
class Cases:
    """Read what is decided by.

    Args:
        kit: The time.
        held_of: Gives what a shop arranged about its messages.
        settings_of: Gives its settings.
        facts_of: Reads facts of customers.
        address_of: Gives the kind of identity a channel reaches somebody by.
    """

    kit: Kit
    held_of: Callable[[str], Held]
    settings_of: Callable[[str], Settings]
    facts_of: Facts
    address_of: Callable[[str], str | None]

    def plans(self, transaction: Transaction, shops: Collection[str]) -> dict[tuple[str, str], RunRow]:
        """Give how surveys are asked, by shop and name."""
        return {(run.shop, run.name): run for shop in sorted(shops) for run in running_table.runs_of(transaction, shop)}

    def case(self, transaction: Transaction, shop: str, rows: Sequence[InvitationRow]) -> Case:
        """Read what there is to know about some invitations of a shop."""
        now, held = self.kit.now(), self.held_of(shop)
        customers = sorted({row.customer_id for row in rows if row.customer_id is not None})
        runs = {run.name: run for run in running_table.runs_of(transaction, shop)}
        answers = {
            name: invitation_table.count_answers(transaction, shop, name, run.started_at)
            for name, run in runs.items()
            if run.plan.quota is not None
        }
        policy = held.policy
        longest = max((cap.within for cap in policy.caps), default=dt.timedelta(0))
        sent: dict[UUID, list[Sent]] = {}
        if policy.caps and customers:
            for who, at, purpose, channel, is_commercial in sent_since(transaction, shop, customers, now - longest):
                sent.setdefault(who, []).append(Sent(at, purpose, channel, is_commercial))
        profiles: dict[UUID, list[ProfileRow]] = {}
        for one in profiles_of(transaction, shop, customers):
            if who_of(one.kind, one.value) is not None:
                profiles.setdefault(one.customer_id, []).append(one)
        return Case(
            now, runs, answers, held.arrangement.channels, policy, self.settings_of(shop),
            {id_: [Past(*one) for one in found]
             for id_, found in invitation_table.newest_asked(transaction, shop, customers).items()},
            profiles, sent, self.facts_of(transaction, shop, customers) if policy.muted_by else {},
            self._allowed(transaction, shop, rows, runs, held.arrangement.channels),
        )  # fmt: skip

    def _allowed(
        self,
        transaction: Transaction,
        shop: str,
        rows: Sequence[InvitationRow],
        runs: Mapping[str, RunRow],
        channels: Sequence[str],
    ) -> set[tuple[UUID, str]]:
        wanted = sorted({
            (row.customer_id, channel)
            for row in rows
            if row.customer_id is not None
            for channel in _channels(_plan(runs, row), channels)
        })  # fmt: skip
        asks = [Ask(who, PURPOSE, channel, self.address_of(channel)) for who, channel in wanted]
        decisions = decide_many(transaction, shop, asks, self.kit.now())
        return {one for one, said in zip(wanted, decisions, strict=True) if said.decision.is_allowed}


@attrs.frozen(repr=False)
class Case:
    """Decide about invitations of one shop.

    Args:
        now: The time.
        runs: How surveys are asked, by name.
        answers: How many each has that has a quota.
        channels: In which order channels are tried.
        policy: How much the shop says and when.
        settings: The shop's.
        past: When customers were asked what.
        profiles: Their profiles by which they can be named.
        sent: What was sent to them.
        facts: What is known of them, where it mutes.
        allowed: By which channels who may be asked.
    """

    now: dt.datetime
    runs: Mapping[str, RunRow]
    answers: Mapping[str, int]
    channels: Sequence[str]
    policy: Policy
    settings: Settings
    past: dict[UUID, list[Past]]
    profiles: Mapping[UUID, Sequence[ProfileRow]]
    sent: Mapping[UUID, Sequence[Sent]]
    facts: Mapping[UUID, Mapping[str, Any]]
    allowed: Collection[tuple[UUID, str]]

    def plan_of(self, row: InvitationRow) -> Plan:
        """Give how an invitation is asked."""
        return _plan(self.runs, row)

    def is_running(self, row: InvitationRow) -> bool:
        """Tell whether its survey still runs; what was asked by hand does."""
        return row.run is None or (row.run in self.runs and self.runs[row.run].state == RUNNING)

    def may(self, row: InvitationRow) -> bool:
        """Tell whether the customer may be asked by any channel it could go by."""
        return any((row.customer_id, one) in self.allowed for one in _channels(self.plan_of(row), self.channels))

    def why_not(self, row: InvitationRow) -> str | None:
        """Say why a customer is not asked at all; None where they may be."""
        plan = self.plan_of(row)
        if not self.is_running(row):
            return "the survey was stopped"
        over = why_over(plan, self.now, self.answers.get(row.run or "", 0))
        if over is not None:
            return over
        if not self.may(row):
            return "there is no consent for surveys by a channel that reaches them"
        past = () if row.customer_id is None else self.past.get(row.customer_id, ())
        rests = [run.plan.rest for run in self.runs.values() if run.state == RUNNING]
        return why_left_alone(plan, row.survey, self.now, past, max(rests, default=plan.rest))

    def pressure(self, row: InvitationRow) -> Wait | Suppress | None:
        """Give what the shop's own rules about messages say: to wait, or never; None is now."""
        who = row.customer_id
        if who is None:
            return None
        plan = self.plan_of(row)
        channel = plan.channel if plan.channel != PREFERRED else next(iter(self.channels), "email")
        said = may_go(
            self.policy, self.now, self.settings.zone_info, self.sent.get(who, ()),
            is_commercial=True, purpose=PURPOSE, channel=channel, facts=self.facts.get(who),
        )  # fmt: skip
        return said if isinstance(said, Wait | Suppress) else None

    def profile_of(self, row: InvitationRow) -> ProfileRow | None:
        """Give a profile the customer can be named by: the one the invitation came by, where it names them."""
        found = () if row.customer_id is None else self.profiles.get(row.customer_id, ())
        return next((one for one in found if one.id == row.profile_id), found[0] if found else None)

    def note(self, row: InvitationRow) -> None:
        """Take into account what was decided just now, for the others of the batch."""
        if row.state == ASKED and row.customer_id is not None and row.asked_at == self.now:
            self.past.setdefault(row.customer_id, []).append(Past(row.survey, self.now))


def _plan(runs: Mapping[str, RunRow], row: InvitationRow) -> Plan:
    run = None if row.run is None else runs.get(row.run)
    return _BY_HAND if run is None else run.plan


def _channels(plan: Plan, channels: Sequence[str]) -> Sequence[str]:
    return channels if plan.channel == PREFERRED else (plan.channel,)
