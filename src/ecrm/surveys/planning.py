"""Plan whom to ask: follow the log for events that running surveys wait for, and go through rounds on a schedule.

Each running survey has a place on the log of its own. Whether somebody is asked is decided when the time has come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID, uuid5

import attrs

from ecrm.customers.tables.customer import customer_ids
from ecrm.customers.tables.profile import profiles_by_id, profiles_of
from ecrm.database import Database, Transaction
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.recording import Kit
from ecrm.messages.settling import who_of
from ecrm.reactions.tailing import read_on
from ecrm.surveys.model.plan import is_in_sample
from ecrm.surveys.tables import invitation as invitation_table
from ecrm.surveys.tables import running as running_table
from ecrm.surveys.tables.invitation import InvitationRow
from ecrm.surveys.tables.running import RunRow

__all__ = ["Planner"]

_PAGE = 500
# What is older came late, or was imported: nobody is asked about a delivery of last year.
_FRESH = dt.timedelta(days=7)
# Where nothing on the log concerns a survey, its place is written this seldom.
_FAR = 1_000


class Planner:
    """Plan invitations.

    Args:
        database: Where they are.
        kit: Ids and time.
    """

    def __init__(self, database: Database, kit: Kit) -> None:
        self._database = database
        self._kit = kit

    def plan(self) -> int:
        """Plan for what happened, and for rounds that are due; give how many invitations are new."""
        with self._database.read() as transaction:
            running = running_table.all_running(transaction)
        return sum(self._planned(run) for run in running)

    def next_due(self, after: dt.datetime) -> dt.datetime | None:
        """Give when the next round begins, after a time."""
        with self._database.read() as transaction:
            running = running_table.all_running(transaction)
        return min((run.next_at for run in running if run.next_at is not None and run.next_at > after), default=None)

    def _planned(self, run: RunRow) -> int:
        if run.plan.after is not None:
            return self._follow(run, run.plan.after)
        if run.next_at is not None and run.next_at <= self._kit.now():
            return self._go_round(run, run.next_at)
        return 0

    def _follow(self, run: RunRow, kind: str) -> int:
        tail = read_on(self._database, run.shop, [kind], run.position, _PAGE)
        if not tail.interactions and tail.position - run.position < _FAR:
            return 0
        fresh = [one for one in tail.interactions if one.is_live and self._kit.now() - one.at < _FRESH]

        def work(transaction: Transaction) -> int:
            if not running_table.move_on(transaction, run, attrs.evolve(run, position=tail.position)):
                return 0
            profiles = profiles_by_id(transaction, run.shop, {one.profile_id for one in fresh})
            customer_of = {one.id: one.customer_id for one in profiles}
            known = [one for one in fresh if one.profile_id in customer_of]
            rows = [self._after(run, one, customer_of[one.profile_id]) for one in known]
            return invitation_table.insert_invitations(transaction, [*_sampled(run, rows)])

        return self._database.transact(work)

    def _after(self, run: RunRow, one: Interaction, customer_id: UUID) -> InvitationRow:
        order_id = one.properties.get("order_id")
        location = one.context.get("location_id")
        due_at = one.at + run.plan.delay
        return InvitationRow(
            shop=run.shop, id=self._kit.new_id(), profile_id=one.profile_id, customer_id=customer_id,
            survey=run.survey, run=run.name, cause=uuid5(one.id, run.name),
            order_id=None if order_id is None else str(order_id),
            location_id=None if location is None else str(location),
            due_at=due_at, expires_at=run.plan.asked_until(due_at),
        )  # fmt: skip

    def _go_round(self, run: RunRow, began_at: dt.datetime) -> int:
        every = run.plan.every or dt.timedelta(days=1)

        def work(transaction: Transaction) -> int:
            page = customer_ids(transaction, run.shop, run.page_after, _PAGE)
            is_last = len(page) < _PAGE
            if is_last:
                moved = attrs.evolve(run, page_after=None, next_at=_next(began_at, every, self._kit.now()))
            else:
                moved = attrs.evolve(run, page_after=page[-1])
            if not running_table.move_on(transaction, run, moved):
                return 0
            rows = [*self._in_round(transaction, run, page, began_at)]
            return invitation_table.insert_invitations(transaction, [*_sampled(run, rows)])

        return self._database.transact(work)

    def _in_round(
        self, transaction: Transaction, run: RunRow, page: Sequence[UUID], began_at: dt.datetime
    ) -> Iterator[InvitationRow]:
        named: dict[UUID, UUID] = {}
        for one in profiles_of(transaction, run.shop, page):
            if who_of(one.kind, one.value) is not None:
                named.setdefault(one.customer_id, one.id)
        for customer_id, profile_id in named.items():
            yield InvitationRow(
                shop=run.shop, id=self._kit.new_id(), profile_id=profile_id, customer_id=customer_id,
                survey=run.survey, run=run.name, cause=uuid5(customer_id, f"{run.name} {began_at.isoformat()}"),
                due_at=began_at, expires_at=run.plan.asked_until(began_at),
            )  # fmt: skip


def _sampled(run: RunRow, rows: Iterable[InvitationRow]) -> Iterator[InvitationRow]:
    for row in rows:
        if row.customer_id is not None and is_in_sample(run.survey, row.customer_id, run.plan.sample):
            yield row


def _next(began_at: dt.datetime, every: dt.timedelta, now: dt.datetime) -> dt.datetime:
    """Give when the round after this one begins: those that were missed are not made up for."""
    return began_at + every * ((now - began_at) // every + 1)
