"""Invitations: who is asked what and when, by the hash of whose token, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Key
from ecrm.messages.tables.message import FAILED, MESSAGE, SENT, SUPPRESSED, UNCERTAIN
from ecrm.values.personal import impersonal, personal

__all__ = ["SURVEY_INVITATION", "InvitationRow"]

PLANNED, ASKED, INVITED, ANSWERED, EXPIRED, SKIPPED = "planned", "asked", "sent", "answered", "expired", "skipped"
OPEN = frozenset({ASKED, INVITED})
STATES = (PLANNED, ASKED, INVITED, ANSWERED, EXPIRED, SKIPPED)
_KNOW = "know who was asked what, and ask nobody too often"
SURVEY_INVITATION = sa.Table(
    "ecrm_survey_invitation",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    # Whoever answers by a link that is for everybody is nobody until they did.
    sa.Column("profile_id", Id),
    sa.Column("customer_id", Id),
    sa.Column("survey", Key, nullable=False, info=impersonal()),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("run", Key, info=impersonal()),
    sa.Column("cause", Id, nullable=False),
    sa.Column("order_id", Key, info=personal("activity", _KNOW, mask="id")),
    sa.Column("location_id", Key, info=personal("activity", _KNOW)),
    sa.Column("state", Key, nullable=False, info=personal("activity", _KNOW)),
    sa.Column("reason", sa.Text, info=personal("activity", _KNOW)),
    sa.Column("due_at", Instant),
    sa.Column("asked_at", Instant),
    sa.Column("expires_at", Instant),
    sa.Column("viewed_at", Instant),
    sa.Column("answered_at", Instant),
    sa.Column("reminders", sa.BigInteger, nullable=False),
    sa.Column("message_id", Id),
    sa.Column("token_hash", sa.LargeBinary, info=impersonal()),
    # Answers that are not finished go when the invitation ends; how far they went stays.
    sa.Column("reached", Key, info=personal("activity", _KNOW)),
    sa.Index("ecrm_survey_invitation_cause_uq", "shop", "cause", unique=True),
    sa.Index("ecrm_survey_invitation_customer_ix", "shop", "customer_id", "asked_at"),
    sa.Index("ecrm_survey_invitation_profile_ix", "shop", "profile_id"),
    sa.Index("ecrm_survey_invitation_run_ix", "shop", "survey", "state"),
    sa.Index(
        "ecrm_survey_invitation_due_ix", "due_at", "id",
        sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"),
    ),
    sa.Index(
        "ecrm_survey_invitation_asked_ix", "message_id",
        sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"),
    ),
)  # fmt: skip
_COLUMNS = tuple(column.name for column in SURVEY_INVITATION.columns)
_CHANGING = (
    "profile_id", "customer_id", "version", "state", "reason", "due_at", "asked_at", "expires_at", "viewed_at",
    "answered_at", "reminders", "message_id", "token_hash", "reached",
)  # fmt: skip
_INSERT = Put(SURVEY_INVITATION, ("shop", "cause"), _COLUMNS, returning=("id",))
_CHANGE = Change(SURVEY_INVITATION, ("shop", "id"), _CHANGING)
_BY_ID = Lookup(SURVEY_INVITATION, ("shop", "id"), _COLUMNS)


@attrs.frozen(kw_only=True, repr=False)
class InvitationRow:
    """An invitation as it is kept; times are UTC."""

    shop: str
    id: UUID
    profile_id: UUID | None = None
    customer_id: UUID | None = None
    survey: str
    version: int = 0
    run: str | None = None
    cause: UUID
    order_id: str | None = None
    location_id: str | None = None
    state: str = PLANNED
    reason: str | None = None
    due_at: dt.datetime | None = None
    asked_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    viewed_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    reminders: int = 0
    message_id: UUID | None = None
    token_hash: bytes | None = None
    reached: str | None = None

    def __repr__(self) -> str:
        return f"<InvitationRow {self.id} {self.state}>"


def insert_invitations(transaction: Transaction, rows: Sequence[InvitationRow]) -> int:
    """Keep invitations that are new by their cause; give how many were."""
    return len(_INSERT.run(transaction, [tuple(getattr(row, name) for name in _COLUMNS) for row in rows]))


def save_invitations(transaction: Transaction, rows: Sequence[InvitationRow]) -> None:
    """Write what changed of invitations this transaction holds."""
    _CHANGE.run(transaction, [(row.shop, row.id, *(getattr(row, name) for name in _CHANGING)) for row in rows])


def find_invitation(transaction: Transaction, shop: str, id_: UUID) -> InvitationRow | None:
    """Give an invitation as it stands."""
    found = _BY_ID.rows(transaction, [(shop, id_)])
    return InvitationRow(**dict(zip(_COLUMNS, found[0], strict=True))) if found else None


def hold_invitation(transaction: Transaction, shop: str, id_: UUID) -> InvitationRow | None:
    """Give an invitation; held until the transaction ends, so that of many who answer it one wins."""
    if transaction.is_sqlite:
        return find_invitation(transaction, shop, id_)
    chosen = SURVEY_INVITATION.c
    query = sa.select(*chosen).where(chosen.shop == shop, chosen.id == id_)
    row = transaction.core(query.with_for_update()).first()
    return None if row is None else _row(row)


def due_invitations(transaction: Transaction, now: dt.datetime, limit: int, *, holds: bool) -> list[InvitationRow]:
    """Give invitations of which something is due, the longest first.

    Args:
        transaction: Where they are.
        now: The time.
        limit: How many at most.
        holds: Whether they are held until the transaction ends; those another worker holds are left out.
    """
    chosen = SURVEY_INVITATION.c
    query = sa.select(*chosen).where(chosen.due_at <= now).order_by(chosen.due_at, chosen.id).limit(limit)
    if holds and not transaction.is_sqlite:
        query = query.with_for_update(skip_locked=True)
    return [_row(row) for row in transaction.core(query)]


def next_due(transaction: Transaction, after: dt.datetime) -> dt.datetime | None:
    """Give when something of an invitation is due next, after a time."""
    due_at = SURVEY_INVITATION.c.due_at
    found: dt.datetime | None = transaction.core(sa.select(sa.func.min(due_at)).where(due_at > after)).scalar_one()
    return found


def told_of(transaction: Transaction, limit: int, *, holds: bool = True) -> list[tuple[InvitationRow, str, Any]]:
    """Give invitations whose message went, or never will: each with the message's state and trail.

    Args:
        transaction: Where they are.
        limit: How many at most.
        holds: Whether they are held until the transaction ends.
    """
    chosen = SURVEY_INVITATION.c
    query = (
        sa.select(*chosen, MESSAGE.c.state.label("message_state"), MESSAGE.c.trail.label("message_trail"))
        .join(MESSAGE, sa.and_(MESSAGE.c.shop == chosen.shop, MESSAGE.c.id == chosen.message_id))
        .where(chosen.state == sa.literal_column("'asked'"),
               MESSAGE.c.state.in_((SENT, UNCERTAIN, SUPPRESSED, FAILED)))
        .limit(limit)
    )  # fmt: skip
    if holds and not transaction.is_sqlite:
        query = query.with_for_update(of=SURVEY_INVITATION, skip_locked=True)
    found = []
    for row in transaction.core(query):
        held = row._asdict()
        state, trail = held.pop("message_state"), held.pop("message_trail")
        found.append((InvitationRow(**held), state, trail))
    return found


def newest_asked(
    transaction: Transaction, shop: str, customers: Collection[UUID]
) -> dict[UUID, list[tuple[str, dt.datetime]]]:
    """Give when customers were asked each survey for the last time; what never went does not count."""
    chosen = SURVEY_INVITATION.c
    query = (
        sa.select(chosen.customer_id, chosen.survey, sa.func.max(chosen.asked_at, type_=chosen.asked_at.type))
        .where(chosen.shop == shop, chosen.customer_id.in_(sorted(customers)),
               chosen.asked_at.is_not(None), chosen.state != SKIPPED)
        .group_by(chosen.customer_id, chosen.survey)
    )  # fmt: skip
    found: dict[UUID, list[tuple[str, dt.datetime]]] = {}
    for customer, survey, at in transaction.core(query):
        found.setdefault(customer, []).append((survey, at))
    return found


def count_states(transaction: Transaction, shop: str) -> Mapping[str, Mapping[str, int]]:
    """Give how many invitations of each survey are in each state."""
    chosen = SURVEY_INVITATION.c
    query = sa.select(chosen.survey, chosen.state, sa.func.count()).where(chosen.shop == shop)
    found: dict[str, dict[str, int]] = {}
    for survey, state, count in transaction.core(query.group_by(chosen.survey, chosen.state)):
        found.setdefault(survey, {})[state] = count
    return found


def count_answers(transaction: Transaction, shop: str, run: str, since: dt.datetime) -> int:
    """Give how many answered what a run asked since it was started."""
    chosen = SURVEY_INVITATION.c
    query = sa.select(sa.func.count()).where(
        chosen.shop == shop, chosen.run == run, chosen.state == ANSWERED, chosen.asked_at >= since
    )
    return int(transaction.core(query).scalar_one())


def invitations_of(
    transaction: Transaction, shop: str, customer_id: UUID | None, survey: str | None, limit: int
) -> list[InvitationRow]:
    """Give invitations, the newest first: of a customer, of a survey, or all."""
    chosen = SURVEY_INVITATION.c
    query = sa.select(*chosen).where(chosen.shop == shop)
    if customer_id is not None:
        query = query.where(chosen.customer_id == customer_id)
    if survey is not None:
        query = query.where(chosen.survey == survey)
    return [_row(row) for row in transaction.core(query.order_by(chosen.id.desc()).limit(limit))]


def _row(row: Any) -> InvitationRow:
    return InvitationRow(**row._asdict())
