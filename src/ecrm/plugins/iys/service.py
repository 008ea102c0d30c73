"""What `crm.service(Iys)` offers: read what customers said, tell it to İYS, show what is due.

The other way, from İYS to the shop, is a source that the worker pulls: see `plugin`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import attrs

from ecrm.errors import UnavailableError
from ecrm.hookspecs import Transaction
from ecrm.messages.holidays import holidays_of
from ecrm.plugins.iys import model, tables
from ecrm.plugins.iys.client import Answer, Client
from ecrm.plugins.iys.hearing import KINDS, Heard, heard_in
from ecrm.plugins.iys.model import Entry
from ecrm.reactions.tailing import read_on

if TYPE_CHECKING:
    import httpx2

    from ecrm.crm import CRM

__all__ = ["Iys", "Pushed", "Standing"]

NAME = "iys"
# İYS takes 50 single consents a minute.
_AT_ONCE = 50
_MOST_SHOWN = 1_000


@attrs.frozen
class Pushed:
    """Count what became of what was to be told.

    Args:
        told: What İYS took.
        dropped: What need not be told: it is there, or there is nothing to withdraw.
        refused: What İYS will not take; it is kept with its reason.
        failed: What is tried again later.
        left: What is due and was not come to, with what İYS keeps waiting.
    """

    told: int = 0
    dropped: int = 0
    refused: int = 0
    failed: int = 0
    left: int = 0

    def plus(self, word: str) -> Pushed:
        """Give it with one more of a count."""
        return attrs.evolve(self, **{word: getattr(self, word) + 1})


@attrs.frozen
class Standing:
    """Say how far the shop and İYS are in step.

    Args:
        held: How many records İYS is known to hold, by status: ONAY, RET, "-" none, "" not known.
        due: What is still to be told, what is due first first.
        overdue: What of it should be there by now.
        refused: What İYS will not take, with its reason.
    """

    held: dict[str, int]
    due: list[Entry]
    overdue: list[Entry]
    refused: list[Entry]

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is overdue and nothing was refused."""
        return not self.overdue and not self.refused


