"""What failed is tried again after 10 s, 1, 5 and 30 minutes, then parked until somebody asks for it."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm import NotFoundError
from ecrm.effects import Keep, SetTimer, Tag
from ecrm.reactions.failing import BACKOFF_S, MOST_TRIES
from ecrm.reactions.holding import in_hand
from ecrm.reactions.tables import parked as parked_table
from reactions.acting import Acting, visit
from story import AYSE

CANARY = "canary@example.org"


class Ailing:
    """A function that fails until it is mended."""

    def __init__(self, *effects):
        self.effects = effects
        self.asked = 0
        self.is_ill = True

    def __call__(self, *_):
        self.asked += 1
        if self.is_ill:
            raise LookupError(CANARY)
        return self.effects


def tags(crm):
    return crm.customers.find(AYSE).tags


def wait_and_work(crm, clock, **span):
    clock.advance(**span)
    return crm.work()


def test_what_fails_is_tried_again_later_each_time_and_then_given_up(opened, clock):
    ailing = Ailing()
    crm = opened(Acting(ailing))
    visit(crm, clock, "v1")
    assert crm.work().failed == 1
    for tries, wait_s in enumerate(BACKOFF_S):
        (failed,) = crm.parked(with_retrying=True)
        assert (failed.tries, failed.is_given_up) == (tries, False)
        assert failed.next_try_at == clock() + dt.timedelta(seconds=wait_s)
        assert wait_and_work(crm, clock, seconds=wait_s - 1).is_idle
        assert crm.parked() == []
        assert wait_and_work(crm, clock, seconds=1).failed == 1
    (parked,) = crm.parked()
    assert (parked.tries, parked.is_given_up, parked.next_try_at) == (MOST_TRIES, True, None)
    assert parked.error.startswith("LookupError in ")
    assert CANARY not in repr(parked)
    assert ailing.asked == 1 + MOST_TRIES
    assert wait_and_work(crm, clock, days=30).is_idle


def test_what_is_mended_in_time_is_done_once_by_itself(opened, clock):
    ailing = Ailing(Tag("vip"))
    crm = opened(Acting(ailing))
    visit(crm, clock, "v1")
    crm.work()
    ailing.is_ill = False
    assert wait_and_work(crm, clock, seconds=10).reacted == 1
    assert tags(crm) == {"vip"}
    assert crm.parked(with_retrying=True) == []


def give_up(crm, clock):
    for _ in range(len(BACKOFF_S) + 1):
        wait_and_work(crm, clock, minutes=31)
    return crm.parked()


def test_what_is_parked_waits_for_retry(opened, clock):
    ailing = Ailing(Tag("vip"))
    crm = opened(Acting(ailing))
    visit(crm, clock, "v1")
    visit(crm, clock, "v2")
    first, _ = give_up(crm, clock)
    ailing.is_ill = False
    assert crm.retry(first.id) == 1
    assert crm.work().reacted == 1
    assert len(crm.parked()) == 1
    assert crm.retry() == 1
    assert crm.work().reacted == 1
    assert crm.parked(with_retrying=True) == []
    assert tags(crm) == {"vip"}


def test_a_retry_begins_the_waits_anew(opened, clock):
    crm = opened(Acting(Ailing()))
    visit(crm, clock, "v1")
    give_up(crm, clock)
    crm.retry()
    crm.work()
    (failed,) = crm.parked(with_retrying=True)
    assert (failed.tries, failed.is_given_up) == (1, False)


def test_nothing_is_parked_under_an_unknown_id(opened, clock):
    crm = opened(Acting(Ailing()))
    visit(crm, clock, "v1")
    (parked,) = give_up(crm, clock)
    for shop, id_ in ((crm, parked.id + 1), (crm.for_shop("outlet"), parked.id)):
        with pytest.raises(NotFoundError):
            shop.retry(id_)


def test_what_was_voided_meanwhile_is_not_tried(opened, clock):
    ailing = Ailing(Tag("vip"))
    crm = opened(Acting(ailing))
    one = visit(crm, clock, "v1")
    crm.work()
    crm.void(one, because="wrong card")
    ailing.is_ill = False
    wait_and_work(crm, clock, minutes=1)
    assert crm.parked(with_retrying=True) == []
    assert (ailing.asked, tags(crm)) == (1, frozenset())


def test_what_failed_waits_while_its_plugin_is_off(opened, clock):
    ailing = Ailing(Tag("vip"))
    crm = opened(Acting(ailing))
    visit(crm, clock, "v1")
    crm.work()
    ailing.is_ill = False
    crm.plugins.switch_off("acting")
    assert wait_and_work(crm, clock, days=1).is_idle
    crm.plugins.switch_on("acting")
    crm.work()
    assert tags(crm) == {"vip"}


def test_a_timer_that_failed_is_tried_again_with_what_it_was_told(opened, clock):
    seen = []

    def fire(due, _):
        seen.append((due.key, dict(due.details), due.due_at, due.set_by))
        due.details["more"] = object()
        if len(seen) < 3:
            raise LookupError(CANARY)
        return [Tag("vip")]

    def react(interaction, _):
        return [SetTimer("wake", key="k", at=interaction.at, details={"a": [1]})]

    crm = opened(Acting(react, fire=fire))
    one = visit(crm, clock, "v1")
    crm.work()
    (failed,) = crm.parked(with_retrying=True)
    assert failed.is_timer
    wait_and_work(crm, clock, minutes=1)
    wait_and_work(crm, clock, minutes=1)
    assert seen == [("k", {"a": [1]}, one.at, one.id)] * 3
    assert tags(crm) == {"vip"}


def test_an_effect_that_can_not_be_is_told_and_the_others_are_applied(opened, clock):
    def react(interaction, _):
        return [SetTimer("nobody", key="k", at=interaction.at)] if interaction.source_id == "v1" else [Tag("vip")]

    crm = opened(Acting(react))
    for number in range(3):
        visit(crm, clock, f"v{number}")
    assert crm.work().failed == 1
    (failed,) = crm.parked(with_retrying=True)
    assert "no plugin registers a timer" in failed.error
    assert tags(crm) == {"vip"}


def test_a_try_whose_worker_ended_is_given_up_after_the_last(opened, clock, monkeypatch):
    ailing = Ailing()
    crm = opened(Acting(ailing))
    visit(crm, clock, "v1")
    crm.work()

    class Ended(BaseException):
        """Stand for the end of the process: nothing is put back."""

    def end(*_):
        raise Ended

    monkeypatch.setattr(crm._core.crew.retrier, "_attempt", end)
    for tries in range(MOST_TRIES):
        clock.advance(hours=1)
        with pytest.raises(Ended):
            crm.work()
        assert [one.tries for one in crm.parked(with_retrying=True)] == [tries + 1]
    wait_and_work(crm, clock, hours=1)
    (parked,) = crm.parked()
    assert "ended" in parked.error
    assert wait_and_work(crm, clock, days=1).is_idle


def test_only_one_of_two_workers_tries(opened, clock):
    ailing = Ailing(Tag("vip"))
    crm, other = opened(Acting(ailing)), opened(Acting(ailing))
    visit(crm, clock, "v1")
    crm.work()
    clock.advance(minutes=1)
    with crm.database.read() as transaction:
        (row,) = parked_table.due_rows(transaction, {"act"}, clock(), 10)
    assert crm.database.transact(lambda t: parked_table.claim(t, row, clock() + dt.timedelta(minutes=1)))
    assert crm.database.transact(lambda t: parked_table.claim(t, row, clock())) is None
    assert other.work().is_idle
    assert ailing.asked == 1


def test_a_kept_fact_is_not_said_by_a_retry_while_another_worker_says_it(opened, clock):
    ailing = Ailing(Keep("acting.mood", 7))
    crm = opened(Acting(keep=ailing))
    visit(crm, clock, "v1")
    crm.work()
    ailing.is_ill = False
    clock.advance(seconds=10)
    with in_hand(crm._core.crew.parts, "keep", 1):
        crm.work()
        assert ailing.asked == 1
    crm.work()
    assert crm.facts(AYSE)["acting.mood"] == 7
    assert crm.parked(with_retrying=True) == []
