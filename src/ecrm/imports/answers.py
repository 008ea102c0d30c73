"""Import answers to a survey: a file that `crm.surveys.export` gave, or one of another program with its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from ecrm.crm import CRM
from ecrm.errors import InvalidError
from ecrm.imports.guess import layout_of
from ecrm.imports.ledger import Ledger, Report
from ecrm.imports.mapping import FileFormat
from ecrm.imports.outcome import Fault, Outcome, faults_of
from ecrm.imports.reading import WHOLE, file_kind, read_lines
from ecrm.imports.reportfile import open_report
from ecrm.imports.sorting import Progress
from ecrm.surveys import Survey
from ecrm.surveys.sheet import row_of_cells
from ecrm.values.strict_json import read_json

__all__ = ["import_answers"]

_CHUNK = 2_000
_Row = tuple[int, Mapping[str, Any]]


def import_answers(
    crm: CRM,
    path: Path,
    survey: str,
    *,
    source: str = "import",
    report: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    r"""Import answers; the bad lines are reported with their numbers, the others go in. Again, it changes nothing.

    Args:
        crm: Where they go.
        path: The file: CSV or JSON lines, gzipped or not. The reference of surveys says what its columns mean.
        survey: The key of the survey they answer.
        source: The system they come from, where a line does not say: ids are known there.
        report: Where a line for every rejected one is written; None for nowhere.
        progress: Told how far it is.

    Returns:
        What became of the file.

    Raises:
        NotFoundError: There is no such survey.
        InvalidError: The file can not be read.
        UnavailableError: The database is away; what was recorded stays, and importing again goes on.

    >>> from pathlib import Path
    >>> file = Path("answers.csv")
    >>> chars = file.write_text("id,at,email,answer.score\n1,2026-01-05T10:00Z,ayse@example.com,9\n")
    >>> import_answers(crm, file, "nps").recorded
    1
    >>> import_answers(crm, file, "nps").duplicates
    1
    >>> crm.facts("ayse@example.com")["nps.last_score"]
    9.0
    """
    shown = crm.surveys.show(survey)
    with open_report(report) as write:
        ledger = Ledger(write)
        recorded = duplicates = 0
        rows = _rows(path, shown, ledger, progress)
        while chunk := list(islice(rows, _CHUNK)):
            done = crm.surveys.take_in(survey, [row for _, row in chunk], source=source)
            recorded += done.recorded
            duplicates += done.duplicates
            refused = {one.index: one.reasons for one in done.rejected}
            for place, (number, _) in enumerate(chunk):
                if place in refused:
                    ledger.reject(_faults(number, refused[place]))
                else:
                    ledger.accept(Outcome(numbers=(number,)))
        return ledger.close(recorded, duplicates)


def _rows(path: Path, survey: Survey, ledger: Ledger, progress: Progress | None) -> Iterator[_Row]:
    is_json = file_kind(path) == "jsonl" or ".json" in path.suffixes
    layout = FileFormat(kind="wire") if is_json else attrs.evolve(layout_of(path), kind="csv")
    told = None if progress is None else lambda done: progress("reading", done, path.stat().st_size)
    for line in read_lines(path, layout, [] if is_json else ["at"], told):
        if line.cells is None:
            ledger.add_unread(Fault(line.number, "line", line.fault))
            continue
        ledger.add_line(None, ())
        try:
            row = _read_json(line.cells[WHOLE]) if is_json else row_of_cells(line.cells, survey)
        except InvalidError as error:
            ledger.reject(faults_of(line.number, error))
        else:
            yield line.number, row


def _read_json(text: str) -> Mapping[str, Any]:
    row = read_json(text.encode())
    if not isinstance(row, dict):
        raise InvalidError.of("line", "give a JSON object")
    return row


def _faults(number: int, reasons: Mapping[str, Sequence[str]]) -> list[Fault]:
    return [Fault(number, field, ", ".join(said)) for field, said in reasons.items()]
