"""What the records that plugins return may be called, and how their texts are checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ecrm.errors import InvalidError

__all__ = ["check_callable", "check_import", "check_name", "check_said", "names"]

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
    if value is not None and not callable(value):
        raise InvalidError.of(field.name, "give a function")


def names(value: Iterable[str]) -> frozenset[str]:
    """Take several names; one text alone is a mistake."""
    if isinstance(value, str):
        raise InvalidError.of("names", 'give a list of names, as ["Order Completed"]')
    return frozenset(value)
