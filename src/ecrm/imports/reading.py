"""Read the lines of a file one by one: CSV, JSON lines, text with blanks; gzipped or not.

A line that can not be read is given with its fault and the rest goes on. What a line means is in `mapping`.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple

from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.mapping import FileFormat
from ecrm.values.strict_json import read_json

__all__ = ["WHOLE", "ReadLine", "file_kind", "read_lines"]

WHOLE = "(the whole line)"
_LONGEST_LINE = 1_048_576
_BROKEN = "\ufffd"


class ReadLine(NamedTuple):
    """Hold one line of a file.

    Args:
        number: Its number in the file, 1 or more; where it begins, if it goes over several.
        cells: What stands in it by column; None where it can not be read.
        fault: Why not; "" where it can.
    """

    number: int
    cells: Line | None
    fault: str = ""


def read_lines(
    path: Path, layout: FileFormat, needed: Iterable[str], told: Callable[[int], None] | None = None
) -> Generator[ReadLine, None, None]:
    """Read a file.

    Args:
        path: Where it is; ".gz" at the end of its name says that it is gzipped.
        layout: How it is laid out.
        needed: The columns it must have.
        told: Called with the bytes read so far, now and then.

    Yields:
        Its lines, without the header.

    Raises:
        InvalidError: It can not be opened, a column is missing, or what follows is damaged.
    """
    kind = layout.kind or file_kind(path)
    reader = {"csv": _csv_lines, "text": _blank_lines, "jsonl": _json_lines, "wire": _json_lines}[kind]
    try:
        with path.open("rb") as raw:
            opened: Any = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
            for index, line in enumerate(reader(opened, layout, list(needed))):
                if told is not None and not index % 1_000:
                    told(raw.tell())
                yield line
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidError.of("file", "give a file that can be read to its end") from error


def file_kind(path: Path) -> str:
    """Tell by its name how a file is laid out.

    >>> file_kind(Path("orders.jsonl.gz"))
    'jsonl'
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    last = suffixes[-1] if suffixes else ""
    return {".jsonl": "jsonl", ".ndjson": "jsonl", ".txt": "text"}.get(last, "csv")


def _decoded(opened: IO[bytes], layout: FileFormat) -> io.TextIOWrapper:
    is_utf8 = layout.encoding.lower().replace("_", "-") in {"utf-8", "utf8"}
    encoding = "utf-8-sig" if is_utf8 else layout.encoding
    return io.TextIOWrapper(opened, encoding=encoding, errors="replace", newline="")


def _csv_lines(opened: IO[bytes], layout: FileFormat, needed: list[str]) -> Iterator[ReadLine]:
    with _decoded(opened, layout) as text:
        yield from _csv_rows(text, layout, needed)


def _csv_rows(text: io.TextIOWrapper, layout: FileFormat, needed: list[str]) -> Iterator[ReadLine]:
    reader = csv.reader(text, delimiter=layout.delimiter)
    names = _checked_header(list(layout.columns), needed) if layout.columns else []
    end = 0
    while True:
        number = end + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            end = reader.line_num
            yield ReadLine(number, None, "a quotation mark is not closed, or a cell is over 131,072 characters")
            continue
        end = reader.line_num
        if cells and not names:
            names = _checked_header(cells, needed)
        elif cells:
            yield _table_line(number, cells, names, layout)


def _blank_lines(opened: IO[bytes], layout: FileFormat, needed: list[str]) -> Iterator[ReadLine]:
    names = _checked_header(list(layout.columns), needed) if layout.columns else []
    with _decoded(opened, layout) as lines:
        for number, text in enumerate(lines, 1):
            cells = text.split()
            if cells and not names:
                names = _checked_header(cells, needed)
            elif cells:
                yield _table_line(number, cells, names, layout)


def _checked_header(cells: list[str], needed: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [name for name in needed if name not in names]
    if missing:
        raise InvalidError.of("file", f"it has no column {', '.join(repr(name) for name in missing)}")
    if any(names.count(name) > 1 for name in needed):
        raise InvalidError.of("file", "give every column that the mapping names a heading of its own")
    return names


def _table_line(number: int, cells: list[str], names: list[str], layout: FileFormat) -> ReadLine:
    if len(cells) != len(names):
        return ReadLine(number, None, f"it has {len(cells)} columns instead of {len(names)}")
    if layout.empty:
        cells = ["" if cell.strip() in layout.empty else cell for cell in cells]
    fault = _fault_of("".join(cells), layout)
    return ReadLine(number, None, fault) if fault else ReadLine(number, dict(zip(names, cells, strict=True)))


def _fault_of(text: str, layout: FileFormat) -> str:
    if text.isascii():
        return "it holds a NUL character" if "\0" in text else ""
    if _BROKEN in text:
        return f"it holds bytes that are no {layout.encoding}"
    return "it holds a NUL character" if "\0" in text else ""


def _json_lines(opened: IO[bytes], layout: FileFormat, needed: list[str]) -> Iterator[ReadLine]:
    number = 0
    while raw := opened.readline(_LONGEST_LINE + 1):
        number += 1
        if len(raw) > _LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = opened.readline(_LONGEST_LINE)
            yield ReadLine(number, None, "it is over 1 MiB long")
        elif raw.strip():
            yield from _json_line(number, raw.removeprefix(b"\xef\xbb\xbf"), layout, needed)


def _json_line(number: int, raw: bytes, layout: FileFormat, needed: list[str]) -> Iterator[ReadLine]:
    if layout.kind == "wire":
        yield ReadLine(number, {WHOLE: raw.strip().decode(errors="replace")})
        return
    try:
        told = read_json(raw.strip())
    except InvalidError as error:
        yield ReadLine(number, None, str(error))
        return
    if not isinstance(told, dict):
        yield ReadLine(number, None, "it is no JSON object")
        return
    items = told.pop(layout.items, None) if layout.items else None
    outer = dict.fromkeys(needed, "")
    outer.update(_flat(told, ""))
    if not isinstance(items, list) or not items:
        yield ReadLine(number, outer)
        return
    for item in items:
        inner = dict(_flat({layout.items: item}, ""))
        yield ReadLine(number, {**outer, **inner})


def _flat(told: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield what a JSON object holds under dotted names; a list becomes its items, parted by commas."""
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        elif isinstance(value, list):
            yield (
                f"{path}{name}",
                ",".join(_cell(item) for item in value if not isinstance(item, dict | list)),
            )
        else:
            yield f"{path}{name}", _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
