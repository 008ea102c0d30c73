"""An interaction and a page of them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import attrs

from ecrm.interactions.model.interaction import Interaction, Timeline
from story import minute

ONE = Interaction(
    UUID(int=7), "Note Added", minute(0), None, "shop", "n1", UUID(int=1), 5, minute(1), True, {"text": "secret"}, {}
)


def test_an_interaction_shows_no_body():
    assert repr(ONE) == "<Interaction Note Added 2026-01-01 09:00 00000000-0000-0000-0000-000000000007>"


def test_a_cursor_names_time_and_id():
    at, _, id_ = ONE.cursor.partition("~")
    assert (dt.datetime.fromisoformat(at), UUID(id_)) == (ONE.at, ONE.id)


def test_a_timeline_is_a_sequence():
    other = attrs.evolve(ONE, id=UUID(int=8))
    page = Timeline((ONE, other), "next")
    assert [*page] == [ONE, other]
    assert len(page) == 2
    assert page[0] is ONE
    assert page[1:] == (other,)
    assert other in page
    assert repr(page) == "<Timeline 2 interactions>"
    assert not Timeline(())
