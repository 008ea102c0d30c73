"""Reading JSON from outside: everything the standard parser lets through by mistake is an error.

What the JSON means is checked by the schemas.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from ecrm.errors import InvalidError
from ecrm.values.open_values import DEEPEST, LARGEST_BYTES

__all__ = ["read_json"]

_LONGEST_NUMBER = 400
_HIGHEST_EXPONENT = 308
_LOWEST_EXPONENT = -324
# Escapes that may make what can not be stored, and numbers too long for the usual way: looked at one by one.
_UNUSUAL_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ALL_ZERO, _LONG_NUMBER = bytes.maketrans(b"123456789", b"000000000"), b"0" * 400
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_OPENING = frozenset(b"[{")


def read_json(raw: bytes, longest: int = LARGEST_BYTES) -> object:
    """Read JSON, strictly.

    Args:
        raw: UTF-8, nested at most 32 deep.
        longest: How many bytes it may have, 1 MiB where left out.

    Returns:
        dicts, lists, texts, whole numbers, Decimals, booleans and None.

    Raises:
        InvalidError: It is no JSON, or holds NaN, an infinity, 1e400, a name twice, NUL, half a
            surrogate pair or a number of over 400 digits; `fields` names where.

    >>> read_json(b'{"total": 149.90}')
    {'total': Decimal('149.90')}
    """
    if len(raw) > longest:
        raise InvalidError.of("body", f"shorten it to {longest / LARGEST_BYTES:g} MiB")
    _refuse_deep(raw)
    if not (_UNUSUAL_ESCAPE.search(raw) or _LONG_NUMBER in raw.translate(_ALL_ZERO)):
        try:
            return json.loads(raw.decode(), object_pairs_hook=_once, parse_float=_ranged, parse_constant=_refuse_name)
        except (ValueError, RecursionError):
            # What is wrong, and where, is found below.
            pass
    try:
        parsed = json.loads(
            raw.decode(),
            object_pairs_hook=_Pairs,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidError.of("body", "send JSON in UTF-8") from error
    return _checked(parsed, "")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidError.of("body", "give each name once")
    return members


def _ranged(text: str) -> Decimal:
    number = _checked_number(text, "")
    return number if isinstance(number, Decimal) else Decimal(number)


def _refuse_name(_: str) -> NoReturn:
    _refuse("", "give a finite number below 1e308")


class _Pairs(list[tuple[str, Any]]):
    """The members of one object, in order, before names given twice are found."""


class _Number(str):
    """The text of a number, before it is known to be one that can be kept."""

    __slots__ = ()


def _refuse_deep(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return
    depth = 0
    # What stands in texts nests nothing.
    for sign in _TEXT.sub(b"", raw).translate(None, _NO_BRACKETS):
        depth += 1 if sign in _OPENING else -1
        if depth > DEEPEST:
            raise InvalidError.of("body", f"nest it at most {DEEPEST} deep")


def _checked(value: Any, path: str) -> Any:
    if isinstance(value, _Pairs):
        return _checked_object(value, path)
    if isinstance(value, list):
        return [_checked(item, f"{path}.{index}" if path else str(index)) for index, item in enumerate(value)]
    if isinstance(value, _Number):
        return _checked_number(value, path)
    if isinstance(value, str):
        _refuse_unstorable(value, path)
    return value


def _checked_object(pairs: _Pairs, path: str) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        _refuse_unstorable(name, path)
        whole = f"{path}.{name}" if path else name
        if name in members:
            _refuse(whole, "give this name once")
        members[name] = _checked(value, whole)
    return members


def _checked_number(text: str, path: str) -> int | Decimal:
    if len(text) > _LONGEST_NUMBER:
        _refuse(path, f"give a number of at most {_LONGEST_NUMBER} digits")
    if text.lstrip("-").isdecimal():
        return int(text)
    number = Decimal(text)
    if not number.is_finite() or not _LOWEST_EXPONENT <= number.adjusted() <= _HIGHEST_EXPONENT:
        _refuse(path, "give a finite number below 1e308")
    return number


def _refuse_unstorable(text: str, path: str) -> None:
    if "\0" in text:
        _refuse(path, "remove the NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(path, "remove the half of a surrogate pair")


def _refuse(path: str, message: str) -> NoReturn:
    raise InvalidError.of(path or "body", message)
