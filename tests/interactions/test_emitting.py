"""Emit: the event shares the fate of the host's transaction, and its failures are kept from the host."""

from __future__ import annotations

import logging
import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session  # noqa: TID251 - a host may use the ORM

from ecrm import CRM, InvalidError, SetupError, UnavailableError, Who, events
from ecrm.testing import FrozenClock, capture
from story import AYSE, misread, ordered, visited


@pytest.fixture
def engine(crm):
    """The host's own engine on the CRM's database."""
    made = sa.create_engine(crm.database.url)
    with made.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS host_order (id integer)"))
    yield made
    with made.begin() as connection:
        connection.execute(sa.text("DROP TABLE host_order"))
    made.dispose()


@pytest.fixture
def strict(database_url):
    with CRM(database_url, clock=FrozenClock(), on_error="raise", plugins=[]) as opened:
        yield opened


def waiting(crm: CRM) -> int:
    return crm.inbox.counts()["waiting"]


def host_orders(engine) -> int:
    with engine.connect() as connection:
        return connection.execute(sa.text("SELECT count(*) FROM host_order")).scalar_one()


ORDER = sa.text("INSERT INTO host_order VALUES (1)")


@pytest.mark.parametrize("first", ["emit", "host"])
@pytest.mark.parametrize("ending", ["commit", "rollback"])
@pytest.mark.parametrize("kind", [sa.Connection, Session])
def test_the_event_lives_and_dies_with_the_hosts_transaction(crm, engine, kind, ending, first):
    with engine.connect() if kind is sa.Connection else Session(engine) as connection:
        if first == "host":
            connection.execute(ORDER)
        assert crm.emit(ordered(), connection=connection)
        if first == "emit":
            connection.execute(ORDER)
        getattr(connection, ending)()
    expected = int(ending == "commit")
    assert (host_orders(engine), waiting(crm)) == (expected, expected)
    assert crm.work().received == expected
    assert len(crm.orders(AYSE)) == expected


def test_an_event_in_a_savepoint_goes_with_it(crm, engine):
    with engine.begin() as connection:
        connection.execute(ORDER)
        savepoint = connection.begin_nested()
        crm.emit(ordered(), connection=connection)
        savepoint.rollback()
        crm.emit(visited(), connection=connection)
    assert crm.work().received == 1
    assert len(crm.timeline(AYSE)) == 1


def test_a_connection_that_commits_each_statement_is_refused(strict, engine):
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(SetupError, match="by itself"),
    ):
        strict.emit(ordered(), connection=connection)
    assert waiting(strict) == 0


def test_a_database_without_an_inbox_is_refused_and_the_hosts_order_survives(bare_database_url, tmp_path):
    engine = sa.create_engine(bare_database_url)
    with CRM(f"sqlite:///{tmp_path / 'crm.db'}", on_error="raise", plugins=[]) as crm, engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE host_order (id integer)"))
        connection.execute(ORDER)
        with pytest.raises(SetupError, match="host="):
            crm.emit(ordered(), connection=connection)
    assert host_orders(engine) == 1
    engine.dispose()


@pytest.mark.parametrize("connection", [5, "sqlite:///x.db", object()])
def test_what_is_no_connection_is_refused(strict, connection):
    with pytest.raises(SetupError, match="Connection or Session"):
        strict.emit(ordered(), connection=connection)


