"""What is personal of what is kept: the declaration of a field, which category it is, what for, how long, how masked.

One declaration a field serves export, erasure, masking, retention and the register. It stands on the field
itself: on an attrs field as `metadata`, in the annotation of an event's field, on a table's column as `info`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ecrm.errors import InvalidError

__all__ = [
    "CATEGORIES",
    "IMPERSONAL",
    "Impersonal",
    "Personal",
    "age_in",
    "aged_by",
    "declaration_in",
    "declarations_of",
    "impersonal",
    "personal",
]

CATEGORIES: Mapping[str, str] = {
    "identity": "what somebody is recognised by: account, card, visitor id",
    "contact": "where somebody is reached: e-mail address, phone number, handle",
    "profile": "what somebody is like: name, birthday, attributes, tags",
    "content": "what somebody wrote, said or was told",
    "activity": "what somebody did: visits, orders, products, amounts, times",
    "device": "with what and from where somebody did it: IP address, browser, page",
    "derived": "what was worked out of the rest: counts, sums, times",
    "staff": "which member of staff, or which program, did something",
    "evidence": "what proves that something was asked for or agreed to",
}
_KEY, _AGE = "personal", "aged_by"
_LONGEST_RETENTION_DAYS = 36_500


def _check_category(_: Any, field: Any, value: Any) -> None:
    if value not in CATEGORIES:
        raise InvalidError.of(field.name, f"give one of {', '.join(CATEGORIES)}")


def _check_purpose(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidError.of(field.name, "say what it is kept for, in words a customer reads")


def _check_days(_: Any, field: Any, value: Any) -> None:
    is_days = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LONGEST_RETENTION_DAYS
    if value is not None and not is_days:
        raise InvalidError.of(field.name, f"give whole days, 1 to {_LONGEST_RETENTION_DAYS:,}, or None")


def _check_mask(_: Any, field: Any, value: Any) -> None:
    if value not in _MASKS:
        raise InvalidError.of(field.name, f"give one of {', '.join(_MASKS)}")


@attrs.frozen
class Personal:
    """Declare that a field holds personal data.

    Args:
        category: One of `CATEGORIES`.
        purpose: What it is kept for, in words a customer reads.
        retention_days: After how many days it is taken away; None keeps it as long as the customer.
        mask: How it is shown where it must not be seen: hidden, email, phone, name, text, day or id.

    >>> Personal("contact", "reach the customer", mask="email").masked("ayse@example.com")
    'a***@e***.com'
    """

    category: str = attrs.field(validator=_check_category)
    purpose: str = attrs.field(validator=_check_purpose)
    retention_days: int | None = attrs.field(default=None, validator=_check_days)
    mask: str = attrs.field(default="hidden", validator=_check_mask)

    def masked(self, value: object) -> str:
        """Give a value as it may be shown; what is not there stays empty."""
        return "" if value is None or value == "" else _MASKS[self.mask](str(value))


@attrs.frozen
class Impersonal:
    """Declare that a field tells nothing of a person: the shop's own words, numbers of ours."""


IMPERSONAL = Impersonal()


def personal(
    category: str, purpose: str, *, retention_days: int | None = None, mask: str = "hidden"
) -> dict[str, Personal]:
    """Give the `metadata` of an attrs field, or the `info` of a column, that holds personal data.

    Args:
        category: One of `CATEGORIES`.
        purpose: What it is kept for.
        retention_days: After how many days it is taken away; None keeps it as long as the customer.
        mask: hidden, email, phone, name, text, day or id.

    >>> personal("contact", "reach the customer", mask="phone")["personal"].masked("+905321112233")
    '***33'
    """
    return {_KEY: Personal(category, purpose, retention_days, mask)}


def impersonal() -> dict[str, Impersonal]:
    """Give the `metadata` of an attrs field, or the `info` of a column, that tells nothing of a person.

    >>> impersonal()["personal"]
    Impersonal()
    """
    return {_KEY: IMPERSONAL}


def aged_by(column: str) -> dict[str, str]:
    """Give the `info` of a table whose rows grow old: what they hold of people is emptied in time.

    Args:
        column: Holds since when a row is of no more use, as `closed_at`; a row where it is empty stays.

    >>> aged_by("closed_at")
    {'aged_by': 'closed_at'}
    """
    return {_AGE: column}


def age_in(marks: Mapping[Any, Any]) -> str | None:
    """Give the column a table's rows grow old by; None where they do not."""
    found = marks.get(_AGE)
    return found if isinstance(found, str) else None


def declaration_in(marks: Mapping[Any, Any]) -> Personal | Impersonal | None:
    """Give what the `metadata` of a field, or the `info` of a column, declares; None where it declares nothing."""
    found = marks.get(_KEY)
    return found if isinstance(found, Personal | Impersonal) else None


def declarations_of(cls: type[Any]) -> dict[str, Personal | Impersonal | None]:
    """Give what the fields of an attrs class declare, by name; None where a field declares nothing.

    >>> from ecrm import Who
    >>> declarations_of(Who)["email"].category
    'contact'
    """
    return {field.name: declaration_in(field.metadata) for field in attrs.fields(cls)}


def _hidden(_: str) -> str:
    return "***"


def _email(value: str) -> str:
    mailbox, at, domain = value.rpartition("@")
    if not at or not mailbox:
        return _hidden(value)
    host, dot, top = domain.rpartition(".")
    return f"{mailbox[:1]}***@{(host or top)[:1]}***" + (f".{top}" if dot else "")


def _phone(value: str) -> str:
    return f"***{value[-2:]}" if len(value) > len("1234") else _hidden(value)


def _name(value: str) -> str:
    return " ".join(f"{word[0]}." for word in value.split())


def _text(value: str) -> str:
    return f"{len(value)} characters"


def _day(value: str) -> str:
    year, dash, _ = value.partition("-")
    return f"{year}-**-**" if dash else _hidden(value)


_MASKS: Mapping[str, Callable[[str], str]] = {
    "hidden": _hidden,
    "email": _email,
    "phone": _phone,
    "name": _name,
    "text": _text,
    "day": _day,
    "id": _phone,
}
