"""A source is pulled page by page: the cursor moves with its events, failures wait, one worker has it in hand."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acme import AYSE, HORSE, PURPLE, Acme, completed, pull_nothing, translate
from ecrm import CRM, Who, events
from ecrm.errors import ConflictError, NotFoundError, UnavailableError
from ecrm.hookspecs import Page
from ecrm.sources import pulling
from ecrm.testing import FrozenClock
from ecrm.worker import Done


class Shelf:
    """Another system: events in a row, given page by page after a cursor, which is a place in the row."""

    def __init__(self, count=5, size=2):
        self.events = [completed(str(number)) for number in range(count)]
        self.size = size
        self.asked = []
        self.failing = []

    def pull(self, _, cursor, __):
        self.asked.append(cursor)
        if self.failing and (error := self.failing.pop(0)) is not None:
            raise error
        start = int(cursor or 0)
        end = min(start + self.size, len(self.events))
        return Page(self.events[start:end], str(end), is_last=end == len(self.events))


@pytest.fixture
def shelf():
    return Shelf()


def puller(pull, **more):
    return Acme(verify=None, translate=None, pull=pull, **({"calls_per_minute": 100_000} | more))


def ticking(clock, **span):
    """Give a clock that goes on by itself."""

    def tick():
        return clock.advance(**(span or {"milliseconds": 10}))

    return tick


@pytest.fixture
def open_puller(open_crm):
    return lambda pull, **more: open_crm(puller(pull, **more))


def count_of(crm):
    return crm.facts(AYSE)["orders.count"] if crm.customers.find(AYSE) else 0


def finding_of(crm):
    return next(one for one in crm.health() if one.name == "source acme")


def hang(*_):
    time.sleep(30)


# ------------------------------------------------------------------ the way of a page


def test_what_is_pulled_page_by_page_is_on_the_timeline(database_url, clock, shelf):
    crm = CRM(database_url, clock=ticking(clock), plugins=[puller(shelf.pull)], secrets={"acme.api_secret": HORSE})
    with crm:
        done = crm.work()
        assert (done.pages, done.pulled, done.received) == (3, 5, 5)
        assert count_of(crm) == 5
    assert shelf.asked == [None, "2", "4"]


def test_it_is_asked_again_after_its_time_and_goes_on_from_the_cursor(open_puller, clock):
    shelf = Shelf(count=2)
    crm = open_puller(shelf.pull, every=dt.timedelta(minutes=5))
    assert crm.work().pulled == 2
    clock.advance(minutes=4, seconds=59)
    assert crm.work().is_idle
    shelf.events.append(completed("new"))
    clock.advance(seconds=1)
    assert crm.work().pulled == 1
    assert shelf.asked == [None, "2"]


def test_the_cursor_is_kept_by_a_crm_that_is_opened_anew(open_puller, clock):
    shelf = Shelf(count=2)
    open_puller(shelf.pull).work()
    clock.advance(minutes=5)
    open_puller(shelf.pull).work()
    assert shelf.asked == [None, "2"]


def test_events_without_a_time_happened_when_they_were_pulled(open_puller, clock):
    crm = open_puller(lambda *_: Page([events.StoreVisited(customer=Who(email=AYSE), source_id="v1")]))
    crm.work()
    assert crm.timeline(AYSE)[0].at == clock()


def test_a_page_that_is_pulled_twice_is_stored_once(open_puller, clock):
    shelf = Shelf(count=2)
    crm = open_puller(lambda shop, _, keys: shelf.pull(shop, None, keys))
    for _ in range(3):
        crm.work()
        clock.advance(minutes=5)
    assert len(shelf.asked) == 3
    assert count_of(crm) == 2


def test_a_bad_event_of_a_page_is_rejected_alone(open_puller):
    naive = attrs.evolve(completed("1"), at=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is refused
    crm = open_puller(lambda *_: Page([naive, completed("2")]))
    done = crm.work()
    assert (done.pulled, done.received, done.rejected) == (2, 1, 1)


def test_each_shop_has_its_own_cursor_settings_and_secrets(open_crm):
    got = []

    def pull(shop, cursor, keys):
        got.append((shop, keys.settings(shop)["seller_id"], keys.secrets(shop, "api_secret")))
        return Page([completed(shop)], "1")

    crm = open_crm(puller(pull))
    outlet = crm.for_shop("outlet")
    outlet.plugins.configure("acme", seller_id="S-2", api_secret=PURPLE)
    crm.plugins.configure("acme", seller_id="S-1")
    crm.work()
    assert sorted(got) == [("main", "S-1", (HORSE,)), ("outlet", "S-2", (PURPLE,))]
    assert (len(crm.timeline(AYSE)), len(outlet.timeline(AYSE))) == (1, 1)


def test_a_shop_that_has_switched_the_plugin_off_is_not_asked_for(open_puller, clock, shelf):
    crm = open_puller(shelf.pull)
    crm.plugins.switch_off("acme")
    assert crm.work().is_idle
    crm.plugins.switch_on("acme")
    assert not crm.work().is_idle


def test_a_shop_that_has_not_set_it_up_is_not_asked_for(open_crm, shelf):
    crm = open_crm(puller(shelf.pull), secrets={})
    assert crm.work().is_idle
    assert shelf.asked == []


# ------------------------------------------------------------------ how often


def test_it_is_not_asked_more_often_than_it_allows(open_puller, clock):
    shelf = Shelf(count=6)
    crm = open_puller(shelf.pull, calls_per_minute=2)
    crm.work()
    clock.advance(seconds=29)
    crm.work()
    assert len(shelf.asked) == 1
    clock.advance(seconds=1)
    crm.work()
    assert len(shelf.asked) == 2


def test_a_round_ends_after_some_pages_so_that_other_duties_have_their_turn(clock, sqlite_url):
    shelf = Shelf(count=50, size=1)
    plugins, secrets = [puller(shelf.pull)], {"acme.api_secret": HORSE}
    with CRM(sqlite_url, clock=ticking(clock), plugins=plugins, secrets=secrets) as crm:
        assert crm._core.crew.puller.pull().pages == pulling.PAGES_AT_ONCE
        assert crm.work().pages == 30


# ------------------------------------------------------------------ failing


FAILURES = {
    "raises": (ConnectionResetError(AYSE), "ConnectionResetError"), "exits": (SystemExit(AYSE), "end the program"),
    "is_away": (UnavailableError("the marketplace is away"), "the marketplace is away"),
    "says_odd_things": (UnavailableError("a\0b\ud800" + "c" * 10_000), "a�b?c"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_a_pull_that_fails_is_put_off_and_told_by_the_health(open_puller, clock, caplog, name):
    error, said = FAILURES[name]
    shelf = Shelf(count=2)
    shelf.failing = [error]
    crm = open_puller(shelf.pull)
    assert crm.work().failed == 1
    finding = finding_of(crm)
    assert not finding.is_good
    assert said in finding.detail
    assert AYSE not in finding.detail + caplog.text
    clock.advance(seconds=59)
    assert crm.work().is_idle
    clock.advance(seconds=1)
    assert crm.work().pulled == 2
    assert finding_of(crm).is_good


GARBAGE = {
    "nothing": lambda *_: None, "a_list": lambda *_: [completed("1")], "no_events": lambda *_: Page([{"event": "x"}]),
    "events_without_ids": lambda *_: Page([events.StoreVisited(customer=Who(email=AYSE))]),
    "events_of_nobody": lambda *_: Page([events.StoreVisited(source_id="v1")]),
    "a_long_cursor": lambda *_: Page([], "x" * 10_001), "a_cursor_with_nul": lambda *_: Page([], "a\0b"),
    "half_a_surrogate": lambda *_: Page([], "\ud800"), "a_number_as_cursor": lambda *_: Page([], 7),
    "a_cursor_that_stays": lambda _, cursor, __: Page([completed("1")], cursor, is_last=False),
    "endless_events": lambda *_: Page(completed("1") for _ in iter(int, 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", GARBAGE)
def test_a_page_that_is_none_is_a_failure_and_moves_nothing(open_puller, name):
    crm = open_puller(GARBAGE[name])
    done = crm.work()
    assert (done.failed, done.pulled) == (1, 0)
    assert crm.inbox.counts() == {"waiting": 0, "done": 0, "rejected": 0}
    assert not finding_of(crm).is_good


def test_a_pull_that_hangs_is_left_after_its_deadline(open_puller):
    crm = open_puller(hang, deadline_s=0.05)
    began = time.monotonic()
    assert crm.work().failed == 1
    assert time.monotonic() - began < 5
    assert "longer than 0.05 s" in finding_of(crm).detail


def test_a_source_that_hangs_for_every_shop_keeps_a_round_only_once(open_crm, clock):
    crm = open_crm(puller(hang, deadline_s=0.05))
    for number in range(20):
        crm.for_shop(f"s{number}").plugins.configure("acme", seller_id="S")
    began = time.monotonic()
    assert crm._core.crew.puller.pull().failed == 1
    assert time.monotonic() - began < 0.5


def test_one_source_that_fails_does_not_keep_another_from_being_pulled(open_crm, shelf):
    other = puller(shelf.pull, name="other")
    other.name = "other"
    crm = open_crm(puller(lambda *_: 1 / 0), other, secrets={"acme.api_secret": HORSE, "other.api_secret": HORSE})
    assert crm.work().pulled == 2


def test_failures_are_waited_for_longer_and_longer_up_to_an_hour(open_puller, clock):
    crm = open_puller(lambda *_: 1 / 0)
    waits = []
    for _ in range(9):
        crm.work()
        (row,) = crm._core.crew.puller.rows_of("main")
        waits.append((row.next_at - clock()).total_seconds())
        clock.advance(seconds=waits[-1])
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@pytest.mark.parametrize(
    ("asked_s", "waited_s"),
    [(30, 30), (0, 1), (-5, 1), (0.5, 1), (7_200, 7_200), (10**30, 86_400), (float("inf"), 60), (float("nan"), 60),
     ("soon", 60), (None, 60)],
)  # fmt: skip
def test_a_retry_after_is_waited_for_and_what_is_none_is_not(open_puller, clock, asked_s, waited_s):
    shelf = Shelf(count=2)
    shelf.failing = [UnavailableError("wait", retry_after_s=asked_s)]
    crm = open_puller(shelf.pull)
    crm.work()
    clock.advance(seconds=waited_s - 0.5)
    assert crm.work().is_idle
    clock.advance(seconds=0.5)
    assert crm.work().pulled == 2


def test_a_failure_after_some_pages_goes_on_from_the_last_one_and_begins_to_count_anew(database_url, clock):
    shelf = Shelf()
    shelf.failing = [ValueError(), None, ValueError()]
    crm = CRM(database_url, clock=ticking(clock), plugins=[puller(shelf.pull)], secrets={"acme.api_secret": HORSE})
    with crm:
        crm.work()
        clock.advance(seconds=60)
        crm.work()
        (row,) = crm._core.crew.puller.rows_of("main")
        assert (row.failures, row.cursor) == (1, "2")
        clock.advance(seconds=60)
        crm.work()
        assert count_of(crm) == 5


# ------------------------------------------------------------------ crashes and leases


class Crash(BaseException):
    """What a power cut is to a program."""


def test_a_crash_while_a_page_is_kept_loses_and_doubles_nothing(database_url, clock, shelf, monkeypatch):
    secrets, now = {"acme.api_secret": HORSE}, ticking(clock)
    kept = pulling.delivery_table.put_wires
    crashes = [False, True, True, False, True]

    def dying(*given):
        kept(*given)
        if crashes and crashes.pop(0):
            raise Crash

    monkeypatch.setattr(pulling.delivery_table, "put_wires", dying)
    for _ in range(8):
        with CRM(database_url, clock=now, plugins=[puller(shelf.pull)], secrets=secrets) as crm:
            try:
                crm.work()
            except Crash:
                clock.advance(minutes=3)
    assert crashes == []
    with CRM(database_url, clock=now, plugins=[puller(shelf.pull)], secrets=secrets) as crm:
        assert count_of(crm) == 5
        assert crm.inbox.counts() == {"waiting": 0, "done": 5, "rejected": 0}


@settings(max_examples=20)
@given(size=st.integers(1, 7), failing=st.lists(st.booleans(), max_size=8), at_once=st.integers(1, 4))
def test_in_any_cut_and_with_any_failures_everything_is_stored_once(tmp_path_factory, size, failing, at_once):
    shelf, clock = Shelf(count=7, size=size), FrozenClock()
    shelf.failing = [ValueError() if fails else None for fails in failing]
    url = f"sqlite:///{tmp_path_factory.mktemp('cut') / 'crm.db'}"
    crm = CRM(url, clock=ticking(clock), plugins=[puller(shelf.pull)], secrets={"acme.api_secret": HORSE})
    with pytest.MonkeyPatch.context() as patch, crm:
        patch.setattr(pulling, "PAGES_AT_ONCE", at_once)
        for _ in range(12):
            crm.work()
            clock.advance(hours=1)
        assert count_of(crm) == 7
        assert crm.inbox.counts() == {"waiting": 0, "done": 7, "rejected": 0}


def test_a_second_worker_does_not_pull_what_another_has_in_hand(open_crm):
    began, go_on = threading.Event(), threading.Event()
    asked = []

    def pull(shop, cursor, keys):
        asked.append(cursor)
        began.set()
        go_on.wait(10)
        return Page([completed("1")], "1")

    crm, other = open_crm(puller(pull)), open_crm(puller(pull))
    thread = threading.Thread(target=crm.work)
    thread.start()
    began.wait(10)
    try:
        assert other.work() == Done()
        with pytest.raises(ConflictError):
            other.sync("acme")
    finally:
        go_on.set()
        thread.join(10)
    assert len(asked) == 1
    assert count_of(crm) == 1


def test_a_worker_that_wakes_after_its_lease_keeps_nothing_and_moves_no_cursor(open_crm, clock):
    began, go_on, gone = threading.Event(), threading.Event(), []

    def stuck(shop, cursor, keys):
        began.set()
        go_on.wait(10)
        return Page([completed("stale")], "9")

    crm, other = open_crm(puller(stuck)), open_crm(puller(lambda *_: Page([completed("1")], "1")))
    thread = threading.Thread(target=lambda: gone.append(crm.work()))
    thread.start()
    began.wait(10)
    clock.advance(seconds=121)
    assert other.work().pulled == 1
    go_on.set()
    thread.join(10)
    assert gone == [Done()]
    (row,) = other._core.crew.puller.rows_of("main")
    assert row.cursor == "1"
    assert [one.source_id for one in other.timeline(AYSE)] == ["Order Completed:1"]


# ------------------------------------------------------------------ sync


def test_sync_pulls_to_the_end_and_waits_as_often_as_the_source_asks(open_puller, clock):
    shelf, waits, told = Shelf(), [], []
    crm = open_puller(shelf.pull, calls_per_minute=60)

    def wait(seconds):
        waits.append(seconds)
        clock.advance(seconds=seconds)

    pulled = crm.sync("acme", told.append, wait)
    assert (pulled.pages, pulled.events, pulled.failed) == (3, 5, 0)
    assert waits == [1, 1]
    assert [one.pages for one in told] == [1, 2, 3]
    crm.work()
    assert count_of(crm) == 5


def test_sync_ends_where_a_source_is_asked_once_a_minute(open_puller, clock):
    crm = open_puller(Shelf().pull, calls_per_minute=1, every=dt.timedelta(minutes=1))
    assert crm.sync("acme", wait=lambda seconds: clock.advance(seconds=seconds)).pages == 3


def test_sync_trusts_a_wait_that_ends_a_moment_early(open_puller, clock):
    crm = open_puller(Shelf().pull, calls_per_minute=60)
    assert crm.sync("acme", wait=lambda seconds: clock.advance(seconds=seconds - 0.001)).pages == 3


def test_sync_does_not_wait_for_the_turn_of_a_source(open_puller, clock):
    shelf = Shelf(count=2)
    crm = open_puller(shelf.pull)
    crm.work()
    shelf.events.append(completed("new"))
    clock.advance(seconds=1)
    assert crm.sync("acme").events == 1


def test_sync_tells_a_failure_with_how_long_to_wait(open_puller, shelf):
    shelf.failing = [UnavailableError("the marketplace asks to wait", retry_after_s=30)]
    crm = open_puller(shelf.pull)
    for _ in range(2):
        with pytest.raises(UnavailableError) as error:
            crm.sync("acme")
        assert "asks to wait" in str(error.value)
        assert error.value.retry_after_s == 30
    assert len(shelf.asked) == 1


def test_sync_of_what_can_not_be_pulled_says_what_is_missing(open_crm, shelf):
    with pytest.raises(NotFoundError, match="no source"):
        open_crm(Acme()).sync("acme")
    with pytest.raises(NotFoundError, match="no source"):
        open_crm(puller(shelf.pull)).sync("other")
    with pytest.raises(NotFoundError, match="not set"):
        open_crm(puller(shelf.pull), secrets={}).sync("acme")


# ------------------------------------------------------------------ health and logs


def test_the_health_says_since_when_its_turn_has_come(open_puller, clock):
    crm = open_puller(pull_nothing)
    assert (finding_of(crm).detail, finding_of(crm).is_good) == ("not pulled yet", True)
    crm.work()
    assert finding_of(crm).detail == "pulled as it should be"
    clock.advance(minutes=15)
    assert finding_of(crm).figure == 600


def test_nothing_of_events_cursors_or_secrets_is_in_the_logs(open_puller, caplog, shelf):
    caplog.set_level(logging.DEBUG)
    shelf.failing = [ValueError(AYSE, HORSE)]
    crm = open_puller(shelf.pull)
    crm.work()
    rows = crm._core.crew.puller.rows_of("main")
    told = caplog.text + repr(rows) + repr(Page([completed("1")], HORSE)) + repr(crm.health())
    assert [one for one in (AYSE, HORSE) if one in told] == []


def test_a_source_may_both_receive_and_be_pulled(open_crm):
    crm = open_crm(Acme(translate=translate, pull=Shelf(count=2).pull))
    assert crm.work().pulled == 2
