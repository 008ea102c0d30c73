"""A full disk under SQLite: UnavailableError, what was acknowledged stays, later it goes on."""

from __future__ import annotations

import contextlib

import pytest

from ecrm import CRM
from ecrm.errors import UnavailableError
from ecrm.interactions.service import Recorder
from faults import children
from faults.happenings import happening
from faults.ledger import Ledger
from faults.verdict import lost, stored, wrong


def limit_pages(crm, more):
    with crm.database.read() as transaction:
        pages = transaction.run("PRAGMA page_count").fetchone()[0]
        transaction.run(f"PRAGMA max_page_count={pages + more}")


@pytest.mark.parametrize("way", ["record", "record_many", "emit"])
def test_a_full_disk_loses_nothing_acknowledged(sqlite_url, points, way):
    acknowledged = []
    with CRM(sqlite_url, on_error="raise", plugins=[]) as crm:
        for point in range(points):
            limit_pages(crm, more=point % 4)
            name, before = f"p{point}", len(stored(crm))
            with contextlib.suppress(UnavailableError):
                fill_and_note(crm, way, name, acknowledged)
            if way != "emit":
                assert not lost(crm, acknowledged)
                assert len(stored(crm)) >= before
            # The failed connection is gone and its limit with it: there is space again.
            crm.record(happening("after", point))
            acknowledged.append(f"after-{point}")
        crm.work()
        assert not lost(crm, acknowledged)
        assert not wrong(crm)


def fill_and_note(crm, way, name, acknowledged):
    for number in range(5_000):
        event = happening(name, number)
        match way:
            case "record":
                crm.record(event)
            case "record_many":
                crm.record_many([event])
            case _:
                crm.emit(event)
        acknowledged.append(event.source_id)
    pytest.fail("the disk was never full")


def test_a_record_that_swallows_a_full_disk_is_seen(sqlite_url, monkeypatch):
    record = Recorder.record

    def swallowed(self, event):
        try:
            return record(self, event)
        except UnavailableError:
            return None

    monkeypatch.setattr(Recorder, "record", swallowed)
    with CRM(sqlite_url, plugins=[]) as crm:
        limit_pages(crm, more=0)
        names = [crm.record(happening("a", number)) or f"a-{number}" for number in range(60)]
        assert lost(crm, [name for name in names if isinstance(name, str)])


def test_files_that_can_not_grow_lose_nothing_acknowledged(sqlite_url, points, tmp_path):
    ledger = tmp_path / "ledger"
    for point in range(points):
        size = 300_000 + 50_000 * point
        with children.running(children.record_under_a_limit, sqlite_url, ledger, f"p{point}", size) as child:
            child.join(children.PATIENCE_S)
            assert child.exitcode == 0
    with CRM(sqlite_url, plugins=[]) as crm:
        assert f"after-p{points - 1}-0" in Ledger(ledger).lines()
        assert not lost(crm, Ledger(ledger).lines())
        assert not wrong(crm)
