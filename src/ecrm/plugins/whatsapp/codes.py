"""What Meta's error codes come to, when a message is handed over and when it fails later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecrm.messages.provider import Meaning

__all__ = ["meaning_of"]

_LATER, _LIMIT = Meaning("delayed", "account"), Meaning("delayed", "limit")
_ADDRESS, _CONTENT = Meaning("refused", "address"), Meaning("refused", "content")
_BLOCKED = Meaning("refused", "blocked")
# Source: developers.facebook.com, WhatsApp Business Platform, "Error codes".
_CODES: Mapping[int, Meaning] = {
    0: _LATER, 3: _LATER, 10: _LATER, 190: _LATER, 368: _LATER, 131005: _LATER, 131031: _LATER, 131042: _LATER,
    131045: _LATER, 133010: _LATER,
    2: Meaning("delayed", "away"), 131016: Meaning("delayed", "away"),
    4: _LIMIT, 80007: _LIMIT, 130429: _LIMIT, 131048: _LIMIT, 131056: _LIMIT,
    131021: _ADDRESS, 131026: _ADDRESS, 131030: _ADDRESS,
    131047: Meaning("refused", "expired"), 131049: _BLOCKED, 131050: _BLOCKED, 130472: _BLOCKED,
    100: _CONTENT, 131008: _CONTENT, 131009: _CONTENT, 131051: _CONTENT, 132000: _CONTENT, 132001: _CONTENT,
    132005: _CONTENT, 132007: _CONTENT, 132012: _CONTENT, 132015: _CONTENT, 132016: _CONTENT,
}  # fmt: skip


def meaning_of(error: Any) -> Meaning | None:
    """Give what an error comes to; None where its code is unknown.

    Args:
        error: As Meta writes it, with a `code`.

    >>> meaning_of({"code": 131026}).reason
    'address'
    """
    code = error.get("code") if isinstance(error, dict) else None
    return _CODES.get(code) if isinstance(code, int) else None
