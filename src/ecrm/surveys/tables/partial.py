"""Answers that are not finished: kept until they are, so that who returns goes on where they stopped."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.values.open_values import thaw
from ecrm.values.personal import personal

__all__ = ["SURVEY_PARTIAL"]

SURVEY_PARTIAL = sa.Table(
    "ecrm_survey_partial",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("invitation_id", Id, primary_key=True),
    sa.Column("profile_id", Id),
    sa.Column("answers", Json, nullable=False, info=personal("content", "let them go on where they stopped")),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ecrm_survey_partial_profile_ix", "shop", "profile_id"),
)
_PUT = Put(
    SURVEY_PARTIAL, ("shop", "invitation_id"), ("shop", "invitation_id", "profile_id", "answers", "at"),
    merge={"profile_id": "set", "answers": "set", "at": "set"},
)  # fmt: skip
_FIND = Lookup(SURVEY_PARTIAL, ("shop", "invitation_id"), ("answers",))
_DROP = Drop(SURVEY_PARTIAL, ("shop", "invitation_id"))


def save_partial(
    transaction: Transaction,
    shop: str,
    key: tuple[UUID, UUID | None],
    answers: Mapping[str, Any],
    at: dt.datetime,
) -> None:
    """Keep the answers so far.

    Args:
        transaction: Where.
        shop: Whose.
        key: The invitation, and the profile it was sent to.
        answers: Checked.
        at: When they were given.
    """
    _PUT.run(transaction, [(shop, *key, json.dumps(thaw(answers)), at)])


def partial_of(transaction: Transaction, shop: str, invitation_id: UUID) -> dict[str, Any]:
    """Give the answers so far; none where there are none."""
    found = _FIND.rows(transaction, [(shop, invitation_id)])
    return dict(json.loads(found[0][0])) if found else {}


def drop_partial(transaction: Transaction, shop: str, invitation_id: UUID) -> None:
    """Forget the answers so far: they are finished, or will never be."""
    _DROP.run(transaction, [(shop, invitation_id)])
