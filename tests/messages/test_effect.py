"""A reaction sends: once, to whom it is about, and not in a replay."""

from __future__ import annotations

import pytest

from ecrm.effects import Send
from ecrm.errors import InvalidError
from ecrm.hookspecs import Reaction, hookimpl
from messages.pigeon import advert, note
from story import AYSE, MEHMET, visited


class Thanking:
    """Thank whoever comes by."""

    name = "thanking"

    @hookimpl
    def register_reactions(self):
        return [Reaction("thank", lambda *_: [Send(note(to=None))], kinds=["Store Visited"])]


def test_a_reaction_sends_to_whom_it_is_about_once(opened, pigeons):
    crm = opened(pigeons, Thanking())
    crm.record(visited(AYSE, "v1"))
    crm.record(visited(AYSE, "v1"))
    crm.work()
    crm.work()
    assert [one.to for one in pigeons.sent] == ["ayse@example.org"]
    (told,) = crm.messages.list(AYSE)
    assert (told.state, told.reason) == ("sent", "order 7 was shipped")


def test_a_replay_sends_nothing(opened, pigeons):
    crm = opened(pigeons, Thanking())
    crm.plugins.switch_off("thanking")
    crm.record(visited(AYSE, "v1"))
    crm.work()
    crm.plugins.switch_on("thanking")
    assert crm.dry_run("thank").counts == {"Send Message Requested": 1}
    crm.replay("thank")
    crm.work()
    assert pigeons.sent == []
    assert crm.messages.list(AYSE)[0].state == "suppressed"


def test_what_can_not_be_sent_by_a_reaction_is_refused():
    assert Send(note(to=MEHMET)).event.customer == MEHMET
    for wrong in ("hello", note(to="ayse@example.org")):
        with pytest.raises(InvalidError):
            Send(wrong)


def test_advertising_of_a_reaction_is_held_to_the_law_too(opened, pigeons):
    class Advertising:
        name = "advertising"

        @hookimpl
        def register_reactions(self):
            return [Reaction("advertise", lambda *_: [Send(advert(to=None))], kinds=["Store Visited"])]

    crm = opened(pigeons, Advertising())
    crm.shop.configure(country="TR", zone="Europe/Istanbul")
    crm.consent.grant(AYSE, "marketing")
    crm.record(visited(AYSE, "v1"))
    crm.work()
    assert pigeons.sent == []
    (failed,) = crm.parked(with_retrying=True)
    assert "law.tr" in failed.error
