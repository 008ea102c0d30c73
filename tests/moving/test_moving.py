from __future__ import annotations

import datetime as dt
import itertools
import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from ecrm import CRM, ConflictError, InvalidError, SetupError, UnavailableError, Who, events
from ecrm.database import Database, migrating
from ecrm.database.metadata import METADATA
from ecrm.database.migrating import CORE, Owner
from ecrm.database.types import Day, Id, Instant, Json, Key
from ecrm.moving import compare, move
from story import AYSE, MEHMET, cancelled, misread, ordered, refunded, told, updated, visited

PAGES = 3
CHILD = """
import os, signal, sys
from ecrm import CRM
from ecrm.database import Database
from ecrm.database.migrating import CORE
from ecrm.moving import move

def stop(step, done, total, seen=[]):
    seen.append(step)
    if len(seen) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

move(Database(sys.argv[1]), Database(sys.argv[2]), [CORE], stop, page=3)
"""


class StoppedError(Exception):
    pass


@pytest.fixture
def source_url(sqlite_url, clock):
    """A CRM that was used: merges, voids, refunds, notes, a rejected and a waiting row, two shops."""
    with CRM(sqlite_url, clock=clock, plugins=[]) as crm:
        crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY")
        crm.customers.declare("points", "number", unit="points", about="what she has")
        crm.record_many([ordered(str(n), "10.50", after=n, who=Who(email=f"p{n}@example.org")) for n in range(20)])
        crm.record_many([ordered(), updated(total="120.00"), refunded(), visited(MEHMET, "v2"), visited()])
        crm.record(ordered("2", "70.00", after=5, who=MEHMET))
        crm.record(cancelled("2", after=6))
        crm.record(told(AYSE, name="Ayşe Yılmaz", birthday=dt.date(1990, 2, 28), attributes={"points": 12.5}))
        crm.record(events.Custom("Ride Ended", {"km": 1e2, "at": "Üsküdar\n"}, customer=AYSE, source_id="r1"))
        crm.customers.merge(AYSE, MEHMET, because="one household")
        crm.void(crm.record(visited(AYSE, "wrong")).id, because="wrong card")
        crm.customers.tag(AYSE, "vip")
        crm.emit(misread("bad"))
        crm.work()
        crm.emit(visited(AYSE, "later", after=9))
        crm.for_shop("outlet").record(visited(AYSE, "v9"))
    return sqlite_url


@pytest.fixture
def sides(source_url, bare_postgresql_url):
    with closing(Database(source_url)) as source, closing(Database(bare_postgresql_url)) as target:
        yield source, target


def shown(crm, who):
    """What a shop sees of somebody; the position is of the log, and stays too."""
    return (
        crm.timeline(who).interactions,
        crm.facts(who),
        crm.orders(who),
        crm.customer(who),
        list(crm.customers.merges(who)),
    )


def stop_at(number):
    """Progress that stops a move when it is told for this time."""
    seen = itertools.count(1)

    def told(_step, _done, _total):
        if next(seen) == number:
            raise StoppedError

    return told


def stop_copying(step, _done, _total):
    if step == "copying":
        raise StoppedError


def test_everything_is_there_after_a_move(sides, source_url, bare_postgresql_url, clock):
    moved = move(*sides, [CORE])
    assert moved.differing == ()
    assert moved.copied_rows == sum(one.source_rows for one in moved.tables) > 100
    assert {one.table for one in moved.tables} == set(METADATA.tables)
    with CRM(source_url, clock=clock, plugins=[]) as before, CRM(bare_postgresql_url, clock=clock, plugins=[]) as after:
        for who in (AYSE, MEHMET, Who(email="p3@example.org")):
            assert shown(after, who) == shown(before, who)
        assert after.shop.settings == before.shop.settings
        assert after.customers.search("ayse yil") == before.customers.search("ayse yil")
        assert after.inbox.counts() == before.inbox.counts() == {"waiting": 1, "done": 0, "rejected": 1}
        assert after.inbox.rejected() == before.inbox.rejected()
        assert shown(after.for_shop("outlet"), AYSE) == shown(before.for_shop("outlet"), AYSE)


