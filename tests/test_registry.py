"""Plugins are asked once what they contribute; what is wrong is named at the start."""

from __future__ import annotations

from typing import ClassVar

import pytest

from ecrm import CRM, SetupError, events
from ecrm.hookspecs import Follower, hookimpl
from ecrm.registry import collect


@events.kind
class GiftWrapped(events.Event):
    NAME: ClassVar[str] = "Gift Wrapped"


class Wrapping:
    @hookimpl
    def register_event_kinds(self):
        return [GiftWrapped]

    @hookimpl
    def register_followers(self):
        return [Follower("wrapping", lambda _, __: None)]


class Misspelt:
    @hookimpl
    def register_event_kind(self):
        return []


class OtherArguments:
    @hookimpl
    def register_followers(self, crm):
        return [crm]


class Impostor:
    @hookimpl
    def register_event_kinds(self):
        return [type("Fake", (GiftWrapped,), {"NAME": "Order Completed"})]


def test_nothing_is_contributed_by_no_plugin():
    found = collect(None)
    assert found.followers == ()
    assert len(found.kinds) == len(events.Kinds.core())
    assert len(collect([]).kinds) == len(found.kinds)


def test_what_plugins_contribute_is_collected():
    found = collect([Wrapping()])
    assert found.kinds["Gift Wrapped"] is GiftWrapped
    assert [follower.table for follower in found.followers] == ["wrapping"]


@pytest.mark.parametrize("plugin", [Misspelt(), OtherArguments()])
def test_a_hook_that_does_not_exist_or_has_other_arguments_is_named(plugin):
    with pytest.raises(SetupError, match=type(plugin).__name__):
        collect([plugin])


def test_a_plugin_given_twice_is_named():
    plugin = Wrapping()
    with pytest.raises(SetupError, match="Wrapping"):
        collect([plugin, plugin])


def test_a_kind_under_the_name_of_another_is_refused():
    with pytest.raises(SetupError, match="Fake"):
        collect([Impostor()])


def test_a_crm_with_a_bad_plugin_does_not_start(tmp_path):
    with pytest.raises(SetupError):
        CRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[Misspelt()])


class Failing:
    @hookimpl
    def register_followers(self):
        raise KeyError("ayse@example.com")


class Misshapen:
    @hookimpl
    def register_event_kinds(self):
        return 7


@pytest.mark.parametrize("plugin", [Failing(), Misshapen()], ids=lambda plugin: type(plugin).__name__)
def test_a_plugin_that_fails_is_named_and_what_it_said_is_not_repeated(plugin):
    with pytest.raises(SetupError, match=type(plugin).__name__) as caught:
        collect([plugin])
    assert "ayse" not in str(caught.value)
