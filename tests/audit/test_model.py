"""The chain of the audit: whatever is done to it afterwards is found."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.audit.model import Anchor, Record, checked_details, next_record, verify

AT = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


def chain(length):
    records = []
    for number in range(length):
        last = (records[-1].number, records[-1].hash) if records else None
        subject = UUID(int=number) if number % 2 else None
        records.append(next_record(last, "main", "read", subject, "staff:ali", {"what": "facts", "rows": number}, AT))
    return records


def anchor_of(records):
    return Anchor("main", records[-1].number, records[-1].hash.hex())


@given(st.integers(0, 20))
def test_a_chain_nobody_touched_is_whole(length):
    verdict = verify(chain(length))
    assert (verdict.is_intact, verdict.count, verdict.broken_at) == (True, length, None)


CHANGES = {
    "at": AT + dt.timedelta(microseconds=1),
    "action": "merge",
    "subject_id": UUID(int=99),
    "actor": "system",
    "details": {"what": "facts"},
    "shop": "outlet",
    "hash": bytes(32),
    "previous": b"\1" * 32,
}


@given(st.integers(1, 12), st.sampled_from(sorted(CHANGES)), st.data())
def test_an_edit_is_found_where_it_is(length, field, data):
    records = chain(length)
    place = data.draw(st.integers(0, length - 1))
    records[place] = attrs.evolve(records[place], **{field: CHANGES[field]})
    verdict = verify(records)
    assert (verdict.is_intact, verdict.broken_at) == (False, place + 1)


@given(st.integers(2, 12), st.data())
def test_a_deletion_is_found(length, data):
    records = chain(length)
    place = data.draw(st.integers(0, length - 2))
    del records[place]
    assert verify(records).broken_at == place + 1


@given(st.integers(2, 12), st.data())
def test_an_insertion_is_found(length, data):
    records = chain(length)
    place = data.draw(st.integers(1, length - 1))
    before = records[place - 1]
    forged = next_record((before.number, before.hash), "main", "erase", None, "system", {}, AT)
    assert verify([*records[:place], forged, *records[place:]]).broken_at == place + 2


def test_an_exchanged_record_that_is_whole_in_itself_is_found_by_the_next_one():
    records = chain(3)
    records[1] = next_record((1, records[0].hash), "main", "erase", None, "system", {}, AT)
    assert verify(records).broken_at == 3


@given(st.integers(1, 12), st.data())
def test_what_is_cut_off_at_the_end_is_found_against_an_anchor(length, data):
    records = chain(length)
    left = records[: data.draw(st.integers(0, length - 1))]
    assert verify(left).is_intact
    verdict = verify(left, anchor_of(records))
    assert (verdict.is_intact, verdict.broken_at) == (False, len(left) + 1)


def test_a_chain_written_anew_is_found_against_an_anchor():
    records = chain(4)
    anchor = anchor_of(records[:2])
    assert verify(records, anchor).is_intact
    other = [next_record(None, "main", "erase", None, "system", {}, AT)]
    other.append(next_record((1, other[0].hash), "main", "erase", None, "system", {}, AT))
    assert verify(other, anchor).broken_at == 2


@pytest.mark.parametrize(
    "details",
    [{"What": 1}, {"": 1}, {7: 1}, {"rows": 1.5}, {"rows": 2**60}, {"what": "x" * 501}, {"what": "a\0b"}, {"at": AT}],
)
def test_details_that_a_database_may_give_back_otherwise_are_refused(details):
    with pytest.raises(InvalidError):
        checked_details(details)


def test_an_action_is_a_name():
    with pytest.raises(InvalidError):
        Record("main", 1, AT, "Read this", None, "system", {}, bytes(32), b"")


def test_an_anchor_travels_as_json():
    anchor = anchor_of(chain(2))
    assert Anchor.from_json(anchor.to_json()) == anchor


@pytest.mark.parametrize("held", [{}, [], None, {"shop": "main", "number": "1", "hash": "0" * 64},
                                  {"shop": "main", "number": 1, "hash": "x"}])  # fmt: skip
def test_what_is_no_anchor_is_refused(held):
    with pytest.raises(InvalidError, match="ecrm audit anchor"):
        Anchor.from_json(held)
