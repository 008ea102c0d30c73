"""A shop writes its own SQLite file while a worker receives from it: it is never told "locked"."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import sqlalchemy as sa

from ecrm import CRM
from faults import bugs, children
from faults.happenings import happening
from faults.verdict import stored


def write_beside_a_worker(url, path, count, plant=None):
    """Place orders with an event each, without any patience for locks, until one fails; give how many did."""
    host = f"sqlite:///{path}"
    engine = children.shop_engine(host)
    placed = failed = 0
    with CRM(url, host=host, plugins=[]) as crm:
        crm.emit(happening("first", 0))
        started = children.CHILDREN.Event()
        with (
            children.running(children.work_for_ever, url, host, started, plant),
            engine.connect() as connection,
        ):
            assert started.wait(children.PATIENCE_S)
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            connection.commit()
            for number in range(count):
                try:
                    with connection.begin():
                        connection.execute(sa.text("INSERT INTO shop_order VALUES (:id)"), {"id": number})
                        assert crm.emit(happening("a", number), connection=connection)
                    placed += 1
                except sa.exc.OperationalError:
                    failed += 1
                    break
                time.sleep(0.0005)
        crm.work()
        assert len(stored(crm)) == placed + 1
    return failed


def test_a_shop_writing_its_own_file_is_never_locked_out_by_a_worker(sqlite_url, points, tmp_path):
    assert write_beside_a_worker(sqlite_url, tmp_path / "shop.db", 100 * points) == 0


def test_a_worker_that_writes_the_shops_file_is_seen(sqlite_url, tmp_path):
    assert write_beside_a_worker(sqlite_url, tmp_path / "shop.db", 5_000, bugs.mark_in_the_host) > 0


def test_a_shops_file_with_a_rollback_journal_is_served_as_well(sqlite_url, tmp_path):
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as shop:
        shop.execute("PRAGMA journal_mode=DELETE")
        shop.execute("CREATE TABLE shop_order (id text)")
        shop.commit()
    assert write_beside_a_worker(sqlite_url, path, 100) == 0
