"""From somebody to be asked to a message that asks them: the invitation, its token, the message."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from uuid import UUID

import attrs

from ecrm.customers.tables.profile import ProfileRow
from ecrm.database import Transaction
from ecrm.interactions.emitting import settled_wire
from ecrm.interactions.events import Event
from ecrm.interactions.recording import Kit
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.messages.model.message import Transactional
from ecrm.messages.requesting import request_of
from ecrm.messages.settling import who_of
from ecrm.surveys.model.plan import Plan
from ecrm.surveys.tables.invitation import ASKED, InvitationRow
from ecrm.surveys.tokens import Token, Tokens, hash_of

__all__ = ["PURPOSE", "asked", "message_of", "put_events", "reminded", "token_of"]

PURPOSE = "surveys"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def token_of(row: InvitationRow) -> Token:
    """Give what the token of an invitation says; it has a version and an end."""
    if row.expires_at is None:
        message = "an invitation that was not asked has no token"
        raise ValueError(message)
    return Token(row.shop, row.id, row.profile_id, row.survey, row.version, row.expires_at, row.location_id)


def asked(row: InvitationRow, version: int, plan: Plan, now: dt.datetime, message_id: UUID, tokens: Tokens
          ) -> InvitationRow:  # fmt: skip
    """Give an invitation as it is once it was asked.

    Args:
        row: As it was planned.
        version: Of the survey.
        plan: How it is asked.
        now: The time.
        message_id: The message that asks.
        tokens: Makes the token.
    """
    expires_at = (now + plan.expires).replace(microsecond=0)
    made = attrs.evolve(
        row, version=version, state=ASKED, reason=None, due_at=expires_at, asked_at=now, expires_at=expires_at,
        message_id=message_id,
    )  # fmt: skip
    return attrs.evolve(made, token_hash=hash_of(tokens.make(token_of(made))))


def reminded(row: InvitationRow, plan: Plan, message_id: UUID, tokens: Tokens) -> InvitationRow:
    """Give an invitation as it is once it was reminded of: with the next reminder due, or its end."""
    token = tokens.again(token_of(row), row.token_hash)
    made = attrs.evolve(row, reminders=row.reminders + 1, message_id=message_id, token_hash=hash_of(token))
    return attrs.evolve(made, due_at=next_due(made, plan))


def next_due(row: InvitationRow, plan: Plan) -> dt.datetime | None:
    """Give when something of an invitation that is out is due: its next reminder, else its end."""
    after = plan.reminder_after(row.reminders)
    if after is None or row.asked_at is None or row.expires_at is None:
        return row.expires_at
    return min(row.asked_at + after, row.expires_at)


def message_of(
    row: InvitationRow, profile: ProfileRow, plan: Plan, message_id: UUID, *, is_reminder: bool
) -> Event | None:
    """Give the event that asks for the message; None where nobody can be named by the profile."""
    who = who_of(profile.kind, profile.value)
    if who is None:
        return None
    message = Transactional(
        purpose=PURPOSE,
        template=plan.reminder_template if is_reminder else plan.template,
        reason=f"the survey {row.survey}",
        channel=plan.channel,
        language=plan.language,
        variables={"survey_invitation": str(row.id)},
        expires_at=row.expires_at,
    )
    return request_of(message, who, message_id)


def put_events(transaction: Transaction, shop: str, events: Sequence[Event], kit: Kit) -> None:
    """Put events into the inbox, to be recorded when, and only if, the transaction commits."""
    now = kit.now()
    inbox_table.put_events(transaction, shop, [_encode(settled_wire(event, now, kit)) for event in events], now)
