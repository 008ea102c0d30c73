"""Who writes, publishes and starts surveys at once does not undo what another did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ecrm.errors import ConflictError
from ecrm.surveys import Nps, Survey


def test_a_ready_survey_that_many_start_at_once_is_made_the_shops_once(crm):
    def start(_):
        try:
            return crm.surveys.start("nps", after="Order Delivered").state
        finally:
            crm.database.release()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(start, range(16))) == {"running"}
    assert [(one.version, one.state) for one in crm.surveys.list() if one.key == "nps"] == [(1, "live")]


def test_a_version_that_is_live_stays_as_it_is_while_others_write(crm):
    live = {}

    def work(number):
        try:
            crm.surveys.write(Survey("day", f"Your day {number}", [Nps("score", "How was it?")]))
            published = crm.surveys.publish("day")
        except ConflictError:
            return
        finally:
            crm.database.release()
        assert live.setdefault(published.version, published) == published

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(64)))
    assert live
    for version, published in live.items():
        assert crm.surveys.show("day", version) == published
    assert {one.state for one in crm.surveys.list() if one.key == "day" and one.version in live} == {"live"}
