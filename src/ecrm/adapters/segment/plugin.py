"""The plugin: what a shop sets, and the source that verifies by its write key."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from ecrm.adapters.segment.messages import (
    LONGEST_BATCH,
    PATHS,
    TooLargeError,
    check_messages,
    messages_of,
)
from ecrm.adapters.segment.translating import translate
from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery, Keys, Refusal, Setting, Source, hookimpl
from ecrm.http import Request, read_basic
from ecrm.signatures import is_known
from ecrm.values.strict_json import read_json

__all__ = ["Segment"]


class Segment:
    """Take in what clients of Segment send, and bring it as events."""

    name = "segment"

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("write_key", "secret", "What clients of Segment are given as their write key."),
            Setting("keeps_ip", "boolean", "Whether the IP addresses that clients name are kept.", default=False),
        ]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source."""
        return [Source("segment", verify, translate, body_limit=LONGEST_BATCH)]


def verify(request: Request, keys: Keys) -> Delivery | Refusal:
    """Tell whose a body is by the write key, in Basic authorization or in the body; refuse what can not be read."""
    basic = read_basic(request.headers.get("authorization"))
    try:
        body = read_json(request.body, LONGEST_BATCH)
    except InvalidError:
        return Refusal(HTTPStatus.BAD_REQUEST, "the body is no JSON that can be kept")
    shop = _shop_of(basic[0] if basic else None, keys) or _shop_of(_written_key(body), keys)
    if shop is None:
        return Refusal(HTTPStatus.UNAUTHORIZED, "the write key is missing or wrong")
    path = PATHS.get(request.path.rstrip("/").rpartition("/")[2], "")
    try:
        messages = messages_of(body, path)
        check_messages(messages)
    except TooLargeError as error:
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error))
    except InvalidError as error:
        return Refusal(HTTPStatus.BAD_REQUEST, f"look at {', '.join(error.fields)}")
    has_ids = all(message.get("messageId") is not None for message in messages)
    context = {"path": path, "received_at": keys.now().isoformat()}
    if keys.settings(shop).get("keeps_ip"):
        context["keeps_ip"] = "yes"
    # Two calls without ids may be the same to the letter, and are two happenings.
    return Delivery(shop, None if has_ids else uuid4().hex, context)


def _shop_of(key: str | None, keys: Keys) -> str | None:
    if not key:
        return None
    return next((shop for shop in keys.shops() if is_known(keys.secrets(shop, "write_key"), key)), None)


def _written_key(body: Any) -> str | None:
    key = body.get("writeKey") if isinstance(body, Mapping) else None
    return key if isinstance(key, str) else None