def test_the_target_goes_on_where_the_source_ended(sides, bare_postgresql_url, clock):
    move(*sides, [CORE])
    with CRM(bare_postgresql_url, clock=clock, plugins=[]) as crm:
        newest = max(one.position for one in crm.timeline(AYSE))
        assert crm.work().received == 1
        assert crm.facts(AYSE)["visits.count"] == 3
        assert crm.record(ordered("new", "5.00", after=9)).position > newest
        assert crm.emit(visited(AYSE, "emitted", after=10))
        assert crm.work().received == 1
        merge = next(iter(crm.customers.merges(AYSE)))
        crm.customers.unmerge(merge.id)
        assert crm.customers.find(AYSE).id != crm.customers.find(MEHMET).id
        crm.customers.merge(AYSE, MEHMET, because="one household after all")
        assert all(finding.is_good for finding in crm.doctor(recount=True) if finding.name != "inbox rejected")


def test_a_reader_of_positions_sees_all_that_was_moved(sides, bare_postgresql_url):
    from ecrm.interactions.tables.position import safe_position

    move(*sides, [CORE])
    source, target = sides
    with source.read() as ours, target.read() as theirs:
        assert safe_position(theirs) == safe_position(ours) > 0
        assert theirs.run("SELECT nextval('ecrm_interaction_position')").fetchone()[0] == safe_position(ours) + 1


def test_ids_of_inbox_rows_that_are_gone_are_not_given_out_again(sides, source_url):
    with closing(sqlite3.connect(sides[0].path)) as file:
        last = file.execute("SELECT max(id) FROM ecrm_inbox").fetchone()[0]
        file.execute("DELETE FROM ecrm_inbox")
        file.commit()
    move(*sides, [CORE])
    with sides[1].read() as transaction:
        row = transaction.run(
            "INSERT INTO ecrm_inbox (shop, source, received_at, raw) VALUES ('main', 'emit', now(), '') RETURNING id"
        )
        assert row.fetchone()[0] == last + 1


def test_an_empty_crm_is_moved(sqlite_url, bare_postgresql_url, clock):
    with closing(Database(sqlite_url)) as source, closing(Database(bare_postgresql_url)) as target:
        assert move(source, target, [CORE]).copied_rows == 0
    with CRM(bare_postgresql_url, clock=clock, plugins=[]) as crm:
        assert crm.record(visited()).position == 1


def test_a_move_that_stops_after_every_page_goes_on(sides):
    source, target = sides
    stops = 0
    while True:
        try:
            moved = move(source, target, [CORE], stop_copying, page=PAGES)
        except StoppedError:
            stops += 1
            with target.read() as transaction:
                # Nothing is copied twice: the rows there are those the bookmarks count.
                for name, count in transaction.run("SELECT table_name, row_count FROM ecrm_move").fetchall():
                    assert transaction.run(f'SELECT count(*) FROM "{name}"').fetchone()[0] == count  # noqa: S608
        else:
            break
    assert moved.differing == ()
    assert stops == sum(math.ceil(one.source_rows / PAGES) for one in moved.tables)
    with target.read() as transaction:
        assert transaction.run("SELECT to_regclass('ecrm_move')").fetchone()[0] is None


@pytest.mark.parametrize("told", [1, 5, 30])
def test_a_move_that_is_killed_goes_on(source_url, bare_postgresql_url, sides, told):
    arguments = [sys.executable, "-c", CHILD, source_url, bare_postgresql_url, str(told)]
    child = subprocess.run(arguments, capture_output=True, check=False, timeout=60)
    assert child.returncode == -signal.SIGKILL, child.stderr
    moved = move(*sides, [CORE])
    assert moved.differing == ()
    assert 0 < moved.copied_rows < sum(one.source_rows for one in moved.tables)


def test_a_move_that_is_killed_at_any_time_goes_on(source_url, bare_postgresql_url, sides):
    arguments = [sys.executable, "-c", CHILD, source_url, bare_postgresql_url, "-1"]
    for wait_s in (0.45, 0.6, 0.8):
        child = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        time.sleep(wait_s)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert move(*sides, [CORE]).differing == ()


