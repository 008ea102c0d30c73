"""The messages of a body: what each must have to be taken, and whom it is about. What they mean is in `translating`.

Source: Segment, "HTTP API Source": types, limits, required fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ecrm.errors import InvalidError
from ecrm.values import Who
from ecrm.values.text import checked_id

__all__ = [
    "LONGEST_BATCH",
    "LONGEST_CALL",
    "MOST_CALLS",
    "PATHS",
    "TooLargeError",
    "check_messages",
    "messages_of",
    "who_of",
]

LONGEST_CALL, LONGEST_BATCH, MOST_CALLS = 32 * 1024, 500 * 1024, 2_500
# What the browsers' client calls by a letter.
PATHS: Mapping[str, str] = {
    "track": "track", "t": "track", "identify": "identify", "i": "identify", "page": "page", "p": "page",
    "screen": "screen", "s": "screen", "group": "group", "g": "group", "alias": "alias", "a": "alias",
    "batch": "batch", "b": "batch", "import": "import",
}  # fmt: skip
_TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
_OBJECTS = ("properties", "traits", "context")


class TooLargeError(InvalidError):
    """Send less at once."""


def messages_of(body: Any, path: str) -> list[Mapping[str, Any]]:
    """Give the messages of a body, each with its type and the context of its batch.

    Args:
        body: As JSON gave it.
        path: `track`, …, `batch` or `import`; empty where the body alone says.

    Raises:
        InvalidError: It is no message and no batch; the field is named.
        TooLargeError: There are too many.
    """
    if not isinstance(body, Mapping):
        raise InvalidError.of("body", "send one JSON object")
    is_batch = path in {"batch", "import"} or (not path and "batch" in body)
    if not is_batch:
        return [{**body, "type": path or body.get("type")}]
    batch = body.get("batch")
    if not isinstance(batch, Sequence) or isinstance(batch, str):
        raise InvalidError.of("batch", "give a list of messages")
    if len(batch) > MOST_CALLS:
        raise TooLargeError(f"send at most {MOST_CALLS:,} messages at once", {"batch": ["send fewer"]})
    shared = body.get("context")
    return [_joined(message, shared, place) for place, message in enumerate(batch)]


def _joined(message: Any, shared: Any, place: int) -> Mapping[str, Any]:
    if not isinstance(message, Mapping):
        raise InvalidError.of(f"batch.{place}", "give an object")
    own = message.get("context")
    if isinstance(shared, Mapping) and (own is None or isinstance(own, Mapping)):
        return {**message, "context": {**shared, **(own or {})}}
    return message


def check_messages(messages: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what could not be translated; the whole body is, so that its sender hears of it.

    Raises:
        InvalidError: A message has no type, no name, or names nobody; `fields` says which.
        TooLargeError: One is longer than 32 KB.
    """
    for place, message in enumerate(messages):
        try:
            _check(message)
        except TooLargeError:
            raise
        except InvalidError as error:
            fields = {f"{place}.{name}": said for name, said in error.fields.items()}
            raise InvalidError(f"message {place}: {', '.join(error.fields)}", fields) from error


def _check(message: Mapping[str, Any]) -> None:
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise InvalidError.of("type", f"give one of {', '.join(sorted(_TYPES))}")
    for name in _OBJECTS:
        if not isinstance(message.get(name, {}), Mapping | None):
            raise InvalidError.of(name, "give an object")
    if kind == "track":
        checked_id(message.get("event"), "event")
    if kind == "alias" and not (message.get("userId") and message.get("previousId")):
        raise InvalidError.of("previousId", "an alias has userId and previousId")
    if message.get("messageId") is not None:
        checked_id(message["messageId"], "messageId")
    who_of(message)
    if len(json.dumps(message, ensure_ascii=False, default=str).encode()) > LONGEST_CALL:
        raise TooLargeError("a message is longer than 32 KB", {"body": ["shorten it"]})


def who_of(message: Mapping[str, Any]) -> Who:
    """Say whom a message is about. Its ids are claims: whoever has the key, as every browser has, can write them.

    Raises:
        InvalidError: It names nobody, or by what is no id.

    >>> who_of({"type": "identify", "userId": 7, "anonymousId": "a1", "traits": {"email": "ayse@example.com"}})
    Who(email=…, user_id=…, anonymous_id=…)
    """
    user, anonymous = message.get("userId"), message.get("anonymousId")
    if message.get("type") == "alias":
        anonymous = message.get("previousId")
    said = {"user_id": _id(user), "anonymous_id": _id(anonymous)}
    if not any(said.values()):
        raise InvalidError.of("userId", "give userId or anonymousId")
    # The users of the SDK are the shop's own accounts, whatever else tells of them.
    return Who(**said, **_addresses(message), source="shop")


def _id(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else None if value == "" else value


def _addresses(message: Mapping[str, Any]) -> dict[str, str]:
    """Give e-mail and phone of the traits; one that can be none is left among the traits alone."""
    found: dict[str, str] = {}
    context = message.get("context") or {}
    for traits in (context.get("traits"), message.get("traits") if message.get("type") == "identify" else None):
        for name in ("email", "phone"):
            value = traits.get(name) if isinstance(traits, Mapping) else None
            try:
                found |= {name: Who(**{name: value}).given[name]} if isinstance(value, str) else {}
            except InvalidError:
                continue
    return found
