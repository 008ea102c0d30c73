"""Column types that mean the same on SQLite and PostgreSQL, and the codecs of the driver path.

A type says how a value is stored (DDL), how SQLAlchemy Core converts it (bind and result) and, for
statements that go straight to the driver, the same two functions as plain callables.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, SafeUUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

__all__ = ["Codec", "Day", "Id", "Instant", "Json", "Key", "Whole", "codec", "id_of", "micros", "moment"]

Codec = Callable[[Any], Any] | None
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_new_id, _set_id = object.__new__, object.__setattr__
_timedelta = dt.timedelta
_MICROSECOND = dt.timedelta(microseconds=1)


def micros(at: dt.datetime) -> int:
    """Turn an aware time into microseconds since 1970 UTC, as SQLite stores it.

    >>> micros(dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC))
    1000000
    """
    return (at - EPOCH) // _MICROSECOND


def moment(value: int) -> dt.datetime:
    """Turn microseconds since 1970 UTC into an aware time.

    >>> moment(1_000_000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    return EPOCH + _timedelta(0, 0, value)


class Portable(sa.types.TypeDecorator[Any]):
    """The base of our types: codecs for SQLite, natural values for PostgreSQL."""

    impl = sa.Text
    cache_ok = True
    array = "text"

    def sqlite_type(self) -> sa.types.TypeEngine[Any]:
        """Say how SQLite stores it."""
        return sa.Text()

    def postgresql_type(self) -> sa.types.TypeEngine[Any]:
        """Say how PostgreSQL stores it."""
        return sa.Text()

    def encoder(self, dialect: str) -> Codec:
        """Give the function to a stored value; None where it is stored as it is."""
        return None

    def decoder(self, dialect: str) -> Codec:
        """Give the function from a stored value; None where it comes as it is."""
        return None

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        kind = self.sqlite_type() if dialect.name == "sqlite" else self.postgresql_type()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        encode = self.encoder(dialect.name)
        return value if value is None or encode is None else encode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        decode = self.decoder(dialect.name)
        return value if value is None or decode is None else decode(value)


class Key(Portable):
    """Text that is compared byte by byte: shops, kinds, identities, ids of other systems."""

    cache_ok = True

    def postgresql_type(self) -> sa.types.TypeEngine[Any]:
        return sa.Text(collation="C")


class Id(Portable):
    """A UUIDv7; 16 bytes on SQLite."""

    cache_ok = True
    array = "uuid"

    def sqlite_type(self) -> sa.types.TypeEngine[Any]:
        return sa.LargeBinary(16)

    def postgresql_type(self) -> sa.types.TypeEngine[Any]:
        return postgresql.UUID(as_uuid=True)

    def encoder(self, dialect: str) -> Codec:
        return _id_bytes if dialect == "sqlite" else None

    def decoder(self, dialect: str) -> Codec:
        return id_of if dialect == "sqlite" else None


class Instant(Portable):
    """An aware time in UTC; integer microseconds on SQLite."""

    cache_ok = True
    array = "timestamptz"

    def sqlite_type(self) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger()

    def postgresql_type(self) -> sa.types.TypeEngine[Any]:
        return postgresql.TIMESTAMP(timezone=True)

    def encoder(self, dialect: str) -> Codec:
        return micros if dialect == "sqlite" else None

    def decoder(self, dialect: str) -> Codec:
        return moment if dialect == "sqlite" else None


class Day(Portable):
    """A calendar day; ISO text on SQLite."""

    cache_ok = True
    array = "date"

    def postgresql_type(self) -> sa.types.TypeEngine[Any]:
        return sa.Date()

    def encoder(self, dialect: str) -> Codec:
        return dt.date.isoformat if dialect == "sqlite" else None

    def decoder(self, dialect: str) -> Codec:
        return dt.date.fromisoformat if dialect == "sqlite" else None


class Whole(Portable):
    """A whole number that no sum outgrows: NUMERIC on PostgreSQL; on SQLite past 64 bits only its first digits."""

    cache_ok = True
    array = "numeric"

    def sqlite_type(self) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger()

    def postgresql_type(self) -> sa.types.TypeEngine[Any]:
        return sa.Numeric()

    def encoder(self, dialect: str) -> Codec:
        return _in_64_bits if dialect == "sqlite" else None

    def decoder(self, dialect: str) -> Codec:
        return int


class Json(Portable):
    """A JSON document; jsonb on PostgreSQL, text on SQLite. The driver path carries it as text."""

    cache_ok = True
    array = "text"

    def postgresql_type(self) -> sa.types.TypeEngine[Any]:
        return postgresql.JSONB()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if value is None or dialect.name != "sqlite" else json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value


def codec(column: sa.Column[Any], dialect: str) -> tuple[Codec, Codec]:
    """Give the driver path's encoder and decoder of a column."""
    kind = column.type
    if isinstance(kind, Portable):
        return kind.encoder(dialect), kind.decoder(dialect)
    if isinstance(kind, sa.Boolean) and dialect == "sqlite":
        return None, bool
    return None, None


def array_type(column: sa.Column[Any]) -> str:
    """Name PostgreSQL's element type for an array of a column's values."""
    kind = column.type
    if isinstance(kind, Portable):
        return kind.array
    if isinstance(kind, sa.Boolean):
        return "boolean"
    if isinstance(kind, sa.LargeBinary):
        return "bytea"
    if isinstance(kind, sa.Float | sa.Numeric):
        return "double precision"
    return "bigint" if isinstance(kind, sa.Integer) else "text"


def _in_64_bits(value: int) -> int | float:
    return value if -(2**63) <= value < 2**63 else float(value)


def _id_bytes(value: UUID) -> bytes:
    return value.bytes


def id_of(value: bytes) -> UUID:
    """Make an id of its 16 bytes.

    >>> id_of(bytes(16)).int
    0
    """
    # UUID's own __init__ checks every way there is to make one, which costs three times as much.
    made = _new_id(UUID)
    _set_id(made, "int", int.from_bytes(value, "big"))
    _set_id(made, "is_safe", SafeUUID.unknown)
    return made