def test_a_second_move_changes_nothing(sides):
    first = move(*sides, [CORE])
    second = move(*sides, [CORE])
    assert second.tables == first.tables
    assert second.copied_rows == 0


def test_a_target_that_holds_something_else_is_refused(sides, bare_postgresql_url, clock):
    with CRM(bare_postgresql_url, clock=clock, plugins=[]) as crm:
        crm.upgrade()
        crm.record(visited(MEHMET))
        with pytest.raises(ConflictError, match="empty database"):
            move(*sides, [CORE])
        assert len(crm.timeline(MEHMET)) == 1


def test_a_target_that_was_worked_on_since_is_not_moved_into_again(sides, bare_postgresql_url, clock):
    move(*sides, [CORE])
    with CRM(bare_postgresql_url, clock=clock, plugins=[]) as crm:
        crm.record(visited(MEHMET, "since"))
        with pytest.raises(ConflictError, match="empty database"):
            move(*sides, [CORE])


def test_a_move_from_another_file_is_refused_while_one_is_under_way(sides, bare_sqlite_url):
    with pytest.raises(StoppedError):
        move(*sides, [CORE], stop_at(3), page=PAGES)
    CRM(bare_sqlite_url, plugins=[]).close()
    with closing(Database(bare_sqlite_url)) as other, pytest.raises(ConflictError, match="another file"):
        move(other, sides[1], [CORE])
    assert move(*sides, [CORE]).differing == ()


def test_nobody_writes_the_target_before_the_move_is_complete(sides, bare_postgresql_url, clock):
    with pytest.raises(StoppedError):
        move(*sides, [CORE], stop_at(3), page=PAGES)
    with CRM(bare_postgresql_url, clock=clock, plugins=[], on_error="raise") as crm:
        for early in (lambda: crm.record(visited(MEHMET, "early")), lambda: crm.emit(visited(MEHMET, "early"))):
            with pytest.raises(UnavailableError):
                early()
        move(*sides, [CORE])
        assert crm.record(visited(MEHMET, "early")).source_id == "early"


@pytest.mark.parametrize("step", ["copying", "comparing"])
def test_what_is_written_to_the_source_meanwhile_is_moved_too(sides, source_url, bare_postgresql_url, clock, step):
    with CRM(source_url, clock=clock, plugins=[]) as shop:
        written = []

        def write(now, done, total):
            # Every table is copied, or compared, but the last.
            if (now, done) == (step, total) and not written:
                shop.shop.configure(language="tr")
                written.append(shop.record(ordered("late", "1.00", after=20)))

        assert move(*sides, [CORE], write, page=PAGES).differing == ()
    with CRM(bare_postgresql_url, clock=clock, plugins=[]) as crm:
        assert crm.shop.settings.language == "tr"
        assert written[0] in crm.timeline(AYSE).interactions


@pytest.mark.parametrize(
    ("step", "named"), [("copying", "still differ in ecrm_attribute"), ("comparing", "still written")]
)
def test_a_source_that_is_written_all_the_time_is_never_called_moved(sides, source_url, clock, step, named):
    numbers = itertools.count()
    with CRM(source_url, clock=clock, plugins=[]) as shop:

        def write(now, _done, _total):
            # The first table of all is behind its bookmark by the time anything is told.
            if now == step:
                shop.customers.declare("points", "number", unit=f"points {next(numbers)}")

        with pytest.raises(ConflictError, match=rf"{named}.*stop the shop's writes"):
            move(*sides, [CORE], write)
    assert move(*sides, [CORE]).differing == ()


