"""A signal receiver that raises: the event is recorded, the others are told, no word of people is logged."""

from __future__ import annotations

import functools

import pytest

from ecrm import CRM
from ecrm.signals import Signals
from faults.happenings import happening, regular
from faults.verdict import stored


def fail(_sender, **told):
    raise ValueError(f"could not greet {regular(1).email}")


def told_through(crm, record):
    """Connect a receiver before, between and after two that fail; give how often each was told."""
    seen = {"before": 0, "between": 0, "after": 0}

    def counting(name):
        def count(_sender, **_told):
            seen[name] += 1

        return count

    receivers = [counting("before"), fail, counting("between"), functools.partial(fail), counting("after")]
    for receiver in receivers:
        crm.signals.recorded.connect(receiver, weak=False)
    record(crm)
    return seen


RECORD = {
    "record": lambda crm: crm.record(happening("a", 1)),
    "record_many": lambda crm: crm.record_many([happening("a", 1), happening("a", 2)]),
    "work": lambda crm: (crm.emit(happening("a", 1)), crm.work()),
}


@pytest.mark.parametrize("way", RECORD)
def test_receivers_that_raise_hurt_nobody(database_url, way, caplog):
    with CRM(database_url, plugins=[]) as crm:
        assert told_through(crm, RECORD[way]) == {"before": 1, "between": 1, "after": 1}
        assert "a-1" in stored(crm)
    errors = [record.getMessage() for record in caplog.records if record.name == "ecrm.signals"]
    assert errors == ["a receiver of a signal failed with ValueError"] * 2
    assert "example.org" not in caplog.text


def test_receivers_called_without_care_are_seen(database_url, monkeypatch):
    monkeypatch.setattr(Signals, "tell", lambda _self, signal, sender, **told: signal.send(sender, **told))
    with CRM(database_url, plugins=[]) as crm, pytest.raises(ValueError, match="greet"):
        told_through(crm, RECORD["record"])
