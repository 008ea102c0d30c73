"""Whatever happens to the CRM, the shop answers as it would without, nearly as fast, and what it was told is kept.

Each round a shop on Flask sells before, during and after a fault. What is in the CRM at the end is what `emit`
said True of, where the transaction it was in was committed.
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from adapters.flask.flask_shops import close_shop, count_orders, make_shop
from ecrm import Who
from ecrm.hookspecs import Reaction, hookimpl
from faults import children
from gateway import gateway

SALES = 4
PATIENCE_S = 0.25
# What a busy machine may add to a request.
ROOM_S = 1.0


class Shop:
    """A shop that sells, and remembers what it was told of its events."""

    def __init__(self, app, *, is_atomic):
        self.app, self.is_atomic = app, is_atomic
        self.client = app.test_client()
        self.told, self.sold, self.took_s, self.number = set(), 0, {"well": [], "ill": []}, 0

    @property
    def crm(self):
        return self.app.extensions["ecrm"].crm

    def sell(self, state, times=SALES):
        for _ in range(times):
            self.number += 1
            fails = self.number % 4 == 0
            began = time.monotonic()
            answer = self.client.post(f"/orders/{self.number}{'?fails=1' if fails else ''}")
            self.took_s[state].append(time.monotonic() - began)
            assert answer.status_code == (409 if fails else 200)
            self.sold += not fails
            if answer.json["emitted"] and not (fails and self.is_atomic):
                self.told.add(str(self.number))

    def is_whole(self):
        """Tell whether it sold all it was asked to, in time, and the CRM holds what it was told and nothing else."""
        assert count_orders(self.app) == self.sold
        added_s = max(self.took_s["ill"]) - statistics.median(self.took_s["well"])
        assert added_s < PATIENCE_S + ROOM_S
        self.crm.work()
        held = {one.order_id for one in self.crm.orders(Who(user_id=7))}
        assert held == self.told
        return True


@pytest.fixture
def open_shop(tmp_path):
    with ExitStack() as opened:

        def open_(*, is_atomic, **config):
            app = make_shop(tmp_path / "instance", shop_url=f"sqlite:///{tmp_path / 'shop.db'}", **config)
            opened.callback(close_shop, app)
            app.extensions["ecrm"].crm.shop.configure(currency="TRY")
            shop = Shop(app, is_atomic=is_atomic)
            shop.sell("well")
            return shop

        yield open_


@contextmanager
def locked(file):
    """Let another program hold a SQLite file."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.rollback()


@contextmanager
def full(crm):
    """Let a file have no room for another page."""
    database = crm.inbox_database
    opens = database.open
    with database.read() as held:
        pages = held.run("PRAGMA page_count").fetchone()[0]

    def open_full():
        opened = opens()
        opened.run(f"PRAGMA max_page_count={pages}")
        return opened

    database.open = open_full
    database.release()
    yield
    del database.open
    database.release()


@contextmanager
def away(crm):
    """Let a file be gone for a while, as a volume that is not mounted."""
    file = Path(crm.inbox_database.path)
    crm.close()
    aside = file.parent / "aside"
    aside.mkdir()
    for one in file.parent.glob(f"{file.name}*"):
        shutil.move(one, aside / one.name)
    file.mkdir()
    yield
    crm.close()
    file.rmdir()
    for one in aside.iterdir():
        shutil.move(one, file.parent / one.name)


@pytest.mark.parametrize("fault", ["refuse", "hang", "slow"])
def test_a_crm_on_a_server_that_fails_costs_the_shop_its_patience_alone(open_shop, postgresql_url, fault):
    with gateway(postgresql_url) as (gate, url):
        shop = open_shop(is_atomic=False, ECRM_DATABASE=url)
        if fault == "slow":
            gate.delay_s = 0.4
        else:
            getattr(gate, fault)()
        shop.sell("ill")
        assert len(shop.told) == SALES, "the fault was none"
        gate.open()
        # A connection that was lost is found lost once.
        shop.sell("ill", 2)
        shop.sell("well")
        assert len(shop.told) >= 2 * SALES
        assert shop.is_whole()


@pytest.mark.parametrize("fault", ["locked", "full", "away"])
def test_a_crm_in_a_file_that_fails_costs_the_shop_its_patience_alone(open_shop, tmp_path, fault):
    file = tmp_path / "crm" / "crm.db"
    file.parent.mkdir()
    shop = open_shop(is_atomic=False, ECRM_DATABASE=f"sqlite:///{file}")
    with {"locked": lambda: locked(file), "full": lambda: full(shop.crm), "away": lambda: away(shop.crm)}[fault]():
        # A page that is begun has room for some.
        shop.sell("ill", 40 if fault == "full" else SALES)
        assert len(shop.told) < shop.number
    shop.sell("well")
    assert shop.is_whole()


@pytest.mark.parametrize("fault", ["locked", "away"])
def test_a_shop_with_the_inbox_in_its_own_file_loses_nothing_while_the_crm_fails(open_shop, tmp_path, fault):
    shop = open_shop(is_atomic=True)
    crm_file = Path(shop.crm.database.path)
    if fault == "locked":
        with locked(crm_file):
            shop.sell("ill")
    else:
        shop.crm.close()
        aside = crm_file.rename(tmp_path / "aside.db")
        shop.sell("ill")
        shop.crm.close()
        aside.rename(crm_file)
    assert len(shop.told) == shop.sold
    assert shop.is_whole()


class Raising:
    """A plugin that fails at whatever it is asked."""

    name = "raising"

    @hookimpl
    def register_reactions(self):
        def fail(*_):
            raise ZeroDivisionError

        return [Reaction("raising", fail)]


def test_a_plugin_that_fails_is_nothing_to_the_shop(open_shop):
    shop = open_shop(is_atomic=True, ECRM_PLUGINS=[Raising()], ECRM_WORKER="thread")
    shop.sell("ill", 20)
    shop.app.extensions["ecrm"].background.stop()
    assert shop.is_whole()
    assert shop.crm.parked(with_retrying=True)


def test_a_worker_that_is_killed_is_nothing_to_the_shop(open_shop, points):
    shop = open_shop(is_atomic=True)
    homes = [str(one.url) for one in (shop.crm.database, shop.crm.inbox_database)]
    for _ in range(points):
        started = children.CHILDREN.Event()
        with children.running(children.work_for_ever, *homes, started) as worker:
            assert started.wait(children.PATIENCE_S)
            shop.sell("ill", 20)
            worker.kill()
            shop.sell("ill")
    assert shop.is_whole()


def test_the_harness_sees_an_event_that_was_told_and_is_not_there(open_shop):
    shop = open_shop(is_atomic=True)
    shop.sell("ill")
    shop.told.add("1001")
    with pytest.raises(AssertionError):
        shop.is_whole()


def test_a_shop_that_is_held_up_is_seen(open_shop, postgresql_url):
    with gateway(postgresql_url) as (gate, url):
        shop = open_shop(is_atomic=False, ECRM_DATABASE=url, ECRM_PATIENCE_S=3)
        gate.hang()
        shop.sell("ill", 1)
        gate.open()
        with pytest.raises(AssertionError):
            shop.is_whole()