def test_a_row_altered_in_the_target_is_found(sides):
    move(*sides, [CORE])
    with sides[1].write() as transaction:
        transaction.run("UPDATE ecrm_order SET total_minor = total_minor + 1 WHERE order_id = '1'")
    compared = compare(*sides, [CORE])
    assert compared.differing == ("ecrm_order",)
    wrong = next(one for one in compared.tables if one.table == "ecrm_order")
    assert wrong.source_rows == wrong.target_rows


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ecrm_interaction", """UPDATE {} SET body = body || '{{"k": 1}}' WHERE position = 3"""),
        ("ecrm_interaction", "UPDATE {} SET at = at + interval '1 microsecond' WHERE position = 3"),
        ("ecrm_interaction", "UPDATE {} SET is_live = NOT is_live WHERE position = 3"),
        ("ecrm_inbox", "UPDATE {} SET raw = raw || '\\x20'::bytea WHERE state = 'waiting'"),
        ("ecrm_profile", "DELETE FROM {} WHERE kind = 'phone'"),
        ("ecrm_purchase_day", "UPDATE {} SET day = day - 1 WHERE orders = (SELECT min(orders) FROM {})"),
        ("ecrm_merge", "UPDATE {} SET id = gen_random_uuid()"),
    ],
)
def test_the_comparison_sees_the_smallest_change(sides, table, change):
    move(*sides, [CORE])
    with sides[1].write() as transaction:
        assert transaction.run(change.format(table, table)).rowcount > 0
    assert compare(*sides, [CORE]).differing == (table,)


def test_a_source_older_than_the_code_is_refused(sides):
    with closing(sqlite3.connect(sides[0].path)) as file:
        file.execute("UPDATE ecrm_version SET version_num = '0000'")
        file.commit()
    with pytest.raises(SetupError, match="ecrm upgrade"):
        move(*sides, [CORE])


def test_sides_of_the_wrong_kind_are_refused(sides, tmp_path):
    source, target = sides
    for wrong in ((target, source), (source, source)):
        with pytest.raises(InvalidError, match="from a SQLite file"):
            move(*wrong, [CORE])
    with closing(Database(f"sqlite:///{tmp_path / 'typo.db'}")) as missing:
        with pytest.raises(SetupError, match="no such SQLite file"):
            move(missing, target, [CORE])
        assert not Path(missing.path).exists()


def test_rows_that_wait_in_the_shops_own_file_are_received_first(tmp_path, bare_postgresql_url, clock):
    url, shop = f"sqlite:///{tmp_path / 'own.db'}", f"sqlite:///{tmp_path / 'shop.db'}"
    with (
        CRM(url, host=shop, clock=clock, plugins=[]) as crm,
        closing(Database(url)) as source,
        closing(Database(shop)) as host,
    ):
        crm.emit(visited())
        with closing(Database(bare_postgresql_url)) as target:
            with pytest.raises(ConflictError, match="1 rows wait"):
                move(source, target, [CORE], host=host)
            crm.work()
            assert move(source, target, [CORE], host=host).differing == ()


def plugin_tables(*more):
    return sa.Table(
        "ecrm_acme_point",
        sa.MetaData(),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        sa.Column("shop", Key, nullable=False),
        sa.Column("customer_id", Id),
        sa.Column("at", Instant),
        sa.Column("day", Day),
        sa.Column("body", Json),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("share", sa.Float),
        sa.Column("is_won", sa.Boolean),
        sa.Column("said", sa.Text),
        *more,
    )


def acme(table):
    return Owner("plugin acme", table.metadata, "ecrm_acme_version")


def test_tables_of_plugins_move_too(sides):
    import uuid

    table = plugin_tables()
    owners = [CORE, acme(table)]
    with pytest.raises(SetupError, match="plugin acme"):
        move(*sides, owners)
    migrating.upgrade(sides[0], owners)
    rows = [
        {
            "shop": "main", "customer_id": uuid.UUID(int=7), "at": dt.datetime(2026, 1, 1, 1, 2, 3, 4, tzinfo=dt.UTC),
            "day": dt.date(2026, 1, 1), "body": {"b": [1, 2.50, 1e2, "ı"], "a": None}, "raw": b"\x00\xff\\",
            "share": 0.1, "is_won": True, "said": "a\tb\\N\r\n",
        },
        {"shop": "main"},
    ]  # fmt: skip
    with sides[0].write() as transaction:
        for row in rows:
            transaction.core(table.insert().values(**row))
    assert move(*sides, owners, page=1).differing == ()
    assert migrating.is_current(sides[1], owners)
    with sides[0].read() as ours, sides[1].read() as theirs:
        query = table.select().order_by(table.c.id)
        assert list(ours.core(query)) == list(theirs.core(query))
        assert theirs.core(table.insert().values(shop="main").returning(table.c.id)).scalar() == 3


def test_facts_of_plugins_of_every_type_move_too(sqlite_url, bare_postgresql_url, clock):
    from gifts import SENT, Gifts

    with CRM(sqlite_url, clock=clock, plugins=[Gifts()]) as before:
        for number in range(3):
            # Their sum, in millionths, is more than SQLite's 64 bits hold.
            fields = {
                "points": 9_999_999_999_999.5,
                "quantity": number,
                "size": "L",
                "is_wrapped": True,
                "due": "2026-02-28",
            }
            before.record(events.Custom(SENT, fields, customer=AYSE, source_id=f"g{number}", channel="web"))
        owners = before._core.owners
        with closing(Database(sqlite_url)) as source, closing(Database(bare_postgresql_url)) as target:
            assert move(source, target, owners).differing == ()
        with CRM(bare_postgresql_url, clock=clock, plugins=[Gifts()]) as after:
            assert after.facts(AYSE) == before.facts(AYSE)
            assert after.facts(AYSE)["gifts.events"] == 3
            assert all(finding.is_good for finding in after.doctor(recount=True))


@pytest.mark.parametrize("column", [sa.Column("n", sa.Numeric), sa.Column("n", sa.JSON), sa.Column("n", sa.DateTime)])
def test_a_column_that_the_databases_hold_differently_is_refused_before_anything_is_written(sides, column):
    owners = [CORE, acme(plugin_tables(column))]
    migrating.upgrade(sides[0], owners)
    with pytest.raises(SetupError, match=r"ecrm_acme_point\.n"):
        move(*sides, owners)
    with sides[1].read() as transaction:
        assert transaction.run("SELECT to_regclass('ecrm_shop')").fetchone()[0] is None


def test_a_table_without_a_key_is_refused(sides):
    keyless = sa.Table("ecrm_acme_keyless", sa.MetaData(), sa.Column("n", sa.Integer))
    owners = [CORE, acme(keyless)]
    migrating.upgrade(sides[0], owners)
    with pytest.raises(SetupError, match="no primary key"):
        move(*sides, owners)


def test_tables_of_a_plugin_that_is_gone_are_left_behind_and_named(sides):
    table = plugin_tables()
    migrating.upgrade(sides[0], [acme(table)])
    assert move(*sides, [CORE]).left_behind == ()
    with sides[0].write() as transaction:
        transaction.core(table.insert().values(shop="main"))
    assert move(*sides, [CORE]).left_behind == ("ecrm_acme_point",)


def test_a_value_that_postgresql_can_not_hold_names_its_table_and_nothing_else(sides):
    with closing(sqlite3.connect(sides[0].path)) as file:
        file.execute("UPDATE ecrm_customer SET name = 'secret' || char(0) WHERE name IS NOT NULL")
        file.commit()
    with pytest.raises(InvalidError, match="ecrm_customer holds a value") as caught:
        move(*sides, [CORE])
    assert "secret" not in str(caught.value)


def test_two_moves_at_once_never_copy_a_page_twice(sides):
    source, target = sides

    def meddle(step, _done, _total):
        # Another run that is a page further on.
        with psycopg.connect(target.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
            other.execute("UPDATE ecrm_move SET row_count = row_count + 1")

    with pytest.raises(UnavailableError, match="another `ecrm move`"):
        move(source, target, [CORE], meddle, page=PAGES)


def test_progress_counts_up_to_the_total_also_after_a_stop(sides):
    with pytest.raises(StoppedError):
        move(*sides, [CORE], stop_at(10), page=PAGES)
    told = []
    move(*sides, [CORE], lambda *one: told.append(one), page=PAGES)
    for step in ("copying", "comparing"):
        counts = [(done, total) for name, done, total in told if name == step]
        assert counts == sorted(counts)
        assert counts[-1][0] == counts[-1][1]
    assert told[0][1] > PAGES
