"""Versions of surveys: what is asked, in which state; a version that was live never changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Json, Key
from ecrm.values.personal import impersonal

__all__ = ["SURVEY", "VersionRow"]

DRAFT, LIVE, WITHDRAWN = "draft", "live", "withdrawn"
SURVEY = sa.Table(
    "ecrm_survey",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("key", Key, primary_key=True, info=impersonal()),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("state", Key, nullable=False, info=impersonal()),
    sa.Column("author", sa.Text, nullable=False, info=impersonal()),
    sa.Column("at", Instant, nullable=False),
    sa.Column("body", Json, nullable=False, info=impersonal()),
)
_PUT = Put(
    SURVEY, ("shop", "key", "version"), ("shop", "key", "version", "state", "author", "at", "body"),
    merge={"state": "set", "author": "set", "at": "set", "body": "set"},
)  # fmt: skip
_FIND = Lookup(SURVEY, ("shop", "key", "version"), ("key", "version", "state", "author", "at", "body"))


class VersionRow(NamedTuple):
    """A version as it is kept; `body` is its wire form."""

    key: str
    version: int
    state: str
    author: str
    at: dt.datetime
    body: Mapping[str, Any]


def hold_versions(transaction: Transaction, shop: str) -> None:
    """Let nobody else write or publish a survey of the shop until the transaction ends."""
    if not transaction.is_sqlite:
        transaction.run("SELECT pg_advisory_xact_lock(1701013874, hashtext(%s))", (shop,))


def save_version(transaction: Transaction, shop: str, row: VersionRow) -> None:
    """Keep a version that is new, or a draft that changed."""
    _PUT.run(transaction, [(shop, row.key, row.version, row.state, row.author, row.at, json.dumps(row.body))])


def versions_of(transaction: Transaction, shop: str, key: str | None = None) -> list[VersionRow]:
    """Give versions, of one survey or all: by key, the oldest first."""
    chosen = SURVEY.c
    query = sa.select(chosen.key, chosen.version, chosen.state, chosen.author, chosen.at, chosen.body)
    query = query.where(chosen.shop == shop).order_by(chosen.key, chosen.version)
    if key is not None:
        query = query.where(chosen.key == key)
    return [VersionRow(*row) for row in transaction.core(query)]


def find_version(transaction: Transaction, shop: str, key: str, version: int) -> VersionRow | None:
    """Give one version."""
    found = _FIND.rows(transaction, [(shop, key, version)])
    if not found:
        return None
    key, version, state, author, at, body = found[0]
    return VersionRow(key, version, state, author, at, json.loads(body))


def live_version(transaction: Transaction, shop: str, key: str) -> VersionRow | None:
    """Give the newest version that is live."""
    found = [row for row in versions_of(transaction, shop, key) if row.state == LIVE]
    return found[-1] if found else None
