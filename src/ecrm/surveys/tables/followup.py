"""What customers did, for many at once: who answered, who was asked, who bought, what happened; a query each.

Everything hangs on profiles; it is given by the customer they belong to now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.model.claim import KINDS
from ecrm.customers.tables.profile import PROFILE
from ecrm.database.transaction import Transaction
from ecrm.interactions.tables.log import INTERACTION, VOID
from ecrm.interactions.tables.orders import ORDER
from ecrm.surveys.tables.invitation import ANSWERED, EXPIRED, INVITED, SURVEY_INVITATION

__all__ = ["AnswerRow", "DeedRow", "OrderRow"]

# A visitor, or an order of nobody, can not be followed.
_NAMELESS = tuple(sorted(kind.name for kind in KINDS.values() if kind.is_weak))


class AnswerRow(NamedTuple):
    """An answer: whose, when, what it scored; `is_named` tells whether anybody could know them again."""

    customer_id: UUID
    at: dt.datetime
    kind: str | None
    score: str | None
    is_named: bool


class OrderRow(NamedTuple):
    """An order that counts, as it stands: `refunded` is by currency, in all and of the revenue, in minor units."""

    customer_id: UUID
    at: dt.datetime
    currency: str | None
    revenue_minor: int
    refunded: dict[str, list[int]]


class DeedRow(NamedTuple):
    """An event of a customer."""

    customer_id: UUID
    at: dt.datetime
    kind: str
    channel: str | None


def answers_to(transaction: Transaction, shop: str, survey: str) -> Iterator[AnswerRow]:
    """Give the answers to a survey that are not voided, in no order."""
    log, whose = INTERACTION.c, PROFILE.c
    # Written out, so that a partial index of answers serves.
    is_answer = log.kind == sa.literal_column("'Survey Answered'")
    is_named = sa.case((whose.kind.not_in(_NAMELESS), sa.true()), else_=_has_name(whose.customer_id))
    query = _happened(log.at, _within("kind"), _within("score"), is_named)
    query = query.where(log.shop == shop, is_answer, _within("survey_id") == survey)
    for row in transaction.core(query):
        score = None if row[3] is None else str(row[3])
        yield AnswerRow(row[0], row[1], row[2], score, bool(row[4]))


def asked_of(transaction: Transaction, shop: str, survey: str) -> Iterator[tuple[UUID, dt.datetime]]:
    """Give who was asked and when: by an invitation that went, or as another program told."""
    chosen = SURVEY_INVITATION.c
    query = sa.select(chosen.customer_id, chosen.asked_at).where(
        chosen.shop == shop, chosen.survey == survey, chosen.customer_id.is_not(None), chosen.asked_at.is_not(None),
        chosen.state.in_((INVITED, ANSWERED, EXPIRED)),
    )  # fmt: skip
    for row in transaction.core(query):
        yield row[0], row[1]
    log = INTERACTION.c
    told = _happened(log.at).where(log.shop == shop, log.kind == "Survey Sent", _within("survey_id") == survey)
    for row in transaction.core(told):
        yield row[0], row[1]


def first_orders(transaction: Transaction, shop: str) -> Iterator[tuple[UUID, dt.datetime]]:
    """Give when each customer who is somebody bought for the first time; what was cancelled is no order."""
    order, whose = ORDER.c, PROFILE.c
    first = sa.func.min(order.placed_at, type_=order.placed_at.type)
    query = (
        sa.select(whose.customer_id, first)
        .select_from(_orders())
        .where(order.shop == shop, *_counts(), sa.or_(whose.kind.not_in(_NAMELESS), _has_name(whose.customer_id)))
        .group_by(whose.customer_id)
    )
    for row in transaction.core(query):
        yield row[0], row[1]


def orders_after(transaction: Transaction, shop: str, since: dt.datetime) -> Iterator[OrderRow]:
    """Give the orders that count and were placed after a time, in no order."""
    order = ORDER.c
    # Hardly any order was refunded: to take nothing apart for the others is a third of the time.
    refunded = sa.case((sa.cast(order.refunded, sa.Text) == "{}", sa.null()), else_=order.refunded)
    query = (
        sa.select(PROFILE.c.customer_id, order.placed_at, order.currency, order.revenue_minor, refunded)
        .select_from(_orders())
        .where(order.shop == shop, order.placed_at > since, *_counts())
    )
    for row in transaction.core(query):
        customer_id, at, currency, revenue_minor, given_back = row
        yield OrderRow(customer_id, at, currency, revenue_minor, given_back or {})


def deeds_after(transaction: Transaction, shop: str, kinds: Collection[str], since: dt.datetime) -> Iterator[DeedRow]:
    """Give the events of some kinds that happened at a time or after it and are not voided, in no order."""
    log = INTERACTION.c
    query = _happened(log.at, log.kind, log.channel).where(
        log.shop == shop, log.kind.in_(sorted(kinds)), log.at >= since
    )
    for row in transaction.core(query):
        yield DeedRow(*row)


def _happened(*columns: Any) -> sa.Select[Any]:
    """Read the log with whose it is, without what was voided."""
    log, whose, void = INTERACTION.c, PROFILE.c, VOID.c
    known = sa.join(INTERACTION, PROFILE, sa.and_(whose.shop == log.shop, whose.id == log.profile_id))
    is_void = sa.and_(void.shop == log.shop, void.profile_id == log.profile_id, void.interaction_id == log.id)
    return (
        sa.select(whose.customer_id, *columns)
        .select_from(sa.outerjoin(known, VOID, is_void))
        .where(void.interaction_id.is_(None))
    )


def _orders() -> sa.Join:
    return sa.join(ORDER, PROFILE, sa.and_(PROFILE.c.shop == ORDER.c.shop, PROFILE.c.id == ORDER.c.profile_id))


def _counts() -> tuple[Any, Any]:
    return ORDER.c.placed_at.is_not(None), ORDER.c.cancelled_at.is_(None)


def _within(field: str) -> Any:
    """Read a field of an event's body as text; both databases write it so."""
    return INTERACTION.c.body.op("->>", return_type=sa.Text())(sa.literal_column(f"'{field}'"))


def _has_name(customer_id: Any) -> Any:
    other = PROFILE.alias("other")
    return (
        sa.select(sa.true())
        .where(other.c.shop == PROFILE.c.shop, other.c.customer_id == customer_id, other.c.kind.not_in(_NAMELESS))
        .correlate(PROFILE)
        .exists()
    )
