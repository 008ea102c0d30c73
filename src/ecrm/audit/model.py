"""What a row of the audit is, and the rules of its chain: every row seals all that came before it.

Where the rows are kept is in `tables`. A chain finds an edit, a deletion and an insertion by itself; rows
cut off at its end, or a chain that was written anew as a whole, are found against an anchor kept elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import attrs

from ecrm.errors import InvalidError

__all__ = ["NOTHING_YET", "Anchor", "Record", "Verdict", "checked_details", "next_record", "verify"]

NOTHING_YET = bytes(32)
_ACTION = re.compile(r"[a-z][a-z_]{0,39}\Z")
_LONGEST = 500
_BIGGEST = 2**53
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def checked_details(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give details back where every database gives them back as they are: names, and texts, whole numbers, flags.

    Raises:
        InvalidError: A name is none, or a value is of another type or longer than 500 characters.

    >>> dict(checked_details({"what": "timeline", "rows": 3}))
    {'what': 'timeline', 'rows': 3}
    """
    for name, value in details.items():
        if not isinstance(name, str) or not _ACTION.match(name):
            raise InvalidError.of("details", "name each in lower case, as merge_id")
        is_plain = value is None or (isinstance(value, str) and len(value) <= _LONGEST and value.isprintable())
        if not is_plain and not (isinstance(value, int) and abs(value) <= _BIGGEST):
            raise InvalidError.of(
                "details", f"give {name} as a text of at most {_LONGEST} characters, a number or flag"
            )
    return MappingProxyType(dict(details))


def _check_action(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, str) or not _ACTION.match(value):
        raise InvalidError.of(field.name, "name it in lower case, as merge or read")


@attrs.frozen
class Record:
    """Tell what somebody did to personal data; it holds none itself.

    Args:
        shop: Whose customers.
        number: From 1 up in a shop, without gaps.
        at: When.
        action: What was done, as `merge` or `read`.
        subject_id: The customer it was done to; None where it was nobody in particular.
        actor: Who did it: `staff:ali`, `system`.
        details: More of it, by name: texts, whole numbers, flags.
        previous: The hash of the record before; 32 zero bytes of the first.
        hash: SHA-256 over all of the above.
    """

    shop: str
    number: int
    at: dt.datetime
    action: str = attrs.field(validator=_check_action)
    subject_id: UUID | None
    actor: str
    details: Mapping[str, Any] = attrs.field(converter=checked_details, hash=False)
    previous: bytes
    hash: bytes

    @property
    def is_whole(self) -> bool:
        """Tell whether it still is what was hashed."""
        return self.hash == _hash_of(self)


@attrs.frozen
class Anchor:
    """Hold how far the audit of a shop was, and its hash there; keep it where the database's keeper can not write.

    Args:
        shop: Whose.
        number: Of the newest record; 0 where there is none.
        hash: Its hash, 64 hexadecimal digits.

    >>> Anchor.from_json({"shop": "main", "number": 0, "hash": "0" * 64}).number
    0
    """

    shop: str
    number: int
    hash: str

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON would hold it."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, held: object) -> Anchor:
        """Read it from what JSON held.

        Raises:
            InvalidError: It is no anchor.
        """
        match held:
            case {"shop": str(shop), "number": int(number), "hash": str(digest)} if _DIGEST.match(digest):
                return cls(shop, number, digest)
        raise InvalidError.of("anchor", "give what `ecrm audit anchor` printed")


@attrs.frozen
class Verdict:
    """Tell whether an audit is as it was written.

    Args:
        is_intact: Whether it is.
        count: How many records were looked at.
        broken_at: The number of the first record that is not as it was; None where all are.
        finding: What was found, in words.
    """

    is_intact: bool
    count: int
    broken_at: int | None
    finding: str


def next_record(
    last: tuple[int, bytes] | None,
    shop: str,
    action: str,
    subject_id: UUID | None,
    actor: str,
    details: Mapping[str, Any],
    at: dt.datetime,
) -> Record:
    """Make the record that follows the last one.

    Args:
        last: Its number and hash; None where there is none.
        shop: Whose.
        action: What was done.
        subject_id: To whom.
        actor: By whom.
        details: More of it.
        at: When.
    """
    number, previous = last or (0, NOTHING_YET)
    record = Record(shop, number + 1, at, action, subject_id, actor, details, previous, b"")
    return attrs.evolve(record, hash=_hash_of(record))


def verify(records: Iterable[Record], anchor: Anchor | None = None) -> Verdict:
    """Walk the chain of a shop from its first record on, and stop at the first that is not as it was written.

    Args:
        records: All of them, by number.
        anchor: What was kept elsewhere; without it, rows cut off at the end are not missed.

    Source: the chain of Haber and Stornetta, "How to Time-Stamp a Digital Document", 1991.

    >>> verify([]).is_intact
    True
    """
    number, digest = 0, NOTHING_YET
    for record in records:
        wrong = _wrong(record, number, digest, anchor)
        if wrong is not None:
            return Verdict(is_intact=False, count=number, broken_at=number + 1, finding=wrong)
        number, digest = record.number, record.hash
    if anchor is not None and anchor.number > number:
        cut = f"records {number + 1} to {anchor.number} are gone from the end: restore a backup, and ask who did it"
        return Verdict(is_intact=False, count=number, broken_at=number + 1, finding=cut)
    whole = f"{number} records are as they were written"
    return Verdict(is_intact=True, count=number, broken_at=None, finding=whole)


def _wrong(record: Record, number: int, digest: bytes, anchor: Anchor | None) -> str | None:
    if record.number != number + 1:
        return f"record {number + 1} is missing: the next one there is {record.number}"
    if record.previous != digest:
        return f"record {record.number} does not follow the one before it: one of them was put in or exchanged"
    if not record.is_whole:
        return f"record {record.number} was changed after it was written"
    if anchor is not None and record.number == anchor.number and record.hash.hex() != anchor.hash:
        return f"record {record.number} is not the one of the anchor: the audit was written anew up to it"
    return None


def _hash_of(record: Record) -> bytes:
    subject = None if record.subject_id is None else str(record.subject_id)
    at = record.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    told = [record.shop, record.number, at, record.action, subject, record.actor, dict(record.details)]
    canonical = json.dumps([*told, record.previous.hex()], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()
