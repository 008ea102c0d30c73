from __future__ import annotations

import datetime as dt

import attrs
import pytest

from ecrm import CRM, Who, events
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.plugins.call_task import CallTasks
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, FrozenLine, PluginContract

AYSE = "+905321112233"
MOMENTS = [dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC) for day in (1, 2)]


def whose(crm, phone=AYSE):
    seen = crm.record(events.StoreVisited(customer=Who(phone=phone), source_id=f"visit-{phone}"))
    customer = crm.customers.find(Who(phone=phone))
    return {"profile_id": seen.profile_id, "customer_id": customer.id}


@pytest.fixture
def crm(database_url, clock):
    with CRM(database_url, clock=clock, plugins=["call_task"]) as opened:
        opened.upgrade()
        yield opened


@pytest.fixture
def case(crm):
    def arrived():
        return [Arrival(one.phone, f"{one.subject}\n{one.script}", str(one.id)) for one in waiting(crm)]

    return ChannelCase(
        "call_task", [AYSE, "+4915112345678"], arrived, bad=["5321112233", "ayse@example.com"], message=whose(crm),
        database=crm.database,
    )  # fmt: skip


def waiting(crm):
    return crm.service(CallTasks).waiting()


class TestChannelContract(ChannelContract):
    """It goes to people of the shop's own."""

    reaches_out = refuses_at_once = False

    @pytest.fixture
    def channel(self, case):
        return case

    def test_one_that_is_handed_over_again_is_known_again(self, channel_stage, crm):
        """A call is filed once, however often it comes."""
        message = channel_stage.message()
        for _ in range(2):
            assert [one.status for one in channel_stage.deliver(message)] == ["accepted"]
        assert [one.id for one in waiting(crm)] == [message.id]


class TestPluginContract(PluginContract):
    """It has a table."""

    has_reactions, has_tables = False, True

    @pytest.fixture
    def plugin(self):
        return "call_task"

    @pytest.fixture
    def history(self):
        return [
            events.StoreVisited(customer=Who(phone=f"+9053211122{number}"), source_id=f"v{number}-{again}", at=at)
            for again, at in enumerate(MOMENTS)
            for number in (33, 44, 55)
        ]

    def use(self, crm, customers):
        stage = ChannelStage(ChannelCase("call_task", [AYSE], list, database=crm.database))
        for customer in customers:
            identity = crm.customers.identities(customer.id)[0]
            ids = {"profile_id": identity.profile_id, "customer_id": customer.id}
            line = FrozenLine.of("call_task", database=crm.database)
            stage.deliver(attrs.evolve(stage.message(**ids), shop=crm.shop.key), line=line)


@pytest.fixture
def stage(case):
    return ChannelStage(case)


def test_a_call_waits_with_its_script_until_somebody_ends_it(crm, stage):
    message = stage.message(details={"script": "Sor: geldi mi?"}, subject="Sipariş")
    stage.deliver(message)
    [task] = waiting(crm)
    assert (task.phone, task.script, task.subject) == (AYSE, "Sor: geldi mi?", "Sipariş")
    assert "Sor" not in repr(task)

    crm.service(CallTasks).end(task.id, "answered", agent_id="ali", note="Geldi", duration_s=95)
    assert waiting(crm) == []
    ended = crm.timeline(Who(phone=AYSE))[0]
    assert (ended.kind, ended.channel) == ("Call Ended", "phone")
    assert {"outcome": "answered", "agent_id": "ali", "note": "Geldi"}.items() <= ended.properties.items()


def test_a_call_ends_once(crm, stage):
    stage.deliver(stage.message())
    tasks = crm.service(CallTasks)
    [task] = waiting(crm)
    tasks.end(task.id, "missed", agent_id="ali")
    with pytest.raises(ConflictError):
        tasks.end(task.id, "answered", agent_id="veli")
    assert [one.kind for one in crm.timeline(Who(phone=AYSE))].count("Call Ended") == 1
    assert crm.timeline(Who(phone=AYSE))[0].properties["outcome"] == "missed"


def test_a_call_that_nobody_filed_can_not_end(crm, stage):
    tasks = crm.service(CallTasks)
    with pytest.raises(NotFoundError):
        tasks.end(stage.message().id, "missed", agent_id="ali")
    with pytest.raises(InvalidError):
        tasks.end(stage.message().id, "eaten", agent_id="ali")
    with pytest.raises(InvalidError):
        tasks.waiting(0)


def test_a_message_that_names_nobody_is_refused(crm, stage):
    [receipt] = stage.deliver(stage.message(profile_id=None))
    assert (receipt.status, receipt.reason) == ("refused", "other")
    assert waiting(crm) == []


def test_calls_of_a_shop_are_its_own(crm, stage):
    stage.deliver(stage.message())
    assert crm.for_shop("other").service(CallTasks).waiting() == []
