"""A survey is asked of those for whom a plugin's condition holds, on the day; a plugin that fails is asked again."""

from __future__ import annotations

from ecrm.hookspecs import Condition, hookimpl
from surveys.conftest import AYSE, MEHMET, delivered


class Loyal:
    """A plugin whose condition says what a test says."""

    name = "loyal"

    def __init__(self, holds):
        self.holds = holds

    @hookimpl
    def register_conditions(self):
        return [Condition("loyal", "They came back.", self.holds)]


def test_only_those_for_whom_the_condition_holds_are_asked(opened, pigeons):
    crm = opened(pigeons, Loyal(lambda ask: ask.customer().name == "Ayşe"))
    crm.customers.upsert(AYSE, name="Ayşe")
    crm.surveys.start("mood", after="Order Delivered", where="loyal")
    crm.record(delivered())
    crm.record(delivered(MEHMET, "8"))
    crm.work()
    assert [one.to for one in pigeons.sent] == ["ayse@example.org"]
    assert [one.reason for one in crm.surveys.invitations(MEHMET)] == ["the condition does not hold"]


def test_a_condition_that_fails_holds_nobody_up_and_is_asked_again(opened, pigeons, clock):
    answers = iter([ZeroDivisionError, True])

    def holds(_):
        answer = next(answers)
        if answer is not True:
            raise answer
        return answer

    crm = opened(pigeons, Loyal(holds))
    crm.surveys.start("mood", after="Order Delivered", where="loyal")
    crm.record(delivered())
    crm.work()
    assert pigeons.sent == []
    clock.advance(hours=2)
    crm.work()
    assert len(pigeons.sent) == 1


def test_a_condition_that_always_fails_is_asked_about_until_it_is_too_late(opened, pigeons, clock):
    asked = []

    def holds(_):
        asked.append(1)
        raise ZeroDivisionError

    crm = opened(pigeons, Loyal(holds))
    crm.surveys.start("mood", after="Order Delivered", where="loyal", expires="5 hours")
    crm.record(delivered())
    for _ in range(12):
        crm.work()
        clock.advance(days=1)
    assert 6 <= len(asked) <= 8
    assert [one.reason for one in crm.surveys.invitations(AYSE)] == ["it is too late to ask"]
