"""Split customers by what is known of them: each is in one group, those of whom it is not known in `unknown`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from ecrm.surveys.results.quantile import bands_of
from ecrm.values import Money

__all__ = ["OTHERS", "UNKNOWN", "groups_of"]

UNKNOWN, OTHERS = "unknown", "others"
MOST_BANDS = 5
_MOST_NAMES = 30
Who = TypeVar("Who")


def groups_of(values: Mapping[Who, Any], zone: dt.tzinfo) -> dict[Who, str]:
    """Give the group of each customer.

    Numbers, amounts, times and days of more than five values are cut into five bands of about as many customers. Of
    texts the thirty most frequent are kept, and the rest are `others`.

    Args:
        values: What is known of each; None is: it is not.
        zone: Of the shop: on which day a time lies.

    >>> groups_of({"a": 0, "b": 1, "c": 1, "d": 4, "e": 9, "f": 12, "g": 40, "h": None}, dt.UTC)
    {'a': '0 to 1', 'b': '0 to 1', 'c': '0 to 1', 'd': '4', 'e': '9', 'f': '12', 'g': '40', 'h': 'unknown'}
    """
    told = {who: _plain(value, zone) for who, value in values.items() if value is not None}
    counts = Counter(told.values())
    names = _names(counts)
    return {who: names[told[who]] if who in told else UNKNOWN for who in values}


def _plain(value: Any, zone: dt.tzinfo) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.astimezone(zone).date()
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return value if isinstance(value, int | float | Decimal | dt.date | Money) else str(value)


def _names(counts: Counter[Any]) -> dict[Any, str]:
    if all(isinstance(value, Money) for value in counts) and len({value.currency for value in counts}) == 1:
        return _in_bands(counts, lambda value: value.amount, str)
    for kinds, said in ((int | float | Decimal, _figure), (dt.date, dt.date.isoformat)):
        if all(isinstance(value, kinds) for value in counts):
            return _in_bands(counts, lambda value: value, said)
    kept = {value for value, _ in sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))[:_MOST_NAMES]}
    return {value: str(value) if value in kept else OTHERS for value in counts}


def _in_bands(counts: Counter[Any], order: Callable[[Any], Any], said: Callable[[Any], str]) -> dict[Any, str]:
    if len(counts) <= MOST_BANDS:
        return {value: said(value) for value in counts}
    by_order = {order(value): value for value in counts}
    bands = bands_of({order(value): count for value, count in counts.items()}, MOST_BANDS)
    names: dict[Any, str] = {}
    for low, high in bands:
        name = said(by_order[low]) if low == high else f"{said(by_order[low])} to {said(by_order[high])}"
        names |= {value: name for place, value in by_order.items() if low <= place <= high}
    return names


def _figure(value: float | Decimal) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
