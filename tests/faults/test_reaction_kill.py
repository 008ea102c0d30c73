"""kill -9 of workers at every step of reacting, keeping, retrying and waking: each effect once, with its cursor.

A round has all of it at once: two visits to react to, a customer to keep a fact of, a visit that failed and is
tried again, timers that are due and set themselves again. Each point is a round in a shop of its own.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import attrs
import pytest

from faults import bugs, children
from faults.chance import chance_of
from faults.reactive import FLAKY, FileClock, open_reactive, work_again, work_until_burned
from faults.verdict import wrong
from story import AYSE, START, visited

EARLY = ("v0", "v1", FLAKY)
LATE = ("v2", "v3")
EACH = ("greet", "tag", "set", "remind", "again", "remind")


@pytest.fixture
def clock(tmp_path):
    told = FileClock(tmp_path / "clock")
    told.set(START)
    return told


@pytest.fixture
def crm(bare_database_url, clock):
    with open_reactive(bare_database_url, clock) as opened:
        opened.upgrade()
        yield opened


def url_of(crm):
    return crm.database.url.render_as_string(hide_password=False)


def tell(shop, clock, names):
    for name in names:
        shop.record(attrs.evolve(visited(source_id=f"{shop.shop.key}-{name}"), at=clock()))


def prepare(crm, clock, key):
    """Give a shop in which a round has everything to do."""
    shop = crm.for_shop(key)
    tell(shop, clock, EARLY)
    crm.work()
    clock.advance(hours=1, minutes=1)
    tell(shop, clock, LATE)
    return shop


def finish(crm, clock):
    """Let another worker do what is left, when leases have ended, and all that falls due."""
    for _ in range(4):
        clock.advance(hours=1)
        crm.work()


def journal(shop):
    """Give what was applied in a shop: reaction, cause and name, as often as it was."""
    with shop.database.read() as transaction:
        sql = f"SELECT e.reaction, e.cause_id, e.name FROM ecrm_effect e WHERE e.shop = '{shop.shop.key}'"  # noqa: S608
        return [tuple(row) for row in transaction.run(sql).fetchall()]


def visits(shop):
    return shop.timeline(AYSE, limit=100, kinds=["Store Visited"])


def out_of_step(shop):
    """Give the visits whose effects are behind or ahead of the cursor."""
    at = next(one.position for one in shop.reactions() if one.name == "greet")
    causes = {_plain(cause) for reaction, cause, _ in journal(shop) if reaction == "greet"}
    parked = {_plain(one.cause_id) for one in shop.parked(with_retrying=True)}
    return [one.source_id for one in visits(shop) if (one.position <= at) != (_plain(one.id) in causes | parked)]


def _plain(id_):
    return id_.bytes if hasattr(id_, "bytes") else bytes(id_)


def told(shop, kind):
    return Counter(
        (one.properties["visit"], one.properties.get("left")) for one in shop.timeline(AYSE, limit=1_000, kinds=[kind])
    )


def faults(shop):
    """Give what is not as if no worker had been killed."""
    names = [f"{shop.shop.key}-{name}" for name in (*EARLY, *LATE)]
    found = {
        "greeted": (told(shop, "Greeted"), Counter((name, None) for name in names)),
        "reminded": (told(shop, "Reminded"), Counter((name, left) for name in names for left in (0, 1))),
        "effects": (Counter(name for _, _, name in journal(shop)), Counter(EACH * len(names))),
        "kept": (shop.facts(AYSE).get("reactive.visits"), len(names)),
        "tags": (shop.customers.find(AYSE).tags, frozenset({"greeted"})),
        "failed": (shop.parked(with_retrying=True), []),
        "waiting": ([one.name for one in shop.reactions() if one.waiting or one.lag_s], []),
    }
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def kill_at(crm, clock, steps, plant=None):
    """Give whether a worker was killed at a step; else it was done before."""
    with children.running(work_until_burned, url_of(crm), clock.path, steps, plant) as child:
        child.join(children.PATIENCE_S)
        assert child.exitcode in {0, -signal.SIGKILL}
        return child.exitcode != 0


def test_a_worker_killed_at_any_step_does_each_thing_once_and_with_its_cursor(crm, clock, points):
    steps, killed = 1, 0
    stride = max(1, 400 // points)
    while True:
        shop = prepare(crm, clock, f"s{steps}")
        was_killed = kill_at(crm, clock, steps)
        assert not out_of_step(shop)
        finish(crm, clock)
        assert not faults(shop), steps
        if not was_killed:
            break
        killed += 1
        steps += chance_of(steps).randint(1, 2 * stride - 1)
    assert killed
    assert not wrong(shop)


def test_effects_in_a_second_transaction_are_seen(crm, clock):
    shop = prepare(crm, clock, "planted")
    assert kill_at(crm, clock, 0, bugs.apply_in_a_second_transaction)
    assert out_of_step(shop)
    finish(crm, clock)
    assert faults(shop)


def test_workers_killed_at_random_moments_do_each_thing_once(crm, clock, points, tmp_path):
    over, ledger = children.CHILDREN.Event(), tmp_path / "ledger"
    shops = []
    for point in range(points):
        chance = chance_of(point)
        shops.append(prepare(crm, clock, f"r{point}"))
        arguments = (url_of(crm), clock.path, ledger, "", 1_000, over)
        with children.running(work_again, *arguments) as one, children.running(work_again, *arguments) as other:
            time.sleep(chance.uniform(0.05, 0.4))
            os.kill(one.pid, signal.SIGKILL)
            clock.advance(minutes=20)
            time.sleep(chance.uniform(0, 0.2))
            os.kill(other.pid, signal.SIGKILL)
        finish(crm, clock)
    assert not [found for shop in shops if (found := faults_by_any(shop))]


def faults_by_any(shop):
    """Give faults of a shop whose effects are named for the worker that answered."""
    return {name: pair for name, pair in faults(shop).items() if name != "effects"} | doubled(shop)


def doubled(shop):
    """Give the effects that were applied for one cause by more than one answer."""
    seen = Counter((reaction, _plain(cause), name.partition(" by ")[0]) for reaction, cause, name in journal(shop))
    twice = {key: count for key, count in seen.items() if count > 1}
    return {"doubled": twice} if twice else {}
