"""Ask whom the time has come for: decide, send the message, remind, let expire; and see what became of messages.

All of one invitation is decided in one transaction, while nobody else decides about its customer. What plugins say
of a condition is asked before, outside it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ecrm.database import Database, Transaction
from ecrm.interactions.events import Event, SurveySent
from ecrm.interactions.recording import Kit
from ecrm.messages.model.pressure import Suppress
from ecrm.messages.settling import who_of
from ecrm.messages.tables.message import SENT, UNCERTAIN, hold_budgets
from ecrm.surveys.deciding import Case, Cases
from ecrm.surveys.inviting import asked, message_of, next_due, put_events, reminded
from ecrm.surveys.tables import definition as definition_table
from ecrm.surveys.tables import invitation as invitation_table
from ecrm.surveys.tables.invitation import EXPIRED, INVITED, PLANNED, SKIPPED, InvitationRow
from ecrm.surveys.tables.partial import drop_partial
from ecrm.surveys.tables.running import RunRow
from ecrm.surveys.tokens import tokens_in
from ecrm.values import Actor

__all__ = ["Asker"]

_BATCH = 200
_AGAIN = dt.timedelta(hours=1)
_Changed = tuple[InvitationRow, list[Event]]


class Asker:
    """Ask those of whom something is due.

    Args:
        database: Where invitations are.
        kit: Ids, time and keys.
        cases: Reads what is decided by.
        holds: Tells whether a condition of a plugin holds for a customer, by name, shop and customer.
    """

    def __init__(
        self, database: Database, kit: Kit, cases: Cases, holds: Callable[[str, str, UUID], bool | None]
    ) -> None:
        self._database = database
        self._kit = kit
        self._cases = cases
        self._holds = holds

    def ask(self) -> int:
        """Do what is due of invitations; give how many changed."""
        with self._database.read() as transaction:
            due = invitation_table.due_invitations(transaction, self._kit.now(), _BATCH, holds=False)
            plans = self._cases.plans(transaction, {row.shop for row in due})
        if not due:
            return 0
        holding = self.conditions(due, plans)

        def work(transaction: Transaction) -> int:
            rows = invitation_table.due_invitations(transaction, self._kit.now(), _BATCH, holds=True)
            by_shop: dict[str, list[InvitationRow]] = defaultdict(list)
            for row in rows:
                by_shop[row.shop].append(row)
            return sum(len(self.decided(transaction, shop, by_shop[shop], holding)) for shop in sorted(by_shop))

        return self._database.transact(work)

    def follow(self) -> int:
        """See which messages went, and which never will; give how many."""
        with self._database.read() as transaction:
            if not invitation_table.told_of(transaction, 1, holds=False):
                return 0
        return self._database.transact(self._follow)

    def conditions(
        self, rows: Sequence[InvitationRow], plans: Mapping[tuple[str, str], RunRow]
    ) -> dict[UUID, bool | None]:
        """Ask plugins about those whose survey waits for a condition; None is: it could not be told.

        Args:
            rows: Whom to ask about.
            plans: How surveys are asked, by shop and name.
        """
        found: dict[UUID, bool | None] = {}
        for row in rows:
            run = plans.get((row.shop, row.run or ""))
            if row.state == PLANNED and run is not None and run.plan.where is not None and row.customer_id is not None:
                found[row.id] = self._holds(run.plan.where, row.shop, row.customer_id)
        return found

    def decided(
        self, transaction: Transaction, shop: str, rows: Sequence[InvitationRow], holding: Mapping[UUID, bool | None]
    ) -> list[InvitationRow]:
        """Decide about invitations this transaction holds, and write what follows; give them as they are then.

        Args:
            transaction: Where.
            shop: Whose.
            rows: Of whom something is due.
            holding: For whom a plugin's condition holds.
        """
        free = hold_budgets(transaction, shop, {row.customer_id for row in rows if row.customer_id is not None})
        rows = [row for row in rows if row.customer_id is None or row.customer_id in free]
        case = self._cases.case(transaction, shop, rows)
        changed: list[InvitationRow] = []
        events: list[Event] = []
        for row in rows:
            after, told = self._one(transaction, row, case, holding)
            changed.append(after)
            events += told
            case.note(after)
        invitation_table.save_invitations(transaction, changed)
        put_events(transaction, shop, events, self._kit)
        return changed

    def _one(
        self, transaction: Transaction, row: InvitationRow, case: Case, holding: Mapping[UUID, bool | None]
    ) -> _Changed:
        if row.state == PLANNED:
            if row.expires_at is not None and row.expires_at <= case.now:
                # For so long no worker was at work, or the condition could not be told.
                return _skipped(row, "it is too late to ask"), []
            return self._ask(transaction, row, case, holding.get(row.id, True))
        if row.expires_at is None or row.expires_at <= case.now:
            drop_partial(transaction, row.shop, row.id)
            return attrs.evolve(row, state=EXPIRED, due_at=None), []
        return self._remind(transaction, row, case)

    def _ask(self, transaction: Transaction, row: InvitationRow, case: Case, holds: bool | None) -> _Changed:  # noqa: FBT001
        if holds is None:
            return attrs.evolve(
                row, due_at=case.now + _AGAIN, reason="whether the condition holds is not known yet"
            ), []
        because = case.why_not(row) if holds else "the condition does not hold"
        if because is not None:
            return _skipped(row, because), []
        pressure = case.pressure(row)
        if isinstance(pressure, Suppress):
            return _skipped(row, pressure.reason), []
        if pressure is not None:
            return attrs.evolve(row, due_at=pressure.until, reason=pressure.reason), []
        live = definition_table.live_version(transaction, row.shop, row.survey)
        profile = case.profile_of(row)
        if live is None or profile is None:
            return _skipped(row, "nobody can be reached" if live else "the survey is not live"), []
        id_ = self._kit.new_id()
        named = attrs.evolve(row, profile_id=profile.id)
        made = asked(named, live.version, case.plan_of(row), case.now, id_, tokens_in(transaction, self._kit))
        event = message_of(made, profile, case.plan_of(row), id_, is_reminder=False)
        return made, [] if event is None else [event]

    def _remind(self, transaction: Transaction, row: InvitationRow, case: Case) -> _Changed:
        plan, profile = case.plan_of(row), case.profile_of(row)
        is_left = row.state != INVITED or plan.reminder_after(row.reminders) is None or profile is None
        if is_left or not case.is_running(row) or not case.may(row):
            return attrs.evolve(row, due_at=row.expires_at), []
        assert profile is not None  # noqa: S101 - it was looked at above
        pressure = case.pressure(row)
        if isinstance(pressure, Suppress):
            return attrs.evolve(row, due_at=row.expires_at), []
        if pressure is not None:
            return attrs.evolve(row, due_at=min(pressure.until, row.expires_at or pressure.until)), []
        id_ = self._kit.new_id()
        event = message_of(row, profile, plan, id_, is_reminder=True)
        return reminded(row, plan, id_, tokens_in(transaction, self._kit)), [] if event is None else [event]

    def _follow(self, transaction: Transaction) -> int:
        found = invitation_table.told_of(transaction, _BATCH)
        by_shop: dict[str, list[tuple[InvitationRow, str, Any]]] = defaultdict(list)
        for one in found:
            by_shop[one[0].shop].append(one)
        for shop in sorted(by_shop):
            case = self._cases.case(transaction, shop, [row for row, _, _ in by_shop[shop]])
            changed: list[InvitationRow] = []
            events: list[Event] = []
            for row, state, trail in by_shop[shop]:
                if state in {SENT, UNCERTAIN}:
                    changed.append(attrs.evolve(row, state=INVITED, due_at=next_due(row, case.plan_of(row))))
                    events += _sent(row, case)
                else:
                    changed.append(_skipped(row, str(trail[-1]["because"]) if trail else "the message did not go"))
            invitation_table.save_invitations(transaction, changed)
            put_events(transaction, shop, events, self._kit)
        return len(found)


def _skipped(row: InvitationRow, because: str) -> InvitationRow:
    return attrs.evolve(row, state=SKIPPED, reason=because, due_at=None, token_hash=None)


def _sent(row: InvitationRow, case: Case) -> list[Event]:
    profile = case.profile_of(row)
    who = None if profile is None else who_of(profile.kind, profile.value)
    if who is None:
        return []
    return [
        SurveySent(
            customer=who, survey_id=row.survey, invitation_id=str(row.id), version=str(row.version),
            order_id=row.order_id, source="surveys", source_id=f"sent:{row.id}", direction="out",
            actor=Actor.system("surveys"),
        )
    ]  # fmt: skip