def test_a_drivers_own_connection_is_refused(strict, tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as connection, pytest.raises(SetupError):
        strict.emit(ordered(), connection=connection)
    connection.close()


def test_a_transaction_that_failed_already_is_left_as_it_is(postgresql_url):
    engine = sa.create_engine(postgresql_url)
    with CRM(postgresql_url, on_error="raise", plugins=[]) as crm, engine.connect() as connection:
        with pytest.raises(sa.exc.ProgrammingError):
            connection.execute(sa.text("SELECT * FROM nowhere"))
        with pytest.raises(UnavailableError):
            crm.emit(ordered(), connection=connection)
        connection.rollback()
        assert crm.emit(ordered(), connection=connection)
        connection.commit()
        assert crm.work().received == 1
    engine.dispose()


def test_text_that_looks_like_sql_is_only_text(crm, engine):
    awkward = events.Custom("It's \\ '; DROP TABLE ecrm_inbox; --", {"q": "'\\"}, customer=AYSE, source_id="'")
    with engine.begin() as connection:
        assert crm.emit(awkward, connection=connection)
    crm.work()
    (stored,) = crm.timeline(AYSE)
    assert (stored.kind, stored.properties, stored.source_id) == (awkward.event_name, {"q": "'\\"}, "'")


def test_a_failure_is_logged_without_personal_data(crm, caplog):
    with caplog.at_level(logging.ERROR, "ecrm.emit"):
        assert crm.emit(ordered(), connection=5) is False
        assert crm.emit(events.StoreVisited()) is False
        assert crm.emit("ayse@example.org") is False
    assert len(caplog.records) == 3
    assert "ayse" not in caplog.text


def test_a_failure_is_raised_where_the_host_asks(strict):
    with pytest.raises(InvalidError, match="customer"):
        strict.emit(events.StoreVisited())
    with pytest.raises(InvalidError, match="event"):
        strict.emit("Store Visited")
    assert waiting(strict) == 0


def test_the_time_is_that_of_emitting(crm, clock):
    then = clock()
    crm.emit(events.StoreVisited(customer=AYSE))
    clock.advance(hours=5)
    crm.work()
    (stored,) = crm.timeline(AYSE)
    assert (stored.at, stored.recorded_at) == (then, clock())


def test_a_captured_event_is_not_stored(crm):
    with capture(crm) as emitted:
        assert crm.emit(ordered(), connection="no matter")
        assert crm.for_shop("outlet").emit(visited())
    assert emitted == [ordered(), visited()]
    assert waiting(crm) == 0
    with pytest.raises(RuntimeError), capture(crm):
        raise RuntimeError
    assert crm.emit(ordered())
    assert waiting(crm) == 1


@pytest.fixture
def beside(tmp_path):
    """A CRM in a file of its own, beside the host's."""
    with CRM(
        f"sqlite:///{tmp_path / 'crm.db'}",
        host=f"sqlite:///{tmp_path / 'shop.db'}",
        clock=FrozenClock(),
        on_error="raise",
    ) as opened:
        yield opened


def test_a_shop_with_a_file_of_its_own_gets_the_inbox_alone(beside, tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    assert [name for name in sa.inspect(engine).get_table_names() if name.startswith("ecrm")] == ["ecrm_inbox"]
    for ending in ("commit", "rollback"):
        with engine.connect() as connection:
            assert beside.emit(visited(source_id=ending), connection=connection)
            getattr(connection, ending)()
    assert beside.emit(visited(source_id="own"))
    with engine.connect() as connection:
        before = connection.execute(sa.text("SELECT * FROM ecrm_inbox")).all()
        assert beside.work().received == 2
        assert connection.execute(sa.text("SELECT * FROM ecrm_inbox")).all() == before, "the worker never writes it"
    assert {one.source_id for one in beside.timeline(AYSE)} == {"commit", "own"}
    assert beside.work().is_idle
    engine.dispose()


def test_a_bad_row_of_the_hosts_inbox_is_kept_in_ours_and_the_others_go_on(beside):
    for number in range(5):
        beside.emit(misread("v2") if number == 2 else visited(source_id=f"v{number}"))
    done = beside.work()
    assert (done.received, done.rejected) == (4, 1)
    (rejected,) = beside.inbox.rejected()
    assert "at" in rejected.reasons
    assert beside.inbox.replay() == 1
    assert beside.work().rejected == 1


def test_received_rows_of_the_hosts_file_are_pruned_on_its_own_turn(beside, tmp_path, monkeypatch):
    monkeypatch.setattr("ecrm.interactions.emitting._PRUNED_EVERY", 2)
    beside.shop.configure(inbox_days=1)
    beside.emit(visited(source_id="v1"))
    beside.work()
    beside._core.kit.now.advance(days=2)
    beside.emit(visited(source_id="v2"))
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        assert connection.execute("SELECT count(*) FROM ecrm_inbox").fetchone() == (1,)
    connection.close()
    assert beside.work().received == 1


def test_a_host_is_for_sqlite_only(postgresql_url, tmp_path):
    for url, host in (
        (postgresql_url, f"sqlite:///{tmp_path / 'a.db'}"),
        (f"sqlite:///{tmp_path / 'b.db'}", postgresql_url),
    ):
        with pytest.raises(SetupError, match="host="):
            CRM(url, host=host, plugins=[])


def test_who_is_named_by_one_identity_only_is_enough(crm):
    assert crm.emit(visited(Who(anonymous_id="k1")))
    assert crm.work().received == 1
