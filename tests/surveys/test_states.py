"""Whatever happens in whatever order: nobody is asked without consent or too often, and each answers once."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ecrm import CRM, Who
from ecrm.errors import ConflictError, ErasedError, NotFoundError
from ecrm.testing import FrozenClock
from messages.pigeon import Pigeons
from surveys.conftest import delivered, mood, token_in

REST = dt.timedelta(days=5)
WHO = [Who(email="ayse@example.org"), Who(email="mehmet@example.org")]
who = st.sampled_from(range(len(WHO)))


class Asking(RuleBasedStateMachine):
    """Two customers, one survey that is asked after a delivery, and time that goes by.

    Args:
        empty: Gives the URL of a migrated, empty database.
    """

    def __init__(self, empty):
        super().__init__()
        self.empty = empty

    @initialize()
    def open(self):
        self.clock, self.pigeons = FrozenClock(), Pigeons()
        self.crm = CRM(self.empty(), clock=self.clock, plugins=[self.pigeons], on_error="raise")
        self.crm.messages.configure(
            delivery="live", public_url="https://shop.example/crm", channels=["pigeon"], caps=[]
        )
        self.crm.surveys.write(mood())
        self.crm.surveys.publish("mood")
        self.crm.surveys.start(
            "mood", after="Order Delivered", delay="1 days", rest="5 days", again="2 days", expires="4 days",
            reminders=["2 days"],
        )  # fmt: skip
        self.order, self.refused, self.erased = 0, set(), set()
        self.sent_at, self.answered, self.tokens = {}, set(), {}

    @rule(index=who)
    def deliver(self, index):
        self.order += 1
        try:
            self.crm.record(delivered(WHO[index], str(self.order)))
        except ErasedError:
            assert index in self.erased

    @rule(days=st.sampled_from([1, 2, 3, 4]))
    def wait(self, days):
        self.clock.advance(days=days)
        self.work()

    @rule(hours=st.sampled_from([1, 13]))
    def wait_a_little(self, hours):
        self.clock.advance(hours=hours)
        self.work()

    @rule(index=who, days=st.sampled_from([1, 2, 3]))
    def deliver_and_wait(self, index, days):
        self.deliver(index)
        self.wait(days)

    def work(self):
        before = len(self.pigeons.sent)
        self.crm.work()
        self.crm.work()
        for message in self.pigeons.sent[before:]:
            self.note(message)

    def note(self, message):
        index = next(place for place, one in enumerate(WHO) if one.email == message.to)
        token = token_in(message)
        assert index not in self.refused, "asked without consent"
        assert token not in self.answered, "reminded after the answer"
        if token not in self.tokens:
            last = self.sent_at.get(index)
            assert last is None or self.clock() - last >= REST, "asked too soon"
            self.sent_at[index] = self.clock()
        self.tokens[token] = index

    @rule(index=who)
    def invite(self, index):
        try:
            self.crm.surveys.invite(WHO[index], "mood")
        except (ConflictError, NotFoundError):
            return
        assert index not in self.refused
        # In quiet hours it waits.
        self.work()

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), score=st.integers(0, 10))
    def answer_partly(self, data, score):
        token = data.draw(st.sampled_from(sorted(self.tokens)))
        try:
            opened = self.crm.surveys.save(token, {"score": score})
        except (ConflictError, NotFoundError):
            assert self.is_closed(token)
        else:
            assert opened.answers["score"] == score
            assert not self.is_closed(token)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), score=st.integers(0, 10))
    def answer(self, data, score):
        token = data.draw(st.sampled_from(sorted(self.tokens)))
        was_closed = self.is_closed(token)
        try:
            self.crm.surveys.answer(token, {"score": score})
        except (ConflictError, NotFoundError):
            assert was_closed
        else:
            assert not was_closed
            self.answered.add(token)
            assert self.crm.facts(WHO[self.tokens[token]])["nps.last_score"] == score

    # Who left before anything was sent is asked nothing: that says little of the rest.
    @precondition(lambda self: self.sent_at)
    @rule(index=who)
    def withdraw(self, index):
        if index not in self.erased:
            self.crm.consent.withdraw(WHO[index], "surveys")
            self.refused.add(index)

    @precondition(lambda self: self.refused)
    @rule(index=who)
    def agree_again(self, index):
        if index in self.refused and index not in self.erased:
            self.crm.consent.grant(WHO[index], "surveys", method="preferences")
            self.refused.discard(index)

    @precondition(lambda self: self.sent_at and self.order > 3)
    @rule(index=who)
    def erase(self, index):
        if index not in self.erased and self.crm.customers.find(WHO[index]) is not None:
            self.crm.privacy.erase(WHO[index], because="asked for")
            self.erased.add(index)

    def is_closed(self, token):
        index = self.tokens[token]
        if token in self.answered or index in self.erased:
            return True
        opened = self.crm.surveys.open(token)
        return opened.state != "open"

    @invariant()
    def each_answer_stands_once(self):
        if not hasattr(self, "crm"):
            return
        for index, one in enumerate(WHO):
            if index in self.erased or self.crm.customers.find(one) is None:
                continue
            kinds = [told.kind for told in self.crm.timeline(one, limit=1_000)]
            mine = [token for token in self.answered if self.tokens[token] == index]
            assert kinds.count("Survey Answered") == len(mine)

    def teardown(self):
        if hasattr(self, "crm"):
            self.crm.close()


def run(empty, examples):
    run_state_machine_as_test(
        lambda: Asking(empty), settings=settings(max_examples=examples, stateful_step_count=30, deadline=None)
    )


def test_asking_keeps_to_its_rules_on_sqlite(sqlite_template, tmp_path):
    numbers = itertools.count()
    run(lambda: sqlite_template.copy(tmp_path / f"{next(numbers)}.db"), examples=25)


def test_asking_keeps_to_its_rules_on_postgresql(postgresql_template):
    def empty():
        postgresql_template.restore()
        return postgresql_template.url

    run(empty, examples=8)
