"""Each hook is asked for itself: one that fails, hangs, ends the program or returns garbage is named."""

from __future__ import annotations

import sys
import time
from types import ModuleType

import pytest

from ecrm import InvalidError, SetupError
from ecrm.hookspecs import Fact, Hooks, hookimpl
from ecrm.registry import collect
from ecrm.registry.asking import RECORDS

HOOKS = [*RECORDS]


def plugin_with(hook, function, name="acme"):
    made = type("Acme", (), {"name": name, hook: hookimpl(function)})
    return made()


def raising(self):
    raise KeyError("ayse@example.com")


def refusing(self):
    raise InvalidError.of("name", "use lower-case letters")


def leaving(self):
    sys.exit("ayse@example.com")


def hanging(self):
    until = time.monotonic() + 5
    while time.monotonic() < until:
        time.sleep(0.01)
    return []


def endless(self):
    while True:
        yield object()


def yielding_then_raising(self):
    yield from ()
    raise KeyError("ayse@example.com")


async def waiting(self):
    return []


def returning(value):
    return lambda _: value


GARBAGE = {
    "nothing": returning(None),
    "a number": returning(7),
    "a text": returning("records"),
    "a mapping": returning({"name": object()}),
    "strangers": returning([object()]),
    "a class": returning([int]),
    "nothing in a list": returning([None]),
    "too many": endless,
    "a coroutine": waiting,
}


def test_every_hook_of_the_specification_is_asked():
    specified = {name for name, value in vars(Hooks).items() if hasattr(value, "ecrm_spec")}
    assert specified == {*RECORDS, "may_contact"}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("function", [raising, yielding_then_raising])
def test_a_hook_that_raises_stops_the_start_and_what_it_said_is_not_repeated(hook, function):
    with pytest.raises(SetupError, match=f"acme failed in {hook}: KeyError") as caught:
        collect([plugin_with(hook, function)])
    assert "ayse" not in str(caught.value)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_is_refused_by_ecrm_says_what_to_do(hook):
    with pytest.raises(SetupError, match=f"acme failed in {hook}: name: use lower-case letters"):
        collect([plugin_with(hook, refusing)])


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_ends_the_program_stops_the_start_alone(hook):
    with pytest.raises(SetupError, match=f"acme tried to end the program in {hook}"):
        collect([plugin_with(hook, leaving)])


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_hangs_stops_the_start_in_time(hook):
    began = time.monotonic()
    with pytest.raises(SetupError, match=f"acme did not answer {hook} within 0.05 s"):
        collect([plugin_with(hook, hanging)], deadline_s=0.05)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("function", GARBAGE.values(), ids=GARBAGE)
def test_a_hook_that_returns_garbage_stops_the_start(hook, function):
    with pytest.raises(SetupError, match=f"acme failed in {hook}: it "):
        collect([plugin_with(hook, function)])


def test_one_plugin_that_fails_does_not_hide_behind_another():
    class Good:
        @hookimpl
        def register_facts(self):
            return [Fact("good.count", "integer", "events", "Good ones.", "count")]

    with pytest.raises(SetupError, match="plugin acme"):
        collect([Good(), plugin_with("register_facts", raising), plugin_with("register_facts", returning([]), "other")])


def test_records_may_be_yielded_by_a_module():
    acme = ModuleType("acme")

    @hookimpl
    def register_facts():
        yield Fact("acme.count", "integer", "events", "Good ones.", "count")

    acme.register_facts = register_facts
    assert [fact.name for fact in collect([acme]).facts["acme"]] == ["acme.count"]


@pytest.mark.parametrize(
    ("name", "meant"), [("register_event_kind", "register_event_kinds"), ("may_contakt", "may_contact")]
)
@pytest.mark.parametrize("options", [{}, {"optionalhook": True}])
def test_a_misspelt_hook_is_told_what_it_means(name, meant, options):
    made = type("Acme", (), {name: hookimpl(**options)(returning([]))})()
    with pytest.raises(SetupError, match=f"acme implements a hook that ecrm does not have, {name}.*{meant}"):
        collect([made])


def test_a_hook_that_is_nothing_like_ours_is_named():
    made = type("Acme", (), {"pytest_configure": hookimpl(returning([]))})()
    with pytest.raises(SetupError, match="pytest_configure"):
        collect([made])


@pytest.mark.parametrize("name", ["register_facts", "register_fact", "may_contact"])
def test_a_function_that_lacks_its_mark_is_named(name):
    made = type("Acme", (), {name: returning([]), "register_settings": hookimpl(returning([]))})()
    with pytest.raises(SetupError, match=f"acme does not mark {name} as a hook"):
        collect([made])


def test_what_a_module_imports_for_its_own_use_is_no_forgotten_hook():
    acme = ModuleType("acme")
    acme.register_blueprint = returning([])
    acme.register_join = str.join
    acme.register_facts = hookimpl(lambda: ())
    assert [*collect([acme]).plugins] == ["acme"]


def test_a_plugin_without_a_hook_is_named():
    with pytest.raises(SetupError, match="object implements no hook"):
        collect([object()])


@pytest.mark.parametrize("options", [{"wrapper": True}, {"hookwrapper": True}])
def test_a_wrapper_around_others_hooks_is_refused(options):
    def wrapping(self):
        yield

    made = type("Acme", (), {"register_facts": hookimpl(**options)(wrapping)})()
    with pytest.raises(SetupError, match="acme wraps register_facts"):
        collect([made])


def test_a_hook_may_have_another_name_where_it_says_which_it_is():
    made = type("Acme", (), {"facts": hookimpl(specname="register_facts")(returning([]))})()
    assert [*collect([made]).plugins] == ["acme"]


def test_a_hook_with_other_arguments_is_named():
    made = type("Acme", (), {"register_followers": hookimpl(lambda _, crm: [crm])})()
    with pytest.raises(SetupError, match=r"acme can not be registered.*arguments"):
        collect([made])


def test_an_object_that_can_not_be_looked_at_is_named():
    class Acme:
        @hookimpl
        def register_facts(self):
            return []

        def __dir__(self):
            raise KeyError("ayse@example.com")

    with pytest.raises(SetupError, match=r"acme can not be registered.*KeyError") as caught:
        collect([Acme()])
    assert "ayse" not in str(caught.value)
