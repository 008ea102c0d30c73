"""Import a file into a CRM: sort its lines, record what they tell, report the rest.

Running it again changes nothing, since everything is recorded under a key that the file gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ecrm.crm import CRM
from ecrm.imports.ledger import Ledger, Report
from ecrm.imports.mapping import Mapping
from ecrm.imports.outcome import Fault, Outcome
from ecrm.imports.reportfile import open_report
from ecrm.imports.sorting import Progress, sort_lines

__all__ = ["chunks_of", "faults_in", "import_file"]

_CHUNK = 2_000


def import_file(
    crm: CRM, path: Path, mapping: Mapping, *, report: Path | None = None, progress: Progress | None = None
) -> Report:
    r"""Import a file.

    Args:
        crm: Where it goes.
        path: The file: CSV, JSON lines or text, gzipped or not.
        mapping: What it means.
        report: Where a line for everything rejected, left out or odd is written; None for nowhere.
        progress: Told how far it is.

    Returns:
        What became of the file.

    Raises:
        InvalidError: The file can not be read, or does not fit the mapping.
        UnavailableError: The database is away; what was recorded stays, and importing again goes on.

    >>> from pathlib import Path
    >>> from ecrm.imports.schema import read_mapping
    >>> lines = Path("visits.csv").write_text("card,when\n1234,2026-11-22 10:00\n")
    >>> mapping = read_mapping('''
    ... source = "till"
    ... [events]
    ... name = { value = "Store Visited" }
    ... at = "when"
    ... customer.card = "card"
    ... ''')
    >>> settings = crm.shop.configure(zone="Europe/Istanbul")
    >>> import_file(crm, Path("visits.csv"), mapping).recorded
    1
    >>> import_file(crm, Path("visits.csv"), mapping).duplicates
    1
    """
    _declare_attributes(crm, mapping)
    with open_report(report) as write:
        ledger = Ledger(write)
        recorded = duplicates = 0
        for chunk in chunks_of(sort_lines(path, mapping, crm.shop.settings, ledger, progress, crm.kinds)):
            new, known = _record(crm, chunk, ledger)
            recorded += new
            duplicates += known
        return ledger.close(recorded, duplicates)


def chunks_of(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """Yield outcomes together until they have some 2,000 events."""
    chunk: list[Outcome] = []
    size = 0
    for outcome in outcomes:
        chunk.append(outcome)
        size += len(outcome.events)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _record(crm: CRM, chunk: list[Outcome], ledger: Ledger) -> tuple[int, int]:
    told = [(event, place) for place, outcome in enumerate(chunk) for event in outcome.events]
    done = crm.record_many([event for event, _ in told])
    refused: dict[int, dict[str, list[str]]] = {}
    for rejection in done.rejected:
        refused.setdefault(told[rejection.index][1], {}).update(rejection.reasons)
    ledger.refuse(len(done.rejected))
    for place, outcome in enumerate(chunk):
        if place in refused:
            ledger.reject(faults_in(outcome, refused[place]), outcome.amount)
        else:
            ledger.accept(outcome)
    return done.recorded, done.duplicates


def faults_in(outcome: Outcome, reasons: dict[str, list[str]]) -> list[Fault]:
    """Say of each line why the CRM refused what it tells."""
    field, messages = next(iter(reasons.items()))
    return [Fault(number, field, ", ".join(messages)) for number in outcome.numbers]


def _declare_attributes(crm: CRM, mapping: Mapping) -> None:
    if mapping.customers is None:
        return
    declared = crm.customers.attributes
    for name, held in mapping.customers.attributes.items():
        one = held.attribute
        if declared.get(name) != one:
            crm.customers.declare(name, one.type, unit=one.unit, about=one.about)
