"""Readers of the log skip nothing and are held up by nobody."""

from __future__ import annotations

import random
import threading
import time

import pytest
import sqlalchemy as sa

from ecrm import CRM, Who
from ecrm.interactions.tables.log import INTERACTION
from ecrm.interactions.tables.position import HELD_POSITION, safe_position
from story import AYSE, visited


def safe(crm: CRM) -> int:
    with crm.database.read() as transaction:
        return safe_position(transaction)


def read_on(crm: CRM, after: int) -> tuple[int, list[int]]:
    with crm.database.read() as transaction:
        up_to = safe_position(transaction)
        query = sa.select(INTERACTION.c.position).where(INTERACTION.c.position.between(after + 1, up_to))
        return max(after, up_to), sorted(row[0] for row in transaction.core(query))


def test_positions_rise_with_what_is_stored(crm):
    assert safe(crm) == 0
    stored = [crm.record(visited(source_id=f"v{n}", after=-n)) for n in range(3)]
    assert [one.position for one in stored] == sorted({one.position for one in stored})
    assert safe(crm) == stored[-1].position
    assert read_on(crm, stored[0].position)[1] == [one.position for one in stored[1:]]


def test_a_writer_that_has_not_committed_holds_readers_before_it_and_an_idle_one_does_not(postgresql_url):
    with CRM(postgresql_url, plugins=[]) as crm, CRM(postgresql_url, plugins=[]) as other:
        first = crm.record(visited(source_id="v1"))
        with other.database.write() as idle:
            idle.run("SELECT count(*) FROM ecrm_interaction")
            second = crm.record(visited(source_id="v2"))
            assert safe(crm) == second.position
        with other.database.write() as writer:
            writer.run(f"SELECT {HELD_POSITION}")
            third = crm.record(visited(source_id="v3"))
            assert first.position <= safe(crm) < third.position
        assert safe(crm) == third.position


@pytest.mark.parametrize("writers", [4])
def test_a_reader_beside_concurrent_writers_skips_nothing(database_url, writers):
    each = 25
    with CRM(database_url, plugins=[]) as crm:
        crm.record(visited())
        failures: list[Exception] = []

        def write(number: int) -> None:
            chance = random.Random(number)  # noqa: S311 - delays, no secret
            try:
                for place in range(each):
                    crm.record(visited(Who(card=f"c-{number}"), f"w{number}-{place}"))
                    time.sleep(chance.uniform(0, 0.002))
            except Exception as error:  # noqa: BLE001 - the test shows it
                failures.append(error)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        after, seen = 0, []
        while any(thread.is_alive() for thread in threads):
            after, found = read_on(crm, after)
            seen += found
        seen += read_on(crm, after)[1]
        assert not failures
        assert len(seen) == len(set(seen)) == writers * each + 1
        assert len(crm.timeline(AYSE)) == 1
