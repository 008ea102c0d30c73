"""Timers: what is decided about each key, when it wakes, whether it has fired.

A decision is written where it is newer than the one there, in the statement itself: two reactions that
decide at once leave the newer one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.reactions.model.timer import Decision, TimerState
from ecrm.values.personal import impersonal, personal

__all__ = ["TIMER", "TimerKey", "TimerRow"]

TIMER = sa.Table(
    "ecrm_timer",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("timer", Key, primary_key=True, info=impersonal()),
    sa.Column("key", Key, primary_key=True, info=personal("activity", "wake at the right time", mask="id")),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("decided_by", Id, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("fired_at", Instant),
    sa.Column("trials", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("details", Json, nullable=False, info=personal("activity", "wake at the right time")),
    sa.Index(
        "ecrm_timer_due_ix", "due_at",
        sqlite_where=sa.text("due_at IS NOT NULL AND fired_at IS NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL AND fired_at IS NULL"),
    ),
    sa.Index("ecrm_timer_profile_ix", "shop", "profile_id"),
)  # fmt: skip
_KEY = ("shop", "timer", "key")
_DECIDED = ("profile_id", "decided_at", "decided_by", "due_at", "fired_at", "details")
_IS_NEWER = "(excluded.decided_at, excluded.decided_by) > (t.decided_at, t.decided_by)"
_PUT = Put(
    TIMER,
    _KEY,
    (*_KEY, *_DECIDED),
    merge={
        **{name: f"CASE WHEN {_IS_NEWER} THEN excluded.{name} ELSE t.{name} END" for name in _DECIDED},
        "trials": f"CASE WHEN {_IS_NEWER} THEN 0 ELSE t.trials END",
    },
)
_WAITS = sa.and_(TIMER.c.due_at.is_not(None), TIMER.c.fired_at.is_(None))


class TimerKey(NamedTuple):
    """Which timer."""

    shop: str
    timer: str
    key: str


class TimerRow(NamedTuple):
    """A timer that waits, and how often it was tried alone."""

    key: TimerKey
    state: TimerState
    trials: int


def put_timers(transaction: Transaction, decided: Mapping[TimerKey, TimerState], now: dt.datetime) -> None:
    """Write what is decided, where it is newer than what is there."""
    _PUT.run(
        transaction,
        [
            (*key, state.profile_id, state.decision.at, state.decision.by, state.due_at,
             now if state.has_fired else None, json.dumps(dict(state.details)))
            for key, state in decided.items()
        ],
    )  # fmt: skip


def due_timers(
    transaction: Transaction, names: Collection[str], up_to: dt.datetime, limit: int, after: TimerRow | None = None
) -> list[TimerRow]:
    """Give timers of these names that are due up to a time, the oldest first, from after one on."""
    chosen = TIMER.c
    query = sa.select(TIMER).where(_WAITS, chosen.timer.in_(sorted(names)), chosen.due_at <= up_to)
    order = (chosen.due_at, chosen.shop, chosen.timer, chosen.key)
    if after is not None:
        query = query.where(sa.tuple_(*order) > (after.state.due_at, *after.key))
    return [_row(row) for row in transaction.core(query.order_by(*order).limit(limit))]


def mark_fired(transaction: Transaction, row: TimerRow, now: dt.datetime) -> bool:
    """Say that a timer has fired; False where it had, or something else was decided meanwhile."""
    return _change(transaction, row, fired_at=now)


def mark_tried(transaction: Transaction, row: TimerRow) -> bool:
    """Count that a timer is tried alone; False where it has fired, or something else was decided meanwhile."""
    return _change(transaction, row, trials=TIMER.c.trials + 1)


def next_due(transaction: Transaction, names: Collection[str], after: dt.datetime | None = None) -> dt.datetime | None:
    """Give when the next timer of these names is due, of those after a time where one is given."""
    query = sa.select(sa.func.min(TIMER.c.due_at)).where(_WAITS, TIMER.c.timer.in_(sorted(names)))
    if after is not None:
        query = query.where(TIMER.c.due_at > after)
    found: dt.datetime | None = transaction.core(query).scalar_one()
    return found


def prune_timers(transaction: Transaction, before: dt.datetime, limit: int) -> int:
    """Delete timers that fired, or were cancelled, before a time, a bounded number; give how many went."""
    chosen = TIMER.c
    gone = sa.or_(chosen.fired_at < before, sa.and_(chosen.due_at.is_(None), chosen.decided_at < before))
    old = sa.select(chosen.shop, chosen.timer, chosen.key).where(gone).limit(limit).subquery()
    same = sa.and_(*(TIMER.c[name] == old.c[name] for name in _KEY))
    return transaction.core(TIMER.delete().where(sa.exists().where(same))).rowcount


def _change(transaction: Transaction, row: TimerRow, **values: object) -> bool:
    chosen, state = TIMER.c, row.state
    statement = TIMER.update().where(
        chosen.shop == row.key.shop,
        chosen.timer == row.key.timer,
        chosen.key == row.key.key,
        chosen.decided_at == state.decision.at,
        chosen.decided_by == state.decision.by,
        chosen.fired_at.is_(None),
    )
    return transaction.core(statement.values(**values)).rowcount > 0


def _row(row: sa.Row[*tuple[object, ...]]) -> TimerRow:
    found = row._asdict()
    decision = Decision(found["decided_at"], found["decided_by"])
    state = TimerState(decision, found["due_at"], found["fired_at"] is not None, found["details"], found["profile_id"])
    return TimerRow(TimerKey(found["shop"], found["timer"], found["key"]), state, int(found["trials"]))
