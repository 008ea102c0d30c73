"""Write a first mapping from the header and the first lines of a file; a person reads it over.

What headings usually mean is in `headings`.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.headings import meanings_of
from ecrm.imports.mapping import FileFormat
from ecrm.imports.reading import file_kind, read_lines

__all__ = ["guess_mapping", "layout_of"]

_LOOKED_AT_BYTES = 65_536
_LOOKED_AT_LINES = 200
_DELIMITERS = (";", "\t", "|", ",")
_TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y%m%d", "%m/%d/%Y %H:%M", "%m/%d/%Y",
)  # fmt: skip
_COMMA_LAST = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?\Z|-?\d+,\d{1,2}\Z")
_DOT_LAST = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?\Z")
_NUMBERS = ("order.total", "line.amount", "product.price", "product.quantity", "order.shipping", "order.tax")


def guess_mapping(path: Path, source: str = "") -> str:
    """Write a first mapping for a file.

    Args:
        path: A CSV, text or JSON lines file with a header, gzipped or not.
        source: The name of the system it comes from; "" goes by the name of the file.

    Returns:
        The mapping as TOML, with what is left to do as comments.

    Raises:
        InvalidError: It can not be read, or means nothing that can be told.
    """
    layout = layout_of(path)
    with closing(read_lines(path, layout, ())) as read:
        lines = [line.cells for line in islice(read, _LOOKED_AT_LINES) if line.cells]
    if not lines:
        raise InvalidError.of("file", "give a file with a header and at least one line")
    meanings = meanings_of(lines[0])
    is_order = {"order.id", "order.at"} <= meanings.keys() and bool(
        {"order.total", "line.amount", "product.price"} & meanings.keys()
    )
    has_customer = any(name.startswith("who.") for name in meanings)
    if not is_order and not has_customer:
        raise InvalidError.of("mapping", "write one by hand: no heading names an order or a customer")
    name = source or re.sub(r"[^A-Za-z0-9]+", "_", path.name.partition(".")[0]).strip("_") or "file"
    parts = [f"source = {_quoted(name)}", *_file_part(path, layout, lines, meanings)]
    if is_order:
        parts += _order_part(meanings, lines)
    if has_customer and (not is_order or any(name.startswith(("person.", "attribute.")) for name in meanings)):
        parts += _customer_part(meanings, lines, is_order=is_order)
    used = set(meanings.values())
    parts += ["", *(f"# not used: {_quoted(heading)}" for heading in lines[0] if heading not in used)]
    return "\n".join(parts).rstrip() + "\n"


def layout_of(path: Path) -> FileFormat:
    """Guess the encoding of a file, and what stands between its columns, from how it begins.

    Raises:
        InvalidError: It can not be read.
    """
    try:
        with path.open("rb") as raw:
            start = (gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw).read(_LOOKED_AT_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidError.of("file", "give a file that can be read") from error
    encoding = "cp1254"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif _is_utf8(start):
        encoding = "utf-8"
    header = start.decode(encoding, errors="replace").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count) if file_kind(path) == "csv" else ","
    return FileFormat(encoding=encoding, delimiter=delimiter)


def _is_utf8(start: bytes) -> bool:
    try:
        start.decode()
    except UnicodeDecodeError as error:
        return error.start > len(start) - 4  # a letter cut in two at the end of what was looked at
    return True


def _file_part(path: Path, layout: FileFormat, lines: Sequence[Line], meanings: dict[str, str]) -> Iterator[str]:
    yield '# zone = "Europe/Istanbul"   # where the clock hung; without it the zone of the shop'
    yield '# currency = "TRY"           # without it the currency of the shop'
    yield ""
    yield "[file]"
    if layout.encoding != "utf-8":
        yield f"encoding = {_quoted(layout.encoding)}"
    if file_kind(path) == "csv" and layout.delimiter != ",":
        yield f"delimiter = {_quoted(layout.delimiter)}"
    numbers = [cell for name in _NUMBERS if name in meanings for cell in _cells(lines, meanings[name])]
    if any(_COMMA_LAST.match(number) for number in numbers):
        yield 'decimal = ","'
        yield 'thousands = "."'
    elif any(_DOT_LAST.match(number) for number in numbers):
        yield 'thousands = ","'
    for name, headings in (("times", ("order.at", "person.since")), ("days", ("person.birthday",))):
        layouts = [_time_layout(_cells(lines, meanings[one])) for one in headings if one in meanings]
        known = [_quoted(one) for one in dict.fromkeys(layouts) if one]
        if known:
            yield f"{name} = [{', '.join(known)}]"


def _order_part(meanings: dict[str, str], lines: Sequence[Line]) -> Iterator[str]:
    yield from ("", "[orders]")
    for meaning in ("id", "at", "channel", "location_id", "currency"):
        if (heading := meanings.get(f"order.{meaning}")) is not None:
            yield f"{meaning} = {_quoted(heading)}"
    if "product.price" not in meanings and "line.amount" in meanings:
        yield f"amount = {_quoted(meanings['line.amount'])}"
    yield from _entries("customer", "who", meanings, lines)
    for meaning in ("total", "shipping", "tax", "discount", "coupon"):
        if (heading := meanings.get(f"order.{meaning}")) is not None:
            yield f"fields.{meaning} = {_quoted(heading)}"
    yield from _entries("product", "product", meanings, lines)
    yield from (
        "",
        "# [orders.apart]                   # lines that are no products, by patterns of their codes",
        '# shipping = ["KARGO*"]',
        "",
        "# [[orders.becomes]]               # what else an order may be",
        '# event = "Order Refunded"',
        '# when = { "a column" = "< 0" }',
    )


def _customer_part(meanings: dict[str, str], lines: Sequence[Line], *, is_order: bool) -> Iterator[str]:
    yield from ("", "[customers]")
    yield from _entries("customer", "who", meanings, lines)
    parts = [_quoted(meanings[part]) for part in ("person.first", "person.last") if part in meanings]
    if "person.name" in meanings:
        yield f"name = {_quoted(meanings['person.name'])}"
    elif parts:
        yield f"name = {{ columns = [{', '.join(parts)}] }}"
    for meaning in ("birthday", "language"):
        if (heading := meanings.get(f"person.{meaning}")) is not None:
            yield f"{meaning} = {_quoted(heading)}"
    if (heading := meanings.get("person.tags")) is not None:
        mark = next((mark for mark in ("|", ",", ";") if any(mark in cell for cell in _cells(lines, heading))), ",")
        yield f"tags = {{ column = {_quoted(heading)}, split = {_quoted(mark)} }}"
    since = meanings.get("order.at") if is_order else meanings.get("person.since")
    if since is not None:
        yield f"at = {_quoted(since)}"
    for meaning, heading in meanings.items():
        if meaning.startswith("attribute."):
            name = meaning.replace("attribute.", "attributes.")
            yield f'{name} = {{ column = {_quoted(heading)}, type = "text" }}'


def _entries(table: str, prefix: str, meanings: dict[str, str], lines: Sequence[Line]) -> Iterator[str]:
    for meaning, heading in meanings.items():
        if meaning.startswith(f"{prefix}."):
            column = _quoted(heading)
            cells = _cells(lines, heading)
            if meaning == "who.user_id" and cells and all(cell.endswith(".0") for cell in cells):
                column = f'{{ column = {column}, drop_suffix = ".0" }}'
            yield f"{table}.{meaning.partition('.')[2]} = {column}"


def _cells(lines: Sequence[Line], heading: str) -> list[str]:
    return [cell for line in lines if (cell := line.get(heading, "").strip())]


def _time_layout(cells: Sequence[str]) -> str:
    return next((layout for layout in _TIMES if cells and all(_is_like(cell, layout) for cell in cells)), "")


def _is_like(cell: str, layout: str) -> bool:
    try:
        dt.datetime.strptime(cell, layout)  # noqa: DTZ007 - only its form is looked at
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'
