"""The ways by which a history comes into a CRM: event by event, in a batch, by the inbox."""

from __future__ import annotations

import attrs

from ecrm import CRM, events


def record_each(crm: CRM, history):
    for event in history:
        crm.record(event)


def record_many(crm: CRM, history):
    assert not crm.record_many(history).rejected


def emit_and_work(crm: CRM, history):
    assert all(crm.emit(event) for event in history)
    assert not crm.work().rejected


DOORS = (record_each, record_many, emit_and_work)


def named(history: list[events.Event]) -> list[events.Event]:
    """Give each event an id of its own, so that only true duplicates are duplicates."""
    seen: dict[str, events.Event] = {}
    for number, event in enumerate(history):
        key = event.natural_key()
        name = f"{event.event_name}:{key}" if key is not None else f"e{number}"
        seen.setdefault(name, attrs.evolve(event, source="web", source_id=name))
    return list(seen.values())


def without_conflicts(history: list[events.Event]) -> list[events.Event]:
    """Leave out what is voided (it must come after what it voids)."""
    return [event for event in history if not isinstance(event, events.InteractionVoided)]
