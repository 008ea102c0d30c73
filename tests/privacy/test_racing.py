"""Who is erased while a program thinks about them does not come back by what it decided."""

from __future__ import annotations

import datetime as dt
from contextlib import closing

import pytest

from ecrm import CRM, Who, events
from ecrm.effects import Keep, Note, Record, SetTimer, Tag
from ecrm.errors import ErasedError
from ecrm.hookspecs import Fact, Reaction, Timer, hookimpl
from ecrm.testing import FrozenClock

EMAIL = "ayse@example.org"


class Slow:
    """A plugin during whose reactions the person is erased."""

    name = "slow"

    def __init__(self, does):
        self.does = does
        self.crm = None

    @hookimpl
    def register_facts(self):
        return [Fact("slow.word", "text", "word", "A word.", "kept")] if self.does == "keep" else []

    @hookimpl
    def register_reactions(self):
        keeper = Reaction("slow_keep", self.react, kinds=["Store Visited"], keeps=["slow.word"])
        return [keeper if self.does == "keep" else Reaction("slow", self.react, kinds=["Store Visited"])]

    @hookimpl
    def register_timers(self):
        return [Timer("slow", lambda *_: ())]

    def react(self, interaction, _):
        if self.crm.customers.find(EMAIL) is not None:
            self.crm.privacy.erase(EMAIL, "asked for")
        if self.does == "fail":
            raise ValueError
        if self.does == "keep":
            return [Keep("slow.word", "late")]
        later = interaction.at + dt.timedelta(days=1)
        own = events.StoreVisited(customer=Who(email=EMAIL), source_id="own")
        return {
            "timer": [SetTimer("slow", "1", at=later, details={"said": EMAIL})],
            "tag": [Tag("late"), Note("late")],
            "record": [Record(own)],
        }[self.does]


@pytest.mark.parametrize("does", ["timer", "tag", "record", "keep", "fail"])
def test_nothing_is_left_of_what_was_decided(database_url, does):
    plugin = Slow(does)
    with closing(CRM(database_url, plugins=[plugin], clock=FrozenClock())) as crm:
        crm.upgrade()
        plugin.crm = crm
        crm.record(events.StoreVisited(customer=Who(email=EMAIL)))
        crm.work()
        assert crm.customers.list() == []
        kept = ["slow_fact"] if does == "keep" else []
        with crm.database.read() as transaction:
            for table in ("interaction", "profile", "timer", "effect", "parked", "stale", "fact", *kept):
                assert transaction.run(f"SELECT count(*) FROM ecrm_{table}").fetchone()[0] == 0, table  # noqa: S608
        with pytest.raises(ErasedError):
            crm.record(events.StoreVisited(customer=Who(email=EMAIL)))
