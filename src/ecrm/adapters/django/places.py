"""Where the CRM of a project lives, by the database its shop has.

On PostgreSQL in the shop's own database, on SQLite in a file beside the shop's; anywhere else it needs a
database of its own, which `ECRM["URL"]` names.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa
from django.db import connections

from ecrm.adapters.django.config import Config
from ecrm.errors import SetupError

__all__ = ["Place", "find_place", "name_of", "postgresql_url", "sqlite_urls"]

_NOT_LIBPQ = frozenset(
    {"assume_role", "client_encoding", "context", "cursor_factory", "isolation_level", "pool", "server_side_binding"}
)


@attrs.frozen
class Place:
    """Be where a CRM lives.

    Args:
        url: Of its database.
        host: Of the shop's own SQLite file, which gets the inbox; None where there is none.
        joins: Whether what is emitted shares the transactions of the shop's database.
        scratch: A directory that goes with the CRM, for a shop's database that is in memory, as in tests.
    """

    url: str = attrs.field(repr=False)
    host: str | None = attrs.field(default=None, repr=False)
    joins: bool = True
    scratch: tempfile.TemporaryDirectory[str] | None = attrs.field(default=None, repr=False)


def name_of(config: Config) -> str:
    """Say which database the shop has at the moment: tests give it another name."""
    return str(connections[config.database].settings_dict["NAME"])


def find_place(config: Config) -> Place:
    """Find where the CRM lives.

    Raises:
        SetupError: The shop's database is neither PostgreSQL nor SQLite, and the CRM has none of its own.
    """
    connection = connections[config.database]
    if connection.vendor == "sqlite" and (config.url is None or config.url.startswith("sqlite")):
        return _beside(str(connection.settings_dict["NAME"]), config.url)
    if config.url is not None:
        return Place(config.url, joins=connection.vendor == "postgresql" and _is_same(config.url, connection))
    if connection.vendor == "postgresql":
        return Place(postgresql_url(connection.settings_dict))
    message = f'ecrm can not live in {connection.display_name}: give it a database of its own, ECRM = {{"URL": "…"}}'
    raise SetupError(message)


def _is_same(url: str, connection: Any) -> bool:
    try:
        named = sa.make_url(url)
    except sa.exc.ArgumentError:
        return False
    own = sa.make_url(postgresql_url(connection.settings_dict))
    where = ("host", "port", "database")
    return named.get_backend_name() == "postgresql" and all(
        (getattr(named, part) or None) == (getattr(own, part) or None) for part in where
    )


def _beside(name: str, url: str | None) -> Place:
    if "mode=memory" in name or ":memory:" in name:
        # As a test has it. Only what is shared, as `file:…&cache=shared`, can be read beside Django.
        scratch = tempfile.TemporaryDirectory(prefix="ecrm-django-")
        shared = f"sqlite:///{name}&uri=true" if "cache=shared" in name else None
        return Place(f"sqlite:///{Path(scratch.name) / 'crm.sqlite3'}", shared, joins=bool(shared), scratch=scratch)
    own, host = sqlite_urls(name)
    return Place(url or own, host)


def sqlite_urls(name: str) -> tuple[str, str]:
    """Give the URLs of the CRM's file and of the shop's.

    >>> sqlite_urls("/srv/shop/db.sqlite3")[0]
    'sqlite:////srv/shop/db.ecrm.sqlite3'
    """
    file = Path(name.removeprefix("file:").partition("?")[0]).absolute()
    beside = file.with_name(f"{file.stem}.ecrm{file.suffix or '.sqlite3'}")
    return f"sqlite:///{beside}", f"sqlite:///{file}"


def postgresql_url(held: Mapping[str, Any]) -> str:
    """Give the URL of a database as Django's settings name it.

    Args:
        held: An entry of DATABASES: NAME, USER, PASSWORD, HOST, PORT, OPTIONS.

    >>> postgresql_url({"NAME": "shop", "USER": "shop", "PASSWORD": "s@cret", "HOST": "db.example", "PORT": "5433"})
    'postgresql+psycopg://shop:s%40cret@db.example:5433/shop'
    """
    host = held.get("HOST") or None
    options = {
        name: str(value)
        for name, value in (held.get("OPTIONS") or {}).items()
        if name not in _NOT_LIBPQ and isinstance(value, str | int)
    }
    if host is not None and host.startswith("/"):
        # A directory of sockets has no place among the parts of an address.
        options, host = options | {"host": host}, None
    return sa.URL.create(
        "postgresql+psycopg",
        held.get("USER") or None,
        held.get("PASSWORD") or None,
        host,
        int(held["PORT"]) if held.get("PORT") else None,
        held.get("NAME") or None,
        options,
    ).render_as_string(hide_password=False)
