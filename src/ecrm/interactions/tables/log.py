"""The log of interactions: append, find, and what was voided. Timelines are read in `paging`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.coding import Coder
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Retry, Transaction
from ecrm.database.types import Id, Instant, Json, Key, id_of, moment
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables.position import next_positions
from ecrm.values.personal import impersonal, personal

__all__ = ["APPENDED", "INTERACTION", "READ_COLUMNS", "VOID"]

INTERACTION = sa.Table(
    "ecrm_interaction",
    METADATA,
    # On SQLite the position is the rowid: its one writer hands them out in order of commit.
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("shop", Key, nullable=False),
    sa.Column("id", Id, nullable=False),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("kind", Key, nullable=False, info=impersonal()),
    sa.Column("channel", Key, info=impersonal()),
    sa.Column("is_live", sa.Boolean, nullable=False),
    sa.Column("source", Key, nullable=False, info=impersonal()),
    sa.Column("source_id", Key, nullable=False, info=personal("activity", "store each event once", mask="id")),
    sa.Column("body", Json, nullable=False, info=personal("activity", "serve the customer, keep books")),
    sa.Column("context", Json, info=personal("device", "tell where it came from, and keep abuse away")),
    sa.Index("ecrm_interaction_source_uq", "shop", "source", "source_id", unique=True),
    sa.Index("ecrm_interaction_profile_ix", "shop", "profile_id", "at", "id"),
    sa.Index("ecrm_interaction_id_uq", "shop", "id", unique=True),
    # What a survey comes to is read from its answers, without the rest of the log.
    sa.Index(
        "ecrm_interaction_survey_ix", "shop", "at",
        sqlite_where=sa.text("kind = 'Survey Answered'"), postgresql_where=sa.text("kind = 'Survey Answered'"),
    ),
    sqlite_autoincrement=True,
)  # fmt: skip
VOID = sa.Table(
    "ecrm_void",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("profile_id", Id, primary_key=True),
    sa.Column("interaction_id", Id, primary_key=True),
    sa.Column("voided_by", Id, nullable=False),
)
APPENDED = (
    "id",
    "profile_id",
    "at",
    "recorded_at",
    "kind",
    "channel",
    "is_live",
    "source",
    "source_id",
    "body",
    "context",
)
READ_COLUMNS = (
    "id",
    "kind",
    "at",
    "channel",
    "source",
    "source_id",
    "profile_id",
    "position",
    "recorded_at",
    "is_live",
    "body",
    "context",
)
_COLUMNS = ("position", "shop", *APPENDED)
_CODER = Coder([INTERACTION.c[name] for name in _COLUMNS])
_INSERT = f"INSERT INTO ecrm_interaction ({', '.join(_COLUMNS)}) VALUES ({{}})"
_COPY = f"COPY ecrm_interaction ({', '.join(_COLUMNS)}) FROM STDIN"
_UNIQUE_VIOLATION = "23505"
_BY_KEY = Lookup(INTERACTION, ("shop", "source", "source_id"), READ_COLUMNS)
_BY_ID = Lookup(INTERACTION, ("shop", "id"), READ_COLUMNS)
_BY_PROFILE = Lookup(INTERACTION, ("shop", "profile_id"), READ_COLUMNS)
_VOIDS = Lookup(VOID, ("shop", "profile_id"), ("interaction_id",))
_PUT_VOID = Put(VOID, ("shop", "profile_id", "interaction_id"), ("shop", "profile_id", "interaction_id", "voided_by"))


def append(transaction: Transaction, shop: str, rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """Append interactions that are not there; give their positions, rising in the order given.

    Args:
        transaction: A transaction that holds the shop's lock.
        shop: Whose.
        rows: Values of `APPENDED`, body and context as JSON text.

    Raises:
        Retry: One of them has come to be there meanwhile.
    """
    positions = next_positions(transaction, len(rows))
    placed = [(position, shop, *row) for position, row in zip(positions, rows, strict=True)]
    coder = _CODER.encoded(transaction.dialect, placed)
    if transaction.is_sqlite:
        transaction.run_many(_INSERT.format(", ".join("?" * len(_COLUMNS))), coder)
        return positions
    try:
        with transaction.driver.cursor().copy(_COPY) as copy:
            for row in coder:
                copy.write_row(row)
    except Exception as error:
        if getattr(error, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise Retry from error
        raise
    return positions


def find_stored(transaction: Transaction, shop: str, keys: Collection[tuple[str, str]]) -> list[Interaction]:
    """Find interactions by (source, source id)."""
    return [interaction(row) for row in _BY_KEY.rows(transaction, [(shop, *key) for key in keys])]


def find_interactions(transaction: Transaction, shop: str, ids: Collection[UUID]) -> list[Interaction]:
    """Find interactions by id."""
    return [interaction(row) for row in _BY_ID.rows(transaction, [(shop, id_) for id_ in ids])]


def interactions_of(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> Iterator[Interaction]:
    """Give all interactions of profiles that are not voided, in no order."""
    voided = voided_ids(transaction, shop, profiles)
    for row in _BY_PROFILE.rows(transaction, [(shop, id_) for id_ in profiles]):
        if row[0] not in voided:
            yield interaction(row)


def voided_ids(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> set[UUID]:
    """Give the ids of the profiles' voided interactions."""
    return {row[0] for row in _VOIDS.rows(transaction, [(shop, id_) for id_ in profiles])}


def put_void(transaction: Transaction, shop: str, interaction: Interaction, voided_by: UUID) -> None:
    """Mark an interaction as voided by another."""
    _PUT_VOID.run(transaction, [(shop, interaction.profile_id, interaction.id, voided_by)])


def interaction(row: Sequence[Any]) -> Interaction:
    """Make an interaction of values of `READ_COLUMNS`, and whether it is voided where that follows."""
    (id_, kind, at, channel, source, source_id, profile, position, recorded_at, is_live, body, context, *rest) = row
    return Interaction(
        id_, kind, at, channel, source, source_id, profile, position, recorded_at, is_live,
        _decode(body)[0], _decode(context)[0] if context else {}, bool(rest and rest[0]),
    )  # fmt: skip


def interaction_sqlite(row: Sequence[Any], profile_of: Mapping[bytes, UUID], voided: Collection[UUID]) -> Interaction:
    """Make an interaction of values of `READ_COLUMNS` as SQLite stores them."""
    id_, kind, at, channel, source, source_id, profile, position, recorded_at, is_live, body, context = row
    own = id_of(id_)
    return Interaction(
        own, kind, moment(at), channel, source, source_id, profile_of[profile], position, moment(recorded_at),
        is_live == 1, _decode(body)[0], _decode(context)[0] if context else {}, own in voided,
    )  # fmt: skip


# What stands in our own columns needs no check for what is around it.
_decode = json.JSONDecoder().raw_decode
