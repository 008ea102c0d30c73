"""emit shares the fate of the host's transaction, and its own failure leaves that transaction whole."""

from __future__ import annotations

import contextlib
import logging
from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session  # noqa: TID251 - the host's code may use the ORM

from ecrm import CRM
from ecrm.database import host as host_module
from ecrm.interactions import emitting
from faults.children import shop_engine
from faults.happenings import happening
from faults.verdict import stored


@pytest.fixture(params=["sqlite", "postgresql", "a file of the shop"])
def places(request, tmp_path):
    """Give the URLs of the CRM's and the host's database, the second None where they are one."""
    if request.param == "a file of the shop":
        return request.getfixturevalue("sqlite_url"), f"sqlite:///{tmp_path / 'shop.db'}"
    return request.getfixturevalue(f"{request.param}_url"), None


@pytest.fixture
def crm(places):
    with closing(CRM(places[0], host=places[1], plugins=[])) as opened:
        yield opened


@pytest.fixture
def engine(places):
    return shop_engine(places[1] or places[0])


@pytest.fixture(params=[sa.Connection, Session])
def open_host(request, engine):
    """Open the host's Connection or Session."""
    return engine.connect if request.param is sa.Connection else lambda: Session(engine)


def order(host, id_):
    host.execute(sa.text("INSERT INTO shop_order VALUES (:id)"), {"id": id_})


def orders(engine):
    with engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT id FROM shop_order ORDER BY id")]


def received(crm):
    crm.work()
    return stored(crm)


def test_a_first_statement_that_is_rolled_back_leaves_nothing(crm, engine, open_host):
    with open_host() as host:
        assert crm.emit(happening("a", 0), connection=host)
        order(host, "a-0")
        host.rollback()
    assert (received(crm), orders(engine)) == ([], [])


def test_a_first_statement_that_is_committed_stays(crm, engine, open_host):
    with open_host() as host:
        assert crm.emit(happening("a", 0), connection=host)
        order(host, "a-0")
        host.commit()
    assert received(crm) == orders(engine) == ["a-0"]


def test_an_emit_alone_follows_commit_and_rollback(crm, open_host):
    for number, ending in enumerate(["rollback", "commit", "rollback"]):
        with open_host() as host:
            assert crm.emit(happening("a", number), connection=host)
            getattr(host, ending)()
    assert received(crm) == ["a-1"]


def test_a_savepoint_that_is_rolled_back_takes_its_event_along(crm, engine, open_host):
    with open_host() as host:
        order(host, "a-0")
        crm.emit(happening("a", 0), connection=host)
        with contextlib.suppress(ZeroDivisionError), host.begin_nested():
            order(host, "a-1")
            crm.emit(happening("a", 1), connection=host)
            with host.begin_nested():
                crm.emit(happening("a", 2), connection=host)
                order(host, "a-2")
            raise ZeroDivisionError
        with host.begin_nested():
            crm.emit(happening("a", 3), connection=host)
            order(host, "a-3")
        host.commit()
    assert received(crm) == orders(engine) == ["a-0", "a-3"]


def emit_without_an_inbox(crm, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE ecrm_inbox RENAME TO away")
    with engine.begin() as connection:
        order(connection, "a-0")
        assert not crm.emit(happening("a", 0), connection=connection)
        order(connection, "a-1")


def test_an_emit_without_an_inbox_leaves_the_hosts_transaction_whole(crm, engine, caplog):
    emit_without_an_inbox(crm, engine)
    assert orders(engine) == ["a-0", "a-1"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_an_emit_without_a_savepoint_is_seen(postgresql_url, monkeypatch):
    def put(driver, shop, source, raw, at):
        driver.execute(f"{host_module._INTO} VALUES (%s, %s, %s, %s)", (shop, source, at, raw))

    monkeypatch.setattr(host_module, "_put_psycopg", put)
    with CRM(postgresql_url, plugins=[]) as crm, pytest.raises(sa.exc.InternalError, match="aborted"):
        emit_without_an_inbox(crm, shop_engine(postgresql_url))


def emit_on_a_full_disk(crm, engine):
    """Fill a database inside a transaction until emit fails, and go on; give how many events went in."""
    with engine.begin() as connection:
        order(connection, "first")
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        count = 0
        while crm.emit(happening("a", count), connection=connection):
            count += 1
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        order(connection, "second")
    return count


def test_an_emit_on_a_full_disk_leaves_the_hosts_transaction_whole(sqlite_url, caplog):
    engine = shop_engine(sqlite_url)
    with CRM(sqlite_url, plugins=[]) as crm:
        count = emit_on_a_full_disk(crm, engine)
        assert orders(engine) == ["first", "second"]
        assert len(received(crm)) == count


def put_plainly(driver, row):
    """Insert as one would: SQLite has no statement journal for it."""
    try:
        driver.execute(f"{host_module._INTO} VALUES (?, ?, ?, ?)", row)
    except Exception as error:
        if not driver.in_transaction:
            raise host_module.HostUndoneError from error
        raise


def test_a_host_whose_transaction_was_undone_is_told_so_even_where_errors_are_logged(sqlite_url, monkeypatch):
    monkeypatch.setattr(host_module, "_put_sqlite", put_plainly)
    engine = shop_engine(sqlite_url)
    with CRM(sqlite_url, on_error="log", plugins=[]) as crm:
        with pytest.raises(host_module.HostUndoneError):
            emit_on_a_full_disk(crm, engine)
        assert orders(engine) == []


def test_an_emit_on_a_connection_of_its_own_is_seen(places, open_host, monkeypatch):
    with CRM(places[0], host=places[1], plugins=[]) as crm:
        put = crm._core.emitter._put
        monkeypatch.setattr(crm._core.emitter, "_put", lambda shop, event, _connection: put(shop, event, None))
        with open_host() as host:
            crm.emit(happening("a", 0), connection=host)
            host.rollback()
        assert received(crm) == ["a-0"]


def test_pruning_a_hosts_inbox_does_not_wait_for_the_hosts_own_transaction(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setattr(emitting, "_PRUNED_EVERY", 2)
    host = f"sqlite:///{tmp_path / 'shop.db'}"
    engine = shop_engine(host)
    with CRM(sqlite_url, host=host, plugins=[]) as crm:
        crm.shop.configure(inbox_days=0)
        for number in range(4):
            with engine.begin() as connection:
                assert crm.emit(happening("a", number), connection=connection)
            crm.work()
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM ecrm_inbox").scalar() == 1
