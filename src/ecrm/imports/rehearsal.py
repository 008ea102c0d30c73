"""Say what importing a file would do, without doing it: what is new, changed, in conflict or wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping as Names
from pathlib import Path
from typing import Any

import attrs
import uuid6

from ecrm.crm import CRM
from ecrm.errors import InvalidError
from ecrm.imports.importing import chunks_of, faults_in
from ecrm.imports.ledger import Ledger, Report
from ecrm.imports.mapping import Mapping
from ecrm.imports.outcome import Outcome
from ecrm.imports.reportfile import open_report
from ecrm.imports.sorting import Progress, sort_lines
from ecrm.interactions.events import CustomerUpdated, Event
from ecrm.interactions.model.entry import Entry, make_entry, settle
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.wire import to_wire
from ecrm.values import Who

__all__ = ["Rehearsal", "Sample", "rehearse_file"]

_MOST_SAMPLES = 5


@attrs.frozen
class Sample:
    """Point at one event of the file.

    Args:
        what: "new", "updated", "unchanged" or "conflicting".
        line: The first line it comes from, by its number in the file.
        lines: From how many lines.
        event: Its name.
        reason: What is in conflict.
    """

    what: str
    line: int
    lines: int
    event: str
    reason: str = ""


@attrs.frozen
class Rehearsal:
    """Hold what importing a file would do.

    Args:
        counts: How many events are new, updated (of a customer who is known), unchanged (there already)
            or conflicting (there already with another content, or of people who are two today).
        samples: The first of each.
        report: What would become of the lines; nothing of it was recorded.
    """

    counts: Names[str, int]
    samples: tuple[Sample, ...]
    report: Report

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON would hold it."""
        samples = [attrs.asdict(sample) for sample in self.samples]
        return {**self.counts, "samples": samples, "report": self.report.to_json()}


def rehearse_file(
    crm: CRM, path: Path, mapping: Mapping, *, report: Path | None = None, progress: Progress | None = None
) -> Rehearsal:
    """Say what importing a file would do; nothing is written to the CRM.

    Args:
        crm: Where it would go.
        path: The file.
        mapping: What it means.
        report: Where a line for everything rejected, left out or odd is written; None for nowhere.
        progress: Told how far it is.

    Raises:
        InvalidError: The file can not be read, or does not fit the mapping.
    """
    with open_report(report) as write:
        ledger = Ledger(write)
        rehearser = _Rehearser(crm, mapping, ledger)
        for chunk in chunks_of(sort_lines(path, mapping, crm.shop.settings, ledger, progress, crm.kinds)):
            rehearser.compare(chunk)
        return rehearser.close()


class _Rehearser:
    def __init__(self, crm: CRM, mapping: Mapping, ledger: Ledger) -> None:
        self._crm = crm
        self._mapping = mapping
        self._ledger = ledger
        self._counts: Counter[str] = Counter()
        self._samples: dict[str, list[Sample]] = {}

    def compare(self, chunk: list[Outcome]) -> None:
        """Compare outcomes with what is stored."""
        settled: list[tuple[Outcome, Event, Entry]] = []
        for outcome in chunk:
            try:
                settled += [(outcome, event, self._entry(event)) for event in outcome.events]
            except InvalidError as error:
                self._ledger.refuse(1)
                self._ledger.reject(faults_in(outcome, error.fields or {"event": [str(error)]}), outcome.amount)
            else:
                self._ledger.accept(outcome)
        there = self._crm.stored({entry.key for _, _, entry in settled})
        for outcome, event, entry in settled:
            what, reason = self._judge(event, entry, there.get(entry.key))
            self._note(Sample(what, outcome.numbers[0], len(outcome.numbers), event.event_name, reason))

    def close(self) -> Rehearsal:
        """Give the result."""
        counts = {what: self._counts[what] for what in ("new", "updated", "unchanged", "conflicting")}
        report = self._ledger.close(0, counts["unchanged"])
        rejected = report.rejected_lines
        samples = tuple(sample for held in self._samples.values() for sample in held)
        return Rehearsal({**counts, "rejected": rejected}, samples, report)

    def _entry(self, event: Event) -> Entry:
        now = dt.datetime.now(dt.UTC)
        return make_entry(settle(to_wire(event), event.natural_key(), now, uuid6.uuid7), self._crm.shop.settings)

    def _judge(self, event: Event, entry: Entry, held: Interaction | None) -> tuple[str, str]:
        if held is not None:
            if isinstance(event, CustomerUpdated) or _is_same(entry, held):
                return "unchanged", ""
            return "conflicting", "it is stored with another content, which stays: an event is recorded once"
        if not isinstance(event, CustomerUpdated) or event.customer is None:
            return "new", ""
        people = self._people(event.customer.with_source(self._mapping.source))
        if len(people) > 1:
            return "conflicting", "its identities belong to different customers today"
        return ("updated" if people else "new"), ""

    def _people(self, who: Who) -> set[Any]:
        found = set()
        for kind, value in who.given.items():
            try:
                given: dict[str, Any] = {kind: value, "source": who.source}
                customer = self._crm.customers.find(Who(**given))
            except InvalidError:
                continue  # a value that identifies nobody belongs to nobody
            if customer is not None:
                found.add(customer.id)
        return found

    def _note(self, sample: Sample) -> None:
        self._counts[sample.what] += 1
        held = self._samples.setdefault(sample.what, [])
        if len(held) < _MOST_SAMPLES:
            held.append(sample)


def _is_same(entry: Entry, held: Interaction) -> bool:
    return entry.at == held.at and json.loads(json.dumps(entry.properties)) == held.properties
