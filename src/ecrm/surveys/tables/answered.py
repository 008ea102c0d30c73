"""Whole answers, as they are given out: in the order they were given, with who gave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.tables.profile import PROFILE
from ecrm.database.transaction import Transaction
from ecrm.interactions.tables.log import INTERACTION, VOID

__all__ = ["Told"]


class Told(NamedTuple):
    """An answer as it is on the log, and the identity it came by."""

    customer_id: UUID
    identity: tuple[str, str]
    at: dt.datetime
    source: str
    source_id: str
    channel: str | None
    body: dict[str, Any]
    context: dict[str, Any]

    def __repr__(self) -> str:
        return "<Told>"


def told_answers(
    transaction: Transaction, shop: str, survey: str, since: dt.datetime | None, until: dt.datetime | None
) -> Iterator[Told]:
    """Give the answers to a survey that are not voided, the oldest first.

    Args:
        transaction: Where they are.
        shop: Whose.
        survey: The key of the survey.
        since: Only from this time on.
        until: Only before this time.
    """
    log, whose, void = INTERACTION.c, PROFILE.c, VOID.c
    known = sa.join(INTERACTION, PROFILE, sa.and_(whose.shop == log.shop, whose.id == log.profile_id))
    is_void = sa.and_(void.shop == log.shop, void.profile_id == log.profile_id, void.interaction_id == log.id)
    query = (
        sa.select(whose.customer_id, whose.kind, whose.value, log.at, log.source, log.source_id, log.channel, log.body,
                  log.context)
        .select_from(sa.outerjoin(known, VOID, is_void))
        .where(log.shop == shop, log.kind == sa.literal_column("'Survey Answered'"), void.interaction_id.is_(None),
               log.body.op("->>", return_type=sa.Text())(sa.literal_column("'survey_id'")) == survey)
        .order_by(log.at, log.source, log.source_id)
    )  # fmt: skip
    if since is not None:
        query = query.where(log.at >= since)
    if until is not None:
        query = query.where(log.at < until)
    for row in transaction.core(query):
        customer_id, kind, value, at, source, source_id, channel, body, context = row
        yield Told(customer_id, (kind, value), at, source, source_id, channel, body, context or {})
