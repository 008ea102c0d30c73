"""What holds for every kind of event."""

from __future__ import annotations

import copy
import json
import pickle

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrm import events
from ecrm.errors import InvalidError
from ecrm.interactions.events.shape import shape_of
from ecrm.interactions.schema import schema_for
from ecrm.testing.strategies import events_of, histories, order_events

every_kind = pytest.mark.parametrize("kind", [*events.CORE, events.Custom], ids=lambda kind: kind.__name__)
some = settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def through_json(event):
    return events.from_wire(events.read_json(json.dumps(events.to_wire(event)).encode()))


@every_kind
@some
@given(data=st.data())
def test_an_event_comes_back_from_real_json_as_it_was(kind, data):
    event = data.draw(events_of(kind))
    again = through_json(event)
    assert again == event
    assert again.__class__ is kind
    assert hash(again) == hash(event)
    assert again.natural_key() == event.natural_key()
    assert events.to_wire(again) == events.to_wire(event)


@every_kind
@some
@given(data=st.data())
def test_an_event_shows_no_more_than_its_name_and_key(kind, data):
    event = data.draw(events_of(kind))
    assert repr(event) == f"{kind.__name__}({event.event_name!r}, natural_key={event.natural_key()!r})"


@pytest.mark.parametrize("kind", events.CORE, ids=lambda kind: kind.__name__)
@some
@given(data=st.data())
def test_the_schema_dumps_what_the_event_writes_itself(kind, data):
    event = data.draw(events_of(kind))
    assert schema_for(kind).dump(event) == event.properties()


@every_kind
@settings(max_examples=1, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_event_is_a_frozen_value(kind, data):
    event = data.draw(events_of(kind))
    assert pickle.loads(pickle.dumps(event)) == copy.deepcopy(event) == event  # noqa: S301 - our own bytes
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.source = "other"
    assert event != "something else"


@every_kind
def test_a_kind_is_documented_and_named(kind):
    assert kind.__doc__
    assert kind is events.Custom or kind.NAME
    assert set(kind.KEY) <= {part.name for part in shape_of(kind).own}
    assert schema_for(kind) is schema_for(kind)


@pytest.mark.parametrize("kind", events.CORE, ids=lambda kind: kind.__name__)
def test_an_unknown_property_of_our_kinds_is_refused_by_its_path(kind):
    with pytest.raises(InvalidError) as caught:
        events.from_wire({"event": kind.NAME, "properties": {"no_such": 1}})
    assert "properties.no_such" in caught.value.fields


def test_names_are_unique():
    assert len({kind.NAME for kind in events.CORE}) == len(events.CORE) == len(events.Kinds.core())


@some
@given(histories(), order_events())
def test_histories_are_made_of_events(history, event):
    assert all(isinstance(one, events.Event) for one in [*history, event])
