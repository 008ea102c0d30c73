"""Where the CRM of a Flask program lives: as its config says, else beside what Flask-SQLAlchemy is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ecrm.errors import SetupError

__all__ = ["home_of", "is_same"]

_FILE = "crm.db"


def home_of(config: Mapping[str, Any], instance_path: str) -> tuple[str, str | None]:
    """Say which database the CRM is opened on, and in which file of the shop it puts an inbox.

    On PostgreSQL it lives in the shop's own database; on SQLite in a file beside the shop's. Beside another
    database, or none, it has a file in the instance folder.

    Args:
        config: The program's.
        instance_path: Its instance folder, where paths that are not absolute begin, as with Flask-SQLAlchemy.

    Raises:
        SetupError: A URL can not be read.

    >>> home_of({"SQLALCHEMY_DATABASE_URI": "postgresql://shop@localhost/shop"}, "/srv/instance")
    ('postgresql://shop@localhost/shop', None)
    >>> home_of({"SQLALCHEMY_DATABASE_URI": "sqlite:////srv/shop.db"}, "/srv/instance")
    ('sqlite:////srv/crm.db', 'sqlite:////srv/shop.db')
    """
    instance = Path(instance_path)
    said, host = config.get("ECRM_DATABASE"), config.get("ECRM_HOST")
    if said is not None:
        return _settled(_read(said), instance), None if host is None else _settled(_read(host), instance)
    shop = config.get("SQLALCHEMY_DATABASE_URI")
    url = None if shop is None else _read(shop)
    if url is not None and url.get_backend_name() == "postgresql":
        return url.render_as_string(hide_password=False), None
    file = None if url is None else _file_of(url, instance)
    if file is None:
        return f"sqlite:///{instance / _FILE}", None
    return f"sqlite:///{file.parent / _FILE}", f"sqlite:///{file}"


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two URLs of SQLAlchemy name one database.

    >>> is_same(sa.make_url("sqlite:///shop.db"), sa.make_url("sqlite:///./shop.db"))
    True
    """
    if one.get_backend_name() != other.get_backend_name():
        return False
    if one.get_backend_name() == "sqlite":
        return bool(one.database and other.database) and Path(one.database).resolve() == Path(other.database).resolve()
    return (one.host, one.port, one.database) == (other.host, other.port, other.database)


def _read(url: Any) -> sa.URL:
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError as error:
        message = "the database URL can not be read: give ECRM_DATABASE sqlite:///crm.db or postgresql+psycopg://…"
        raise SetupError(message) from error


def _settled(url: sa.URL, instance: Path) -> str:
    file = _file_of(url, instance)
    return url.render_as_string(hide_password=False) if file is None else f"sqlite:///{file}"


def _file_of(url: sa.URL, instance: Path) -> Path | None:
    named = url.database or ""
    is_file = url.get_backend_name() == "sqlite" and named not in {"", ":memory:"} and not named.startswith("file:")
    return instance / named if is_file else None
