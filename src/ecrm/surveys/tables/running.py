"""Surveys that run: how each is asked, and how far on the log it has looked."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.surveys.model.plan import Plan, read_plan
from ecrm.values.personal import impersonal

__all__ = ["SURVEY_RUN", "RunRow"]

RUNNING, STOPPED = "running", "stopped"
SURVEY_RUN = sa.Table(
    "ecrm_survey_run",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("survey", Key, nullable=False, info=impersonal()),
    sa.Column("state", Key, nullable=False, info=impersonal()),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("plan", Json, nullable=False, info=impersonal()),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("next_at", Instant),
    sa.Column("page_after", Id),
)
_COLUMNS = ("name", "survey", "state", "started_at", "plan", "position", "next_at", "page_after")
_PUT = Put(SURVEY_RUN, ("shop", "name"), ("shop", *_COLUMNS), merge=dict.fromkeys(_COLUMNS[1:], "set"))
_PLAN = Lookup(SURVEY_RUN, ("shop", "name"), ("plan",))


@attrs.frozen(kw_only=True)
class RunRow:
    """A running survey as it is kept."""

    shop: str
    name: str
    survey: str
    state: str = RUNNING
    started_at: dt.datetime
    plan: Plan
    position: int
    next_at: dt.datetime | None = None
    page_after: UUID | None = None


def save_run(transaction: Transaction, row: RunRow) -> None:
    """Keep how a survey is asked."""
    values = [getattr(row, name) for name in _COLUMNS]
    values[_COLUMNS.index("plan")] = json.dumps(row.plan.to_json())
    _PUT.run(transaction, [(row.shop, *values)])


def runs_of(transaction: Transaction, shop: str) -> list[RunRow]:
    """Give what runs, or ran, in a shop, by name."""
    query = sa.select(*SURVEY_RUN.c).where(SURVEY_RUN.c.shop == shop).order_by(SURVEY_RUN.c.name)
    return [_row(row) for row in transaction.core(query)]


def plan_of(transaction: Transaction, shop: str, name: str) -> Plan | None:
    """Give how a survey is asked; None where nothing of this name runs, or ran."""
    found = _PLAN.rows(transaction, [(shop, name)])
    return read_plan(json.loads(found[0][0])) if found else None


def all_running(transaction: Transaction) -> list[RunRow]:
    """Give what runs, in all shops."""
    query = sa.select(*SURVEY_RUN.c).where(SURVEY_RUN.c.state == RUNNING)
    return [_row(row) for row in transaction.core(query.order_by(SURVEY_RUN.c.shop, SURVEY_RUN.c.name))]


def move_on(transaction: Transaction, before: RunRow, after: RunRow) -> bool:
    """Move a run on, unless another worker did or it was stopped; tell whether it did."""
    chosen = SURVEY_RUN.c
    changed = sa.update(SURVEY_RUN).where(
        chosen.shop == before.shop, chosen.name == before.name, chosen.state == RUNNING,
        chosen.position == before.position, chosen.started_at == before.started_at,
        chosen.next_at.is_not_distinct_from(before.next_at), chosen.page_after.is_not_distinct_from(before.page_after),
    ).values(position=after.position, next_at=after.next_at, page_after=after.page_after)  # fmt: skip
    return transaction.core(changed).rowcount == 1


def _row(row: Any) -> RunRow:
    held = row._asdict()
    return RunRow(**{**held, "plan": read_plan(held["plan"])})
