"""The journal of effects: what was applied, why and when; one row makes sure it is applied once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Key
from ecrm.values.personal import impersonal, personal

__all__ = ["EFFECT", "EffectRow"]

EFFECT = sa.Table(
    "ecrm_effect",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("reaction", Key, primary_key=True, info=impersonal()),
    sa.Column("cause_id", Id, primary_key=True),
    sa.Column("name", Key, primary_key=True, info=personal("activity", "do each thing once")),
    sa.Column("kind", Key, nullable=False, info=impersonal()),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("applied_at", Instant, nullable=False),
    sa.Index("ecrm_effect_profile_ix", "shop", "profile_id"),
)
_KEY = ("shop", "reaction", "cause_id", "name")
_COLUMNS = (*_KEY, "kind", "profile_id", "applied_at")
_PUT = Put(EFFECT, _KEY, _COLUMNS, returning=_KEY)


class EffectRow(NamedTuple):
    """One effect, applied."""

    shop: str
    reaction: str
    cause_id: UUID
    name: str
    kind: str
    profile_id: UUID
    applied_at: dt.datetime


def journal(transaction: Transaction, rows: Sequence[EffectRow]) -> set[tuple[str, str, UUID, str]]:
    """Write down effects; give the keys of those that were not applied before."""
    return {(row[0], row[1], row[2], row[3]) for row in _PUT.run(transaction, rows)}
