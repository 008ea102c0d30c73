"""The doctor looks, says what is wrong, and counts anew."""

from __future__ import annotations

import pytest

from ecrm import CRM, Who
from story import AYSE, misread, ordered, visited


def findings(crm, **asked):
    return {finding.name: finding for finding in crm.doctor(**asked)}


def test_a_healthy_crm_is_found_so(crm):
    crm.record(ordered())
    found = findings(crm, recount=True)
    assert all(finding.is_good for finding in found.values())
    usual = {"tables", "inbox lag", "inbox rejected", "timers lag", "messages lag", "messages held", "privacy requests"}
    assert set(found) == usual | {"recount"}
    assert "recount" not in findings(crm)


def test_rows_that_wait_long_and_rows_rejected_are_found(crm, clock):
    crm.emit(misread())
    assert findings(crm)["inbox lag"].is_good
    clock.advance(minutes=10)
    late = findings(crm)["inbox lag"]
    assert (late.is_good, late.figure) == (False, 600)
    crm.work()
    rejected = findings(crm)["inbox rejected"]
    assert (rejected.is_good, rejected.figure) == (False, 1)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ecrm_fact SET visits_count = 99", "UPDATE ecrm_revenue SET spent_minor = 1", "DELETE FROM ecrm_fact",

        "UPDATE ecrm_order SET total_minor = 1", "UPDATE ecrm_purchase_day SET orders = 5",
        "DELETE FROM ecrm_purchase_day",

        "UPDATE ecrm_fact SET orders_first_at = NULL", "UPDATE ecrm_order SET status = 'lost'",
    ],
)  # fmt: skip
def test_what_was_damaged_is_found_and_mended(crm, damage):
    crm.record_many([ordered(), visited(), visited(Who(card="c-5"), "v2")])
    before = crm.facts(AYSE), crm.orders(AYSE)
    with crm.database.write() as transaction:
        transaction.run(damage)
    done = []
    found = findings(crm, recount=True)["recount"]
    assert not found.is_good
    assert found.figure >= 1
    assert crm.doctor(recount=True, progress=done.append)[-1].is_good
    assert done == [2]
    assert (crm.facts(AYSE), crm.orders(AYSE)) == before


def test_a_shop_is_recounted_in_pages(crm, monkeypatch):
    monkeypatch.setattr("ecrm.interactions.health._PAGE", 2)
    crm.record_many(visited(Who(card=f"c-{n}"), f"v{n}") for n in range(5))
    done = []
    assert crm.doctor(recount=True, progress=done.append)[-1].is_good
    assert done == [2, 4, 5]


def test_a_shops_file_that_is_older_than_what_was_received_is_found(sqlite_url, tmp_path):
    shop = tmp_path / "shop.db"
    with CRM(sqlite_url, host=f"sqlite:///{shop}", plugins=[]) as crm:
        backup = shop.read_bytes()
        crm.emit(visited(source_id="v1"))
        crm.work()
        assert findings(crm)["host inbox"].is_good
    for path in tmp_path.glob("shop.db*"):
        path.unlink()
    shop.write_bytes(backup)
    with CRM(sqlite_url, host=f"sqlite:///{shop}", plugins=[]) as crm:
        found = findings(crm)["host inbox"]
        assert not found.is_good
        assert "backup" in found.detail
