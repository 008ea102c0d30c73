"""Set-based statements do on both databases what a dict would do."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm.database import Database, staging
from ecrm.database.rows import Change, Drop, Lookup, Put
from ecrm.database.types import Day, Id, Instant, Json, Key

THING = sa.Table(
    "thing",
    sa.MetaData(),
    sa.Column("shop", Key, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Instant),
    sa.Column("day", Day),
    sa.Column("body", Json),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("is_good", sa.Boolean, nullable=False),
    sa.Column("share", sa.Float),
    sa.Column("position", sa.BigInteger, server_default="7"),
)
COLUMNS = ("shop", "id", "at", "day", "body", "count", "is_good", "share")
KEY = COLUMNS[:2]
FIND = Lookup(THING, KEY, COLUMNS)
WHOLE = Lookup(THING, KEY)
OF_SHOP = Lookup(THING, ("shop",), COLUMNS)
INSERT = Put(THING, KEY, COLUMNS)
NUMBERED = Put(THING, KEY, COLUMNS, returning=("id", "position", "at"))
MERGE = Put(
    THING, KEY, COLUMNS,
    merge={"at": "min", "day": "max", "body": "set", "count": "add", "is_good": "or",
           "share": "coalesce(t.share, excluded.share)"},
    returning=("id", "count"),
)  # fmt: skip
CHANGE = Change(THING, KEY, ("at", "body", "count"))
WIDEN = Change(THING, KEY, ("at", "count"), {"at": "max", "count": "add"})
DROP = Drop(THING, KEY)

keys = st.tuples(st.sampled_from(["main", "İstanbul", "a'b\"c"]), st.integers(1, 6).map(lambda n: UUID(int=n)))
instants = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - bounds
bodies = st.sampled_from(["{}", '{"a": [1, null, "ş"]}', "[]", "null"])
things = st.tuples(
    st.none() | instants, st.none() | st.dates(), st.none() | bodies, st.integers(-(2**40), 2**40), st.booleans(),
    st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
)  # fmt: skip
tables = st.dictionaries(keys, things, max_size=8)


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "postgresql by COPY"])
def database(request, tmp_path_factory, postgresql_server):
    if request.param == "sqlite":
        yield from _with_table(Database(f"sqlite:///{tmp_path_factory.mktemp('rows') / 'rows.db'}", synchronous="OFF"))
        return
    with pytest.MonkeyPatch.context() as patch, postgresql_server.database() as url:
        patch.setattr(staging, "MANY", 2 if request.param.endswith("COPY") else 1_000_000)
        yield from _with_table(Database(url))


def _with_table(database):
    with database.write() as transaction:
        THING.metadata.create_all(transaction.connection)
    yield database
    database.close()


def rows_of(table) -> list[tuple]:
    return [(*key, *values) for key, values in table.items()]


def stored(transaction, keys) -> dict:
    return {row[:2]: row[2:] for row in FIND.rows(transaction, list(keys))}


@pytest.fixture(scope="module")
def empty(database):
    """Give a transaction on an empty table; nothing of it stays."""

    def begin():
        transaction = database._held()
        transaction.begin()
        return transaction

    return begin


@given(tables, st.lists(keys, max_size=4))
def test_what_is_put_is_found_by_its_key(empty, table, others):
    transaction = empty()
    try:
        assert INSERT.run(transaction, rows_of(table)) == []
        wanted = dict.fromkeys([*table, *others])
        assert stored(transaction, wanted) == table
        assert {row[:2] for row in WHOLE.rows(transaction, list(wanted))} == table.keys()
        by_shop = OF_SHOP.rows(transaction, [("main",)])
        assert {row[:2] for row in by_shop} == {key for key in table if key[0] == "main"}
    finally:
        transaction.rollback()


@given(tables, tables)
def test_a_row_that_is_there_stays_unless_merged(empty, table, more):
    transaction = empty()
    try:
        INSERT.run(transaction, rows_of(table))
        new = NUMBERED.run(transaction, rows_of(more))
        assert sorted(new, key=str) == sorted(
            ((key[1], 7, more[key][0]) for key in more.keys() - table.keys()), key=str
        )
        assert stored(transaction, {**table, **more}) == {**more, **table}
    finally:
        transaction.rollback()


@given(tables, tables)
def test_rows_are_merged_column_by_column(empty, table, more):
    transaction = empty()
    try:
        INSERT.run(transaction, rows_of(table))
        given_back = MERGE.run(transaction, rows_of(more))
        expected = dict(table)
        for key, values in more.items():
            held = table.get(key)
            expected[key] = values if held is None else merged(held, values)
        assert stored(transaction, expected) == expected
        assert sorted(given_back) == sorted((key[1], expected[key][3]) for key in more)
    finally:
        transaction.rollback()


def merged(held, comes):
    at = [each[0] for each in (held, comes) if each[0] is not None]
    day = [each[1] for each in (held, comes) if each[1] is not None]
    share = held[5] if held[5] is not None else comes[5]
    return min(at, default=None), max(day, default=None), comes[2], held[3] + comes[3], held[4] or comes[4], share


@given(tables, tables)
@settings(max_examples=15)
def test_rows_are_changed_and_dropped_by_their_keys(empty, table, more):
    transaction = empty()
    try:
        INSERT.run(transaction, rows_of(table))
        CHANGE.run(transaction, [(*key, values[0], values[2], values[3]) for key, values in more.items()])
        changed = {
            key: (more[key][0], held[1], more[key][2], more[key][3], *held[4:]) if key in more else held
            for key, held in table.items()
        }
        assert stored(transaction, table) == changed
        DROP.run(transaction, list(more))
        assert stored(transaction, table) == {key: row for key, row in changed.items() if key not in more}
    finally:
        transaction.rollback()


@given(tables, tables)
@settings(max_examples=15)
def test_rows_are_changed_by_what_is_there(empty, table, more):
    transaction = empty()
    try:
        INSERT.run(transaction, rows_of(table))
        WIDEN.run(transaction, [(*key, values[0], values[3]) for key, values in more.items()])
        for key, held in table.items():
            if key in more:
                at = max((each for each in (held[0], more[key][0]) if each is not None), default=None)
                table[key] = (at, *held[1:3], held[3] + more[key][3], *held[4:])
        assert stored(transaction, table) == table
    finally:
        transaction.rollback()


def test_nothing_is_done_of_nothing(empty):
    transaction = empty()
    try:
        assert FIND.rows(transaction, []) == INSERT.run(transaction, []) == []
        CHANGE.run(transaction, [])
        DROP.run(transaction, [])
    finally:
        transaction.rollback()
