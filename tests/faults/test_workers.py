"""Two workers on one inbox: each row once, nothing lost, both got some."""

from __future__ import annotations

import queue

import pytest
import sqlalchemy as sa

from ecrm import CRM
from faults import bugs, children
from faults.happenings import happening
from faults.verdict import stored, wrong

BATCH = 5


@pytest.fixture(params=["sqlite", "postgresql", "a file of the shop"])
def places(request, tmp_path):
    """Give the URLs of the CRM's and the host's database, the second None where they are one."""
    if request.param == "a file of the shop":
        return request.getfixturevalue("sqlite_url"), f"sqlite:///{tmp_path / 'shop.db'}"
    return request.getfixturevalue(f"{request.param}_url"), None


def fill(places, writer, count):
    with CRM(places[0], host=places[1], on_error="raise", plugins=[]) as crm:
        for number in range(count):
            assert crm.emit(happening(writer, number))


def work_in_two(places, plant=None):
    """Give what each of two workers received in its first batch and in the rest."""
    met, counts = children.CHILDREN.Barrier(2), children.CHILDREN.Queue()
    arguments = (*places, BATCH, met, counts, plant)
    with (
        children.running(children.receive_beside, *arguments) as one,
        children.running(children.receive_beside, *arguments) as other,
    ):
        try:
            return [counts.get(timeout=children.PATIENCE_S) for _ in range(2)]
        except queue.Empty:
            return pytest.fail(f"the workers ended with {one.exitcode} and {other.exitcode}")


def test_two_workers_receive_each_row_once(places, points):
    expected = []
    for point in range(points):
        count = BATCH * 6
        fill(places, f"w{point}", count)
        received = work_in_two(places)
        assert sum(first + rest for first, rest in received) == count
        if places[1] is None:
            assert all(first for first, _ in received)
        expected += [f"w{point}-{number}" for number in range(count)]
    with CRM(places[0], host=places[1], plugins=[]) as crm:
        assert crm.work().is_idle
        assert stored(crm) == sorted(expected)
        assert not wrong(crm)


def test_workers_that_claim_what_others_hold_are_seen(database_url):
    places = (database_url, None)
    fill(places, "a", BATCH * 6)
    received = work_in_two(places, bugs.claim_what_others_hold)
    assert sum(first + rest for first, rest in received) > BATCH * 6


def test_a_failure_to_claim_is_shown_and_blames_no_row(sqlite_url):
    with CRM(sqlite_url, plugins=[]) as crm:
        crm.emit(happening("a", 0))
        rename = "ALTER TABLE ecrm_inbox RENAME COLUMN {} TO {}"
        with crm.database.write() as transaction:
            transaction.run(rename.format("raw", "away"))
        with pytest.raises(sa.exc.OperationalError, match="no such column"):
            crm.work()
        with crm.database.write() as transaction:
            transaction.run(rename.format("away", "raw"))
        assert crm.work().received == 1
