"""A duty of a plugin is done every so often, for each shop that set it up, by one worker at a time."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from ecrm import CRM
from ecrm.errors import InvalidError
from ecrm.hookspecs import Duty, Setting, hookimpl

HOUR = dt.timedelta(hours=1)


class Sweeping:
    """Sweep each shop every hour, in one go or in several."""

    name = "sweeping"

    def __init__(self, *sweeps):
        self._sweeps = sweeps

    @hookimpl
    def register_settings(self):
        return [Setting("broom", "text", "With what.")]

    @hookimpl
    def register_duties(self):
        return [Duty(f"sweep_{number}", sweep, every=HOUR) for number, sweep in enumerate(self._sweeps)]


@pytest.fixture
def opened(database_url, clock):
    found = []

    def open_(*sweeps):
        crm = CRM(database_url, clock=clock, plugins=[Sweeping(*sweeps)])
        crm.upgrade()
        found.append(crm)
        return crm

    yield open_
    for crm in found:
        crm.close()


def test_a_duty_is_done_at_once_and_then_every_so_often(opened, clock):
    swept = []
    crm = opened(lambda crm: swept.append((crm.shop.key, clock())))
    crm.plugins.configure("sweeping", broom="red")
    crm.for_shop("outlet").plugins.configure("sweeping", broom="blue")
    start = clock()
    for _ in range(9):
        crm.work()
        clock.advance(minutes=20)
    assert swept == [(shop, start + number * HOUR) for number in range(3) for shop in ("main", "outlet")]


def test_a_shop_that_did_not_set_it_up_or_has_it_off_is_left_alone(opened, clock):
    swept = []
    crm = opened(lambda crm: swept.append(crm.shop.key))
    crm.for_shop("outlet").customers.upsert("ayse@example.org", name="Ayşe")
    crm.work()
    assert swept == ["main"], "a plugin that wants no secret is set up in the host's own shop"
    crm.plugins.switch_off("sweeping")
    clock.advance(hours=2)
    crm.work()
    assert swept == ["main"]


def test_a_duty_that_fails_keeps_nobody_and_is_done_again_in_its_turn(opened, clock, caplog):
    tried = []

    def sweep(_):
        tried.append(clock())
        raise RuntimeError("ayse@example.org")

    crm = opened(sweep)
    crm.plugins.configure("sweeping", broom="red")
    assert crm.work().failed == 1
    assert crm.work().failed == 0
    clock.advance(hours=1)
    crm.work()
    assert len(tried) == 2
    assert "sweep_0 failed" in caplog.text
    assert "ayse" not in caplog.text


def test_two_workers_do_it_once(opened, clock):
    swept, both = [], threading.Barrier(2)

    def sweep(_):
        swept.append(1)

    crews = [opened(sweep) for _ in range(2)]
    crews[0].plugins.configure("sweeping", broom="red")

    def work(crm):
        both.wait()
        crm.work()

    threads = [threading.Thread(target=work, args=(crm,)) for crm in crews]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(swept) == 1


def test_what_another_did_since_it_was_found_due_is_not_done_again(opened):
    swept = []
    other = opened(lambda _: swept.append("floor, by the other"), lambda _: swept.append("stairs, by the other"))
    crm = opened(lambda _: (swept.append("floor"), other.work()), lambda _: swept.append("stairs"))
    crm.plugins.configure("sweeping", broom="red")
    crm.work()
    assert swept == ["floor", "stairs, by the other"]


@pytest.mark.parametrize("every", [dt.timedelta(0), dt.timedelta(seconds=59), 60])
def test_a_duty_is_not_done_all_the_time(every):
    with pytest.raises(InvalidError, match="1 minute or more"):
        Duty("sweep", print, every=every)
