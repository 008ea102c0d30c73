"""The bugs that harnesses plant in a process of theirs, to show that they would be seen."""

from __future__ import annotations

import time
from typing import Any

from ecrm import CRM
from ecrm.database import Transaction
from ecrm.events import Event
from ecrm.interactions import recording
from ecrm.interactions.model.tally import Tally
from ecrm.interactions.tables import inbox
from ecrm.reactions.applying import Appliers
from ecrm.reactions.tables import cursor
from faults.fuse import Fuse

__all__ = [
    "acknowledge_early",
    "apply_in_a_second_transaction",
    "claim_what_others_hold",
    "count_in_a_second_transaction",
    "emit_apart",
    "mark_in_the_host",
    "move_whatever_was_taken",
    "sum_orders_without_their_state",
]


def acknowledge_early() -> None:
    """Let `record` return before the event is durable: it is written together with the next two."""
    waiting: list[Event] = []
    record_many = CRM.record_many
    fuse = Fuse(6)

    def record(self: CRM, event: Event) -> None:
        fuse.burn()
        waiting.append(event)
        if len(waiting) == 3:
            record_many(self, waiting)
            waiting.clear()

    CRM.record = record


def count_in_a_second_transaction() -> None:
    """Commit interactions and orders before their facts are written, and be killed between the two."""
    save_tally = recording.save_tally
    fuse = Fuse(3)

    def saved(transaction: Transaction, shop: str, tally: Any, book: Any) -> None:
        transaction.commit()
        fuse.burn()
        transaction.begin()
        save_tally(transaction, shop, tally, book)

    recording.save_tally = saved


def emit_apart() -> None:
    """Emit in a transaction of its own, whatever connection is given."""
    emit = CRM.emit
    CRM.emit = lambda self, event, **_given: emit(self, event)


def claim_what_others_hold() -> None:
    """Decide what to receive before the transaction that claims it, whoever has received it meanwhile."""
    claim_rows = inbox.claim_rows
    known: list[inbox.InboxRow] = []

    def claimed(transaction: Transaction, limit: int, ids: Any = None) -> list[inbox.InboxRow]:
        if not known:
            known.extend(claim_rows(transaction, 10_000))
            return known[:limit]
        done, known[:] = known[:limit], known[limit:]
        return done

    inbox.claim_rows = claimed


def mark_in_the_host() -> None:
    """Mark received rows in the host's file, as a worker must not."""
    read_rows = inbox.read_rows

    def read(transaction: Transaction, after: int, limit: int) -> list[inbox.InboxRow]:
        transaction.run("BEGIN IMMEDIATE")
        transaction.run("UPDATE ecrm_inbox SET settled_at = 0 WHERE id <= ?", (after,))
        time.sleep(0.02)
        transaction.run("COMMIT")
        return read_rows(transaction, after, limit)

    inbox.read_rows = read


def sum_orders_without_their_state(monkeypatch: Any) -> None:
    """Add what an order is now, and forget to take away what it was."""
    change_order = Tally.change_order
    monkeypatch.setattr(Tally, "change_order", lambda self, _before, after: change_order(self, None, after))


def apply_in_a_second_transaction(fuse: Fuse) -> None:
    """Commit the cursor before its effects are applied, and be killed between the two."""
    apply = Appliers.apply

    def applied(self: Appliers, transaction: Transaction, outcomes: Any) -> Any:
        if outcomes:
            transaction.commit()
            fuse.lengthen(1)
            fuse.burn()
            transaction.begin()
        return apply(self, transaction, outcomes)

    Appliers.apply = applied


def move_whatever_was_taken() -> None:
    """Move a cursor without comparing where it was, and who has it in hand."""

    def move(transaction: Transaction, lease: Any, to: int, now: Any, until: Any, *, stumbled: bool = False) -> Any:
        transaction.core(cursor.REACTION.update().where(cursor.REACTION.c.name == lease.name).values(position=to))
        return lease._replace(position=to)

    cursor.move = move
