"""The worker thread: it works until it is stopped. What forks and servers do to it is with the Flask adapter."""

from __future__ import annotations

import time

from ecrm import Who, events
from ecrm.web import Background


def wait_for(holds, wait_s=20.0):
    end = time.monotonic() + wait_s
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    assert holds()


def test_it_works_until_it_is_stopped_and_then_starts_no_more(crm):
    background = Background(crm)
    background.start()
    background.start()
    crm.emit(events.StoreVisited(customer=Who(card="1")))
    wait_for(lambda: crm.facts(Who(card="1")).get("visits.count") == 1)
    background.stop()
    background.stop()
    background.start()
    assert not background.is_running
