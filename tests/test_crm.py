"""The CRM puts the parts together: views, threads, forks, and what it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from ecrm import CRM, InvalidError, SetupError, Who
from story import AYSE, visited


def test_a_new_file_gets_its_tables_by_itself(bare_sqlite_url):
    with CRM(bare_sqlite_url) as crm:
        crm.record(visited())
    with CRM(bare_sqlite_url) as again:
        assert len(again.timeline(AYSE)) == 1


def test_a_crm_shows_no_secret(bare_sqlite_url):
    with CRM(bare_sqlite_url, secrets={"mail.key": "hunter2-hunter2-hunter2"}) as crm:
        assert repr(crm) == "<CRM sqlite shop=main>"
        assert "hunter2" not in repr(vars(crm))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"url": "nonsense"}, SetupError), ({"on_error": "ignore"}, InvalidError), ({"shop": "a b"}, InvalidError),
        ({"host": "nonsense"}, SetupError), ({"secrets": {"mail.key": "hunter2"}}, SetupError),
        ({"plugins": "acme"}, SetupError), ({"plugins": ["no_such_plugin"]}, SetupError),
    ],
)  # fmt: skip
def test_what_can_not_work_is_refused_at_the_start(bare_sqlite_url, wrong, error):
    with pytest.raises(error):
        CRM(**{"url": bare_sqlite_url, **wrong})


def test_views_share_connections_and_signals(crm):
    outlet = crm.for_shop("outlet")
    assert outlet.signals is crm.signals
    assert outlet.database is crm.database
    assert outlet.for_shop("main").shop is crm.shop
    assert (repr(outlet), crm.shop.key) == (f"<CRM {crm.database.dialect} shop=outlet>", "main")


def test_the_default_shop_is_the_one_that_was_named(database_url):
    with CRM(database_url, shop="outlet", plugins=[]) as crm:
        crm.record(visited())
        assert len(crm.timeline(AYSE)) == 1
        assert len(crm.for_shop("main").timeline(AYSE)) == 0


def test_threads_share_one_crm(crm):
    failures = []

    def record(number):
        try:
            for place in range(15):
                crm.record(visited(Who(card=f"c-{place % 3}"), f"t{number}-{place}"))
                crm.emit(visited(Who(card=f"c-{place % 3}"), f"e{number}-{place}"))
        except Exception as error:  # noqa: BLE001 - the test shows it
            failures.append(error)

    threads = [threading.Thread(target=record, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert crm.work().received == 60
    assert sum(crm.facts(Who(card=f"c-{n}"))["visits.count"] for n in range(3)) == 120
    assert crm.doctor(recount=True)[-1].is_good


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_crm_goes_on_in_a_forked_child_and_in_its_parent(crm):
    crm.record(visited(source_id="before"))
    child = os.fork()
    if not child:
        try:
            crm.record(visited(source_id="child"))
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the parent must hear of it
            os._exit(1)
    crm.record(visited(source_id="parent"))
    assert os.waitpid(child, 0)[1] == 0
    assert {one.source_id for one in crm.timeline(AYSE)} == {"before", "child", "parent"}


def test_importing_ecrm_loads_no_orm_no_numpy_and_no_framework():
    program = "import sys, ecrm; print(*sorted({name.partition('.')[0] for name in sys.modules}), *sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"numpy", "django", "flask", "sqlalchemy.orm", "alembic", "psycopg", "phonenumbers"}


def test_a_closed_crm_may_be_used_again(crm):
    crm.record(visited())
    crm.close()
    assert len(crm.timeline(AYSE)) == 1


def test_the_machines_time_is_used_where_no_clock_is_given(database_url):
    with CRM(database_url, plugins=[]) as crm:
        stored = crm.record(visited())
        assert stored.recorded_at.utcoffset().total_seconds() == 0
