"""Templates: every version that was written, and which of them are live."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from typing import Any

import attrs
import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Json, Key
from ecrm.messages.model.template import Template
from ecrm.values.personal import impersonal, personal

__all__ = ["TEMPLATE"]

TEMPLATE = sa.Table(
    "ecrm_template",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("channel", Key, primary_key=True, info=impersonal()),
    sa.Column("language", Key, primary_key=True, info=impersonal()),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("state", Key, nullable=False, info=impersonal()),
    sa.Column(
        "author", sa.Text, nullable=False, info=personal("staff", "know who wrote and approved what customers are told")
    ),
    sa.Column("approved_by", sa.Text, info=personal("staff", "know who wrote and approved what customers are told")),
    sa.Column("at", Instant, nullable=False),
    sa.Column("body", Json, nullable=False, info=impersonal()),
)
_KEY = ("shop", "name", "channel", "language", "version")
_COLUMNS = ("name", "channel", "language", "version", "state", "author", "body")
_BY_NAME = Lookup(TEMPLATE, ("shop", "name"), _COLUMNS)
_OF_SHOP = Lookup(TEMPLATE, ("shop",), _COLUMNS)
_INSERT = Put(TEMPLATE, _KEY, (*_KEY, "state", "author", "at", "body"))
_STATE = Change(TEMPLATE, _KEY, ("state", "approved_by"))
_OWN = frozenset({"name", "channel", "language", "version", "state", "author"})


def versions_of(transaction: Transaction, shop: str, name: str | None = None) -> list[Template]:
    """Give every version of a template, or of all, the oldest first."""
    rows = _OF_SHOP.rows(transaction, [(shop,)]) if name is None else _BY_NAME.rows(transaction, [(shop, name)])
    return sorted(map(_template, rows), key=lambda one: (one.name, one.channel, one.language, one.version))


def live_templates(transaction: Transaction, shop: str, names: Collection[str]) -> list[Template]:
    """Give the versions of some templates that are live, one for each channel and language."""
    rows = _BY_NAME.rows(transaction, [(shop, name) for name in names])
    return [_template(row) for row in rows if row[4] == "live"]


def insert_template(transaction: Transaction, shop: str, template: Template, at: dt.datetime) -> None:
    """Keep a version that is new."""
    body = {name: value for name, value in attrs.asdict(template).items() if name not in _OWN}
    key = (shop, template.name, template.channel, template.language, template.version)
    _INSERT.run(transaction, [(*key, template.state, template.author, at, json.dumps(body))])


def set_state(transaction: Transaction, shop: str, template: Template, approved_by: str | None) -> None:
    """Write the state of a version, and who approved it."""
    key = (shop, template.name, template.channel, template.language, template.version)
    _STATE.run(transaction, [(*key, template.state, approved_by)])


def _template(row: tuple[Any, ...]) -> Template:
    name, channel, language, version, state, author, body = row
    return Template(
        name=name, channel=channel, language=language, version=version, state=state, author=author, **json.loads(body)
    )
