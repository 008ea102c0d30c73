"""The purposes a shop declared for itself, and the texts it lets customers agree to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection

import attrs
import sqlalchemy as sa

from ecrm.consent.model.purpose import ConsentText, Purpose
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Json, Key
from ecrm.values.personal import impersonal

__all__ = ["CONSENT_TEXT", "PURPOSE"]

PURPOSE = sa.Table(
    "ecrm_purpose",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("declared", Json, nullable=False, info=impersonal()),
    sa.Column("at", Instant, nullable=False),
)
CONSENT_TEXT = sa.Table(
    "ecrm_consent_text",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("purpose", Key, primary_key=True, info=impersonal()),
    sa.Column("version", Key, primary_key=True, info=impersonal()),
    sa.Column("language", Key, primary_key=True, info=impersonal()),
    sa.Column("text", sa.Text, nullable=False, info=impersonal()),
    sa.Column("published_at", Instant, nullable=False),
)
_OF_SHOP = Lookup(PURPOSE, ("shop",), ("declared",))
_SAVE = Put(PURPOSE, ("shop", "name"), ("shop", "name", "declared", "at"), merge={"declared": "set", "at": "set"})
_TEXT_COLUMNS = ("purpose", "version", "language", "text")
_TEXTS_OF_SHOP = Lookup(CONSENT_TEXT, ("shop",), _TEXT_COLUMNS)
_TEXTS = Lookup(CONSENT_TEXT, ("shop", "purpose", "version"), _TEXT_COLUMNS)
_PUBLISH = Put(
    CONSENT_TEXT,
    ("shop", "purpose", "version", "language"),
    ("shop", *_TEXT_COLUMNS, "published_at"),
)


def declared_purposes(transaction: Transaction, shop: str) -> dict[str, Purpose]:
    """Give the purposes a shop declared, by name."""
    found = (Purpose(**json.loads(row[0])) for row in _OF_SHOP.rows(transaction, [(shop,)]))
    return {purpose.name: purpose for purpose in found}


def save_purpose(transaction: Transaction, shop: str, purpose: Purpose, at: dt.datetime) -> None:
    """Keep a declaration; the newer one holds."""
    _SAVE.run(transaction, [(shop, purpose.name, json.dumps(attrs.asdict(purpose)), at)])


def texts_of(transaction: Transaction, shop: str, versions: Collection[tuple[str, str]]) -> list[ConsentText]:
    """Give the texts of (purpose, version), in every language."""
    return [ConsentText(*row) for row in _TEXTS.rows(transaction, [(shop, *key) for key in versions])]


def all_texts(transaction: Transaction, shop: str) -> list[ConsentText]:
    """Give every text a shop has published."""
    return sorted((ConsentText(*row) for row in _TEXTS_OF_SHOP.rows(transaction, [(shop,)])), key=attrs.astuple)


def publish_text(transaction: Transaction, shop: str, text: ConsentText, at: dt.datetime) -> None:
    """Keep a text; one that is there is never changed."""
    _PUBLISH.run(transaction, [(shop, text.purpose, text.version, text.language, text.text, at)])
