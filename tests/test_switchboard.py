"""Plugins are listed, switched for each shop, asked before a contact, and give their services."""

from __future__ import annotations

import threading
import time

import pytest

from ecrm import CRM, InvalidError, NotFoundError, SetupError
from ecrm.hookspecs import Fact, Service, Setting, hookimpl
from ecrm.shops.model import Settings
from story import AYSE, MEHMET, visited


class Till:
    """A service that knows its shop."""

    def __init__(self, crm):
        self.shop = crm.shop.key


class Never:
    """A service nobody offers."""


class Broken:
    """A service that can not be made."""


class Wrong:
    """A service that is made as another."""


def break_(_):
    raise KeyError("ayse@example.com")


def refuse(_):
    raise InvalidError.of("till", "give it a drawer")


class Acme:
    """A plugin with services, which is careful about contacts."""

    objection = None

    @hookimpl
    def register_services(self):
        return [Service(Till, Till), Service(Broken, break_), Service(Wrong, lambda _: Till)]

    @hookimpl
    def register_settings(self):
        return [Setting("hours", "integer", "How long.", default=4)]

    @hookimpl
    def may_contact(self, contact):
        return self.objection(contact) if self.objection else None


class Points:
    """A plugin that says no without looking."""

    @hookimpl
    def register_facts(self):
        return [Fact("points.count", "integer", "events", "Good ones.", "count")]

    @hookimpl
    def may_contact(self):
        return "never"


@pytest.fixture
def acme():
    return Acme()


@pytest.fixture
def crm(database_url, clock, acme):
    with CRM(database_url, plugins=[acme, Points], clock=clock) as opened:
        opened.upgrade()
        yield opened


def test_plugins_are_listed_with_what_they_contribute(crm):
    crm.plugins.switch_off("points")
    one, other = crm.plugins.list()
    assert (one.name, one.is_on, one.origin, one.version) == ("acme", True, "given", None)
    assert one.contributes == {"services": 3, "settings": 1, "contact": 1}
    assert (other.name, other.is_on, other.contributes) == ("points", False, {"facts": 1, "contact": 1})
    assert repr(crm.plugins) == "<Switchboard acme, points>"


def test_a_crm_without_plugins_lists_none(database_url):
    with CRM(database_url, plugins=[]) as crm:
        assert [*crm.plugins.list()] == []
        with pytest.raises(NotFoundError, match="it has none"):
            crm.plugins.switch_off("acme")


def test_a_plugin_is_switched_for_one_shop(crm, database_url, acme):
    outlet = crm.for_shop("outlet")
    outlet.plugins.switch_off("acme")
    outlet.plugins.switch_off("acme")
    assert not outlet.plugins.is_on("acme")
    assert crm.plugins.is_on("acme")
    assert outlet.plugins.is_on("points")
    assert not crm._core.is_on("acme", "outlet")
    with CRM(database_url, plugins=[acme], shop="outlet") as again:
        assert not again.plugins.is_on("acme")
    outlet.plugins.switch_on("acme")
    assert outlet.plugins.is_on("acme")


def test_switching_leaves_what_else_the_shop_has_set(crm):
    crm.shop.configure(country="TR", plugins_off=["points"])
    crm.plugins.switch_off("acme")
    assert crm.shop.settings == Settings(country="TR", plugins_off={"points", "acme"})


def test_a_plugin_that_is_not_there_is_not_on(crm):
    crm.shop.configure(plugins_off=["gone"])
    assert not crm.plugins.is_on("gone")
    assert not crm.plugins.is_on("other")
    for switch in (crm.plugins.switch_off, crm.plugins.switch_on):
        with pytest.raises(NotFoundError, match="no plugin other: it has acme, points"):
            switch("other")


def test_switches_that_are_set_at_once_are_all_kept(crm, database_url, acme):
    ready = threading.Barrier(2)

    def switch(name):
        with CRM(database_url, plugins=[acme, Points]) as own:
            ready.wait()
            for _ in range(10):
                own.plugins.switch_off(name)

    threads = [threading.Thread(target=switch, args=(name,)) for name in ("acme", "points")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with CRM(database_url, plugins=[]) as again:
        assert again.shop.settings.plugins_off == {"acme", "points"}


def test_a_service_is_made_once_for_each_view_on_a_shop(crm):
    outlet = crm.for_shop("outlet")
    assert crm.service(Till) is crm.service(Till)
    assert (crm.service(Till).shop, outlet.service(Till).shop) == ("main", "outlet")


def test_a_service_of_a_plugin_that_is_off_says_how_to_switch_it_on(crm):
    crm.service(Till)
    crm.plugins.switch_off("acme")
    with pytest.raises(SetupError, match=r"plugin acme is off for this shop: crm\.plugins\.switch_on\(\"acme\"\)"):
        crm.service(Till)
    assert crm.for_shop("outlet").service(Till).shop == "outlet"


def test_a_service_nobody_offers_says_which_plugins_are_on(crm):
    with pytest.raises(SetupError, match=r"no plugin of this CRM offers Never.*on are acme, points"):
        crm.service(Never)


@pytest.mark.parametrize(
    ("kind", "said"), [(Broken, "plugin acme can not make Broken: KeyError"), (Wrong, "plugin acme made type")]
)
def test_a_service_that_can_not_be_made_names_the_plugin(crm, kind, said):
    with pytest.raises(SetupError, match=said) as caught:
        crm.service(kind)
    assert "ayse" not in str(caught.value)


def test_what_ecrm_says_while_a_service_is_made_is_passed_on(database_url):
    class Careful:
        @hookimpl
        def register_services(self):
            return [Service(Till, refuse)]

    with CRM(database_url, plugins=[Careful]) as crm, pytest.raises(InvalidError, match="drawer"):
        crm.service(Till)


def ask(crm, who=AYSE):
    return crm.plugins.may_contact(who, channel="email", purpose="marketing")


def test_any_plugin_that_is_on_may_say_no(crm, acme):
    crm.record(visited())
    crm.plugins.switch_off("points")
    assert ask(crm).is_allowed
    acme.objection = lambda contact: f"{contact.shop} {contact.channel} {contact.purpose}"
    assert [str(reason) for reason in ask(crm).reasons] == ["acme: main email marketing"]
    crm.plugins.switch_off("acme")
    assert ask(crm).is_allowed
    crm.plugins.switch_on("points")
    assert [str(reason) for reason in ask(crm).reasons] == ["points: never"]


def test_a_plugin_is_asked_about_the_customer(crm, acme):
    stored = crm.record(visited())
    seen = []
    acme.objection = seen.append
    ask(crm)
    assert seen[0].customer_id == crm.customers.find(AYSE).id
    assert seen[0].customer_id
    assert stored.profile_id


def test_a_plugin_that_hangs_does_not_hold_a_message_for_long(crm, acme):
    crm.record(visited())
    acme.objection = lambda _: [time.sleep(0.01) for _ in range(1_000)]
    began = time.monotonic()
    answer = ask(crm)
    assert time.monotonic() - began < 6
    assert [reason.plugin for reason in answer.reasons] == ["acme", "points"]


def test_nobody_is_contacted_who_is_not_known(crm):
    with pytest.raises(NotFoundError):
        ask(crm, MEHMET)


def test_a_host_may_ask_for_plugins_by_name_alone(database_url):
    with pytest.raises(SetupError, match="there is no plugin acme"):
        CRM(database_url, plugins=["acme"])