class Iys:
    """Keep İYS in step with one shop.

    Args:
        crm: The CRM's view on the shop.
        connect: Opens what İYS is asked with.
    """

    def __init__(self, crm: CRM, connect: Callable[[], AbstractContextManager[httpx2.Client]]) -> None:
        self._crm = crm
        self._shop = crm.shop.key
        self._keys = crm.plugins.keys(NAME)
        self._connect = connect

    def __repr__(self) -> str:
        return f"<Iys {self._shop}>"

    def gather(self) -> int:
        """Read what customers said since it was last asked; give how many words concern İYS.

        What was imported is not read: what was agreed to long ago is at İYS, or void.
        """
        words = 0
        while True:
            with self._crm.database.read() as transaction:
                before = tables.position_of(transaction, self._shop)
            tail = read_on(self._crm.database, self._shop, KINDS, before)
            if tail.position == before:
                return words
            words += self._heed(heard_in(self._crm, tail.interactions, self._given["source"]), before, tail.position)

    def _heed(self, heard: Sequence[Heard], before: int, after: int) -> int:
        kind = self._type

        def work(transaction: Transaction) -> int:
            if not tables.move(transaction, self._shop, before, after):
                return 0
            for one in heard:
                held = tables.find(transaction, self._shop, (one.word.recipient, kind, one.word.type))
                take = model.learn if one.is_theirs else model.want
                tables.save(transaction, self._shop, [take(held, one.word, kind, self._is_holiday)])
            return len(heard)

        return self._crm.database.transact(work)

    def push(self, limit: int = _AT_ONCE) -> Pushed:
        """Read what customers said, and tell İYS what it is to hold.

        Args:
            limit: How many are told at most; İYS takes 50 a minute.

        Returns:
            The counts. What İYS does not take is kept with its reason, for `status`.

        Raises:
            SetupError: The plugin is not set up, or İYS does not know the account.
        """
        self.gather()
        with self._crm.database.read() as transaction:
            entries = tables.wanted(transaction, self._shop, _MOST_SHOWN)
        pushed, asked = Pushed(), 0
        with self._connect() as http:
            client = Client(self._shop, self._keys, http)
            for entry in entries:
                step = model.next_step(entry, self._now(), self._is_holiday)
                if step.do in {"push", "ask"} and asked >= limit:
                    pushed = pushed.plus("left")
                    continue
                asked += step.do in {"push", "ask"}
                pushed = self._done(client, entry, step, pushed)
        return pushed

    def due(self, limit: int = _MOST_SHOWN) -> list[Entry]:
        """Give what İYS is still to be told, what is due first first."""
        with self._crm.database.read() as transaction:
            found = tables.wanted(transaction, self._shop, limit)
        return [entry for entry in found if not entry.is_refused]

    def overdue(self, limit: int = _MOST_SHOWN) -> list[Entry]:
        """Give what İYS should hold by now and does not, as far as is known: refused or not told."""
        with self._crm.database.read() as transaction:
            return tables.wanted(transaction, self._shop, limit, self._now())

    def status(self) -> Standing:
        """Say how far the shop and İYS are in step."""
        with self._crm.database.read() as transaction:
            held = tables.count(transaction, self._shop)
            found = tables.wanted(transaction, self._shop, _MOST_SHOWN)
        now = self._now()
        due = [entry for entry in found if not entry.is_refused]
        overdue = [entry for entry in found if entry.due_at is not None and entry.due_at < now]
        return Standing(held, due, overdue, [entry for entry in found if entry.is_refused])

    def _done(self, client: Client, entry: Entry, step: model.Step, pushed: Pushed) -> Pushed:
        if step.do == "drop":
            self._keep(entry, model.dropped)
            return pushed.plus("dropped")
        if step.do == "wait" or (step.do == "refuse" and entry.is_refused):
            return pushed.plus("left")
        if step.do == "refuse":
            return self._refuse(entry, None, step.reason, pushed)
        try:
            return self._ask(client, entry, pushed) if step.do == "ask" else self._tell(client, entry, pushed)
        except UnavailableError as error:
            said, wait_s = str(error), error.retry_after_s
            now = self._now()
            self._keep(entry, lambda held: model.failed(held, now, None, said, is_final=False, wait_s=wait_s))
            return pushed.plus("failed")

    def _ask(self, client: Client, entry: Entry, pushed: Pushed) -> Pushed:
        held = client.ask(entry.recipient, entry.recipient_type, entry.type)
        known = attrs.evolve(entry, known_status=held[0] if held else model.NOTHING)
        self._keep(entry, lambda one: attrs.evolve(one, known_status=known.known_status))
        return self._done(client, known, model.next_step(known, self._now(), self._is_holiday), pushed)

    def _tell(self, client: Client, entry: Entry, pushed: Pushed) -> Pushed:
        now = self._now()
        consent = model.written(entry, now, self._is_holiday)
        answer = client.tell(consent)
        # It may have been told before, and the answer was lost: then it is refused, since nothing is told twice.
        if answer.is_taken or self._is_there(client, entry):
            at = model.date_of(consent["consentDate"])
            self._keep(entry, lambda held: model.told(held, at, now), known=(entry.wanted_status, at))
            return pushed.plus("told")
        return self._refuse(entry, answer, answer.said, pushed)

    def _is_there(self, client: Client, entry: Entry) -> bool:
        held = client.ask(entry.recipient, entry.recipient_type, entry.type)
        return held is not None and held[0] == entry.wanted_status

    def _refuse(self, entry: Entry, answer: Answer | None, said: str, pushed: Pushed) -> Pushed:
        now, code = self._now(), None if answer is None else answer.code
        self._keep(entry, lambda held: model.failed(held, now, code, said, is_final=True))
        return pushed.plus("refused")

    def _keep(
        self,
        entry: Entry,
        change: Callable[[Entry], Entry],
        known: tuple[str | None, dt.datetime] | None = None,
    ) -> None:
        """Change what is kept of an entry; where the customer spoke anew meanwhile, their newer word stays."""

        def work(transaction: Transaction) -> None:
            held = tables.find(transaction, self._shop, (entry.recipient, entry.recipient_type, entry.type))
            if held is None:
                return
            if held.wanted_at == entry.wanted_at:
                tables.save(transaction, self._shop, [change(held)])
            elif known is not None:
                tables.save(transaction, self._shop, [attrs.evolve(held, known_status=known[0], known_at=known[1])])

        self._crm.database.transact(work)

    @property
    def _given(self) -> dict[str, str]:
        return dict(self._keys.settings(self._shop))

    @property
    def _type(self) -> str:
        return self._given["recipient_type"]

    def _is_holiday(self, day: dt.date) -> bool:
        return holidays_of("TR")(day)

    def _now(self) -> dt.datetime:
        return self._keys.now()
