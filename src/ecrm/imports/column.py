"""Where a value stands in a line: one column, several joined, or always the same.

What the value means is in `mapping`, how numbers and times are written in `notation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ecrm.errors import InvalidError

__all__ = ["Column", "Line", "names_in"]

Line = Mapping[str, str]


@attrs.frozen
class Column:
    """Say where a value stands in a line.

    Args:
        columns: The names of the columns it is put together from; none where it is always `value`.
        value: What it always is.
        join: What goes between the columns.
        drop_suffix: An ending to drop, as ".0" where a number was stored as a float.
        words: What the file's words stand for, as {"İptal": "cancelled"}; others stay as they are.
        split: What parts several values in one cell, as ",".
        layout: A format of `strptime` for this one day or time.

    Raises:
        InvalidError: It names neither a column nor a value, or both.

    >>> Column(("id",), drop_suffix=".0").take({"id": "17850.0"})
    '17850'
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    join: str = " "
    drop_suffix: str = ""
    words: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    split: str = ""
    layout: str = ""

    def __attrs_post_init__(self) -> None:
        if bool(self.columns) == (self.value is not None):
            raise InvalidError.of("column", "give either column (or columns), or value")

    def take(self, line: Line) -> str | None:
        """Take the value out of a line; None where the line has none."""
        if self.value is not None:
            return self.value
        columns = self.columns
        text = line[columns[0]].strip() if len(columns) == 1 else self._joined(line)
        if not text:
            return None
        if self.drop_suffix:
            text = text.removesuffix(self.drop_suffix)
        return (self.words.get(text, text) if self.words else text) or None

    def take_several(self, line: Line) -> tuple[str, ...]:
        """Take the values out of a cell that may hold several.

        >>> Column(("tags",), split=",").take_several({"tags": "vip, gold"})
        ('vip', 'gold')
        """
        text = self.take(line)
        if text is None:
            return ()
        parts = text.split(self.split) if self.split else [text]
        return tuple(part.strip() for part in parts if part.strip())

    def _joined(self, line: Line) -> str:
        return self.join.join(cell for name in self.columns if (cell := line[name].strip()))


def names_in(columns: Iterable[Column]) -> list[str]:
    """List the columns of a file that these need, each once."""
    return list(dict.fromkeys(name for column in columns for name in column.columns))
