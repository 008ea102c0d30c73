"""Write the lines of a report, as CSV or JSON lines: numbers and reasons, never what stands in a line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ecrm.errors import InvalidError
from ecrm.imports.ledger import Entry

__all__ = ["open_report"]


@contextmanager
def open_report(path: Path | None) -> Iterator[Callable[[Entry], None] | None]:
    """Open a report file for as long as a `with` lasts.

    Args:
        path: Where it goes: JSON lines when it ends with .jsonl, else CSV; None for none.

    Yields:
        What writes an entry.

    Raises:
        InvalidError: It can not be written.
    """
    if path is None:
        yield None
        return
    try:
        opened = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidError.of("report", "give a place that can be written to") from error
    with opened:
        if path.suffix == ".jsonl":
            yield lambda entry: print(json.dumps(_row(entry), ensure_ascii=False), file=opened)
            return
        rows = csv.DictWriter(opened, ["line", "what", "field", "reason"])
        rows.writeheader()
        yield lambda entry: rows.writerow(_row(entry)) and None


def _row(entry: Entry) -> dict[str, object]:
    return {"line": entry.number, "what": entry.what, "field": entry.field, "reason": entry.reason}
