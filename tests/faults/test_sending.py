"""Nothing is sent after a withdrawal was committed; and whatever happens to workers, each message ends somewhere."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections import Counter

import pytest

from ecrm import CRM, Who
from ecrm.errors import UnavailableError
from ecrm.hookspecs import Receipt
from ecrm.messages import Commercial, Content, Transactional, authorising
from ecrm.messages.settling import Settler
from ecrm.testing import FrozenClock
from faults import children, posting
from faults.chance import chance_of
from faults.ledger import Ledger
from faults.patience import wait_until
from faults.reactive import FileClock
from messages.pigeon import Pigeons
from story import START

WORKERS, RACERS = 16, 20
ENDED = {"sent", "suppressed", "failed", "parked", "uncertain"}


def advert(who):
    return Commercial(to=who, channel="pigeon", purpose="marketing", content=Content(text="Spring."), reason="spring")


def race(url, clock, points, workers=WORKERS):
    """Withdraw consent while workers claim; give how many were authorised too late, and how many at all."""
    pigeons, late, went = Pigeons(lambda *_: Receipt("accepted")), 0, 0
    with CRM(url, clock=clock, plugins=[pigeons], on_error="raise") as crm:
        crm.messages.configure(delivery="live", public_url="https://shop.example", caps=[], quiet_hours=None)
        for point in range(points):
            clock.advance(seconds=1)
            people = [Who(email=f"r{point}-{number}@example.org") for number in range(RACERS)]
            for who in people:
                crm.consent.grant(who, "marketing")
            clock.advance(seconds=1)
            ids = {who: crm.messages.send(advert(who)) for who in people}
            is_over = threading.Event()
            crew = [threading.Thread(target=claim, args=(crm, is_over)) for _ in range(workers)]
            for thread in crew:
                thread.start()
            time.sleep(chance_of(point).uniform(0, 0.02))
            before = {}
            for who in reversed(people):
                crm.consent.withdraw(who, "marketing")
                # What is authorised now was so before; what comes to be so after this came too late.
                before[who] = crm.explain_message(ids[who]).authorised_at
            is_over.set()
            for thread in crew:
                thread.join()
            after = {who: crm.explain_message(ids[who]).authorised_at for who in people}
            late += sum(before[who] is None and after[who] is not None for who in people)
            went += sum(at is not None for at in after.values())
    return late, went


def claim(crm, is_over):
    authoriser = crm._core.postroom.deliverer._authoriser
    while not is_over.is_set():
        try:
            authoriser.authorise(2)
        except UnavailableError:
            time.sleep(0.001)
    crm.database.release()


def test_nothing_is_authorised_after_a_withdrawal_was_committed(database_url, points):
    late, went = race(database_url, FrozenClock(START), points)
    assert late == 0
    assert went, "every message lost its race: nothing was tried"


def test_a_claim_that_does_not_share_the_ledgers_lock_is_seen(postgresql_url, monkeypatch):
    decide_many = authorising.decide_many

    def slow(*arguments, **more):
        decided = decide_many(*arguments, **more)
        time.sleep(0.01)
        return decided

    monkeypatch.setattr(authorising, "share_consent", lambda *_: None)
    monkeypatch.setattr(authorising, "decide_many", slow)
    clock = FrozenClock(START)
    # How the threads take their turns is chance: it is tried until it shows.
    assert any(race(postgresql_url, clock, 2)[0] for _ in range(20))


@pytest.fixture
def clock(tmp_path):
    told = FileClock(tmp_path / "clock")
    told.set(START)
    return told


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def crm(bare_database_url, clock, ledger):
    with posting.open_postal(bare_database_url, clock, posting.Postal(ledger)) as opened:
        opened.upgrade()
        opened.messages.configure(delivery="live", public_url="https://shop.example", caps=[], quiet_hours=None)
        yield opened


def url_of(crm):
    return crm.database.url.render_as_string(hide_password=False)


def note(address):
    return Transactional(
        to=Who(email=address), channel="post", purpose="account", content=Content(text="Your link."), reason="reset"
    )


def ask(crm, name):
    kinds = ("plain", "refused", "delayed", "plainly")
    return [crm.messages.send(note(f"{kind}-{name}@example.org")) for kind in kinds]


def finish(crm, clock):
    for _ in range(4):
        clock.advance(hours=1)
        crm.work()


def faults(crm, ids, ledger):
    """Give the messages that ended nowhere, or went twice without being marked as uncertain."""
    times = Counter(ledger.lines())
    found = {}
    for id_ in ids:
        told = crm.explain_message(id_)
        was_uncertain = any(line["state"] == "uncertain" or "may have gone" in line["because"] for line in told.trail)
        if told.state not in ENDED or (times[str(id_)] > 1 and not was_uncertain):
            found[id_] = (told.state, times[str(id_)])
        if told.state == "sent" and times[str(id_)] == 0:
            found[id_] = (told.state, 0)
    return found


def kill_at(crm, clock, ledger, steps, plant=None):
    with children.running(posting.deliver_until_burned, url_of(crm), clock.path, ledger.path, steps, plant) as child:
        child.join(children.PATIENCE_S)
        assert child.exitcode in {0, -signal.SIGKILL}
        return child.exitcode != 0


def test_a_worker_killed_between_any_two_steps_leaves_no_message_behind(crm, clock, ledger, points):
    stride, steps, killed = max(1, 150 // points), 1, 0
    while True:
        ids = ask(crm, f"s{steps}")
        was_killed = kill_at(crm, clock, ledger, steps)
        finish(crm, clock)
        assert faults(crm, ids, ledger) == {}, steps
        if not was_killed:
            break
        killed += 1
        steps += chance_of(steps).randint(1, 2 * stride - 1)
    assert killed


def forget_what_is_under_way():
    """Let what a dead worker had in hand be sent again as if it had never been tried."""

    def again(self, row, channel, said, now):
        import attrs

        from ecrm.messages.tables.message import WAITING

        return attrs.evolve(row, state=WAITING, leased_until=None, authorised_at=None)

    Settler._unknown = again


def test_sending_again_what_a_dead_worker_had_is_seen(crm, clock, ledger, monkeypatch):
    kept = Settler._unknown
    monkeypatch.setattr(Settler, "_unknown", kept)
    forget_what_is_under_way()
    for steps in itertools.count(1):
        ids = ask(crm, f"b{steps}")
        was_killed = kill_at(crm, clock, ledger, steps)
        finish(crm, clock)
        if faults(crm, ids, ledger):
            return
        assert was_killed, "the bug was not seen"


def test_a_worker_that_was_stopped_past_its_lease_settles_nothing(crm, clock, ledger):
    ids = ask(crm, "stop")
    over, held = children.CHILDREN.Event(), "plain-stop@example.org"
    arguments = (url_of(crm), clock.path, ledger.path, held, over)
    with children.running(posting.deliver_until_stopped, *arguments) as child:
        wait_until(lambda: f"stopped {ids[0]}" in ledger.lines(), "the worker does not stop")
        clock.advance(hours=1)
        crm.work()
        assert crm.explain_message(ids[0]).state == "uncertain"
        os.kill(child.pid, signal.SIGCONT)
        later = crm.messages.send(note("later@example.org"))
        wait_until(lambda: crm.explain_message(later).state == "sent", "the worker does not go on")
        over.set()
        child.join(children.PATIENCE_S)
    finish(crm, clock)
    assert crm.explain_message(ids[0]).state == "uncertain"
    assert Counter(ledger.lines())[str(ids[0])] == 1
    assert faults(crm, ids, ledger) == {}
