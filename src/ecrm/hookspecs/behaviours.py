"""What a plugin knows customers to do, for surveys to set beside what they say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import check_name, check_said, names

__all__ = ["Behaviour"]


def _kinds(value: Iterable[str]) -> frozenset[str]:
    found = names(value)
    if not found or not all(isinstance(one, str) and one.strip() for one in found):
        raise InvalidError.of("kinds", 'give one event at least, as ["Complaint Opened"]')
    return found


def _check_free(_: Any, field: Any, value: str) -> None:
    if value in {"returned", "revenue"}:
        raise InvalidError.of(field.name, f"use another name: {value} is counted already")


@attrs.frozen
class Behaviour:
    """Name something customers do; `crm.surveys.said_versus_did` counts it for each band of a score.

    Args:
        name: How it is shown, as `complained`; unique among all plugins, and not `returned` or `revenue`.
        about: What they do, in a sentence.
        kinds: The events by which it happens, one or more.

    >>> Behaviour("complained", "They complained about something.", ["Complaint Opened"]).name
    'complained'
    """

    name: str = attrs.field(validator=[check_name, _check_free])
    about: str = attrs.field(validator=check_said)
    kinds: frozenset[str] = attrs.field(converter=_kinds)
