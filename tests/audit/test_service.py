"""What `crm.audit` offers: who did what, in the transaction that did it."""

from __future__ import annotations

import datetime as dt
import threading
from uuid import uuid4

import pytest

from ecrm import CRM, Actor, ConflictError, InvalidError
from ecrm.audit.tables import append
from story import AYSE, MEHMET

ALI = Actor.staff("ali")


@pytest.fixture
def two(crm):
    return crm.customers.upsert(AYSE, name="Ayşe"), crm.customers.upsert(MEHMET, name="Mehmet")


def actions(crm, **asked):
    return [(one.action, one.actor) for one in crm.audit.entries(**asked)]


def change(crm, sql):
    with crm.database.write() as transaction:
        transaction.run(sql)


def test_a_merge_a_parting_and_a_keeping_apart_leave_a_row_each(crm, two):
    one, other = two
    merge = crm.customers.merge(one.id, other.id, because="same phone", actor=ALI)
    crm.customers.unmerge(merge.id, actor=ALI)
    crm.customers.keep_apart(one.id, other.id, actor=ALI)
    said = [("keep_apart", "staff:ali"), ("unmerge", "staff:ali"), ("merge", "staff:ali")]
    assert actions(crm, who=one.id) == said
    assert crm.audit.entries()[-1].details == {"merge": str(merge.id), "absorb": str(other.id)}
    assert crm.audit.verify().is_intact


def test_a_merge_that_fails_leaves_none(crm, two):
    one, other = two
    crm.customers.merge(one.id, other.id)
    with pytest.raises(ConflictError):
        crm.customers.merge(one.id, other.id)
    assert len(crm.audit.entries()) == 1


def test_what_was_done_before_a_merge_is_found_by_the_customer_of_today(crm, two):
    one, other = two
    crm.audit.note_read(other.id, "facts", ALI)
    crm.customers.merge(one.id, other.id)
    assert [action for action, _ in actions(crm, who=AYSE)] == ["merge", "read"]


def test_a_look_is_noted_with_whom_and_what(crm, two):
    crm.audit.note_read("ayse@example.org", "timeline", ALI)
    crm.audit.note_read(None, "search", rows=2)
    crm.audit.note_read("nobody@example.org", "timeline", ALI)
    listed, looked = crm.audit.entries()
    assert (looked.subject_id, looked.details) == (two[0].id, {"what": "timeline"})
    assert (listed.subject_id, listed.actor, listed.details) == (None, "system", {"what": "search", "rows": 2})


def test_somebody_unknown_has_no_entries_and_an_id_that_is_gone_has_its_own(crm, clock):
    gone = uuid4()
    with crm.database.write() as transaction:
        append(transaction, "main", "erase", gone, Actor("customer", "ayse@example.org"), {}, clock())
    assert crm.audit.entries("nobody@example.org") == []
    (entry,) = crm.audit.entries(gone)
    assert entry.actor == "customer"


def test_entries_are_asked_by_time_and_number(crm, clock):
    crm.audit.note_read(None, "first")
    clock.advance(seconds=60)
    crm.audit.note_read(None, "second")
    assert [one.details["what"] for one in crm.audit.entries(since=clock())] == ["second"]
    assert [one.number for one in crm.audit.entries(limit=1)] == [2]
    with pytest.raises(InvalidError):
        crm.audit.entries(limit=0)
    with pytest.raises(InvalidError):
        crm.audit.entries(since=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - the very mistake


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE ecrm_audit SET actor = 'system' WHERE number = 2", 2),
        ("UPDATE ecrm_audit SET details = '{}' WHERE number = 2", 2),
        ("DELETE FROM ecrm_audit WHERE number = 1", 1),
        ("UPDATE ecrm_audit SET number = 9 WHERE number = 3", 3),
    ],
)
def test_who_changes_a_row_is_found(crm, sql, broken_at):
    for name in ("one", "two", "three"):
        crm.audit.note_read(None, name, ALI)
    assert crm.audit.verify().count == 3
    change(crm, sql)
    assert crm.audit.verify().broken_at == broken_at


def test_rows_cut_off_at_the_end_are_found_against_an_anchor(crm):
    for name in ("one", "two"):
        crm.audit.note_read(None, name, ALI)
    anchor = crm.audit.anchor()
    change(crm, "DELETE FROM ecrm_audit WHERE number = 2")
    assert crm.audit.verify().is_intact
    assert not crm.audit.verify(anchor).is_intact


def test_each_shop_has_a_chain_of_its_own(crm):
    outlet = crm.for_shop("outlet")
    crm.audit.note_read(None, "main")
    outlet.audit.note_read(None, "outlet")
    assert crm.audit.anchor().number == outlet.audit.anchor().number == 1
    with pytest.raises(ConflictError, match="outlet"):
        crm.audit.verify(outlet.audit.anchor())


def test_more_than_a_page_is_verified(crm, clock):
    with crm.database.write() as transaction:
        for number in range(1_001):
            append(transaction, "main", "read", None, None, {"rows": number}, clock())
    assert crm.audit.verify().count == 1_001


def test_writers_at_the_same_time_leave_no_gap(database_url):
    with CRM(database_url, plugins=[]) as crm:

        def look():
            for _ in range(10):
                crm.audit.note_read(None, "list")

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert crm.audit.verify().count == 40
