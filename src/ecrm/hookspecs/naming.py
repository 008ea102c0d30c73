"""What the records that plugins return may be called, and how their texts are checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

from ecrm.errors import InvalidError

__all__ = ["between", "check_age", "check_callable", "check_import", "check_name", "check_said", "names", "one_of"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
_IMPORT = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*\Z")


def check_name(_: Any, field: Any, value: str) -> None:
    """Refuse a name that is not lower-case letters, digits and underscores."""
    if not isinstance(value, str) or not _NAME.match(value):
        raise InvalidError.of(field.name, "use lower-case letters, digits and underscores, at most 41")


def check_said(_: Any, field: Any, value: str) -> None:
    """Refuse a text that says nothing."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidError.of(field.name, "say it in a few words")


def check_import(_: Any, field: Any, value: str) -> None:
    """Refuse what is no import string."""
    if not isinstance(value, str) or not _IMPORT.match(value):
        raise InvalidError.of(field.name, 'give an import string, as "acme.commands:report"')


def check_callable(_: Any, field: Any, value: Any) -> None:
    """Refuse what can not be called."""
    if not callable(value):
        raise InvalidError.of(field.name, "give a function")


def check_age(_: Any, field: Any, value: Any) -> None:
    """Refuse what is no length of time; None is any."""
    if value is not None and not (isinstance(value, dt.timedelta) and value > dt.timedelta(0)):
        raise InvalidError.of(field.name, "give a timedelta longer than nothing, or None")


def one_of(*allowed: str) -> Callable[[Any, Any, Any], None]:
    """Make a check that refuses all but these words."""

    def check(_: Any, field: Any, value: Any) -> None:
        if value not in allowed:
            raise InvalidError.of(field.name, f"use one of {', '.join(allowed)}")

    return check


def between(least: float, most: float) -> Callable[[Any, Any, Any], None]:
    """Make a check that refuses a number outside of these two, which are inside."""

    def check(_: Any, field: Any, value: Any) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:
            raise InvalidError.of(field.name, f"give a number from {least:g} to {most:g}")

    return check


def names(value: Iterable[str]) -> frozenset[str]:
    """Take several names; one text alone is a mistake."""
    if isinstance(value, str):
        raise InvalidError.of("names", 'give a list of names, as ["Order Completed"]')
    return frozenset(value)
