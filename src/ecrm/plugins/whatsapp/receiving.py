"""What Meta tells: the handshake, what became of our messages, and what customers wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from ecrm.hookspecs import Delivery, Keys, Receipt, Refusal
from ecrm.http import Request, Response
from ecrm.interactions.events import Event, MessageReceived
from ecrm.messages.receipts import event_of
from ecrm.plugins.whatsapp.codes import meaning_of
from ecrm.signatures import is_known, is_signed
from ecrm.values import Who
from ecrm.values.strict_json import read_json
from ecrm.values.text import mended

__all__ = ["translate", "verify"]

_LONGEST_BODY = 1_048_576
_KNOWN_STATUSES = {"sent": "accepted", "delivered": "delivered", "read": "opened", "failed": "refused"}
_NOT_WRITTEN = {"system", "revoke", "edit", "unsupported"}
_MEDIA = ("image", "video", "document", "audio", "sticker")


def verify(request: Request, keys: Keys) -> Delivery | Refusal | Response:
    """Answer the handshake, or tell whose a webhook is: by its signature, and where shops share one by the number.

    Source: developers.facebook.com, Graph API, "Webhooks: getting started".
    """
    if request.method == "GET":
        return _challenged(request, keys)
    shown = request.headers.get("x-hub-signature-256", "").removeprefix("sha256=")
    signed = [
        shop for shop in keys.shops() if is_signed(keys.secrets(shop, "app_secret"), request.body, shown, form="hex")
    ]
    if not signed:
        return Refusal()
    numbers = {_number_of(value) for value in _values(read_json(request.body, _LONGEST_BODY))}
    for shop in signed:
        number = keys.settings(shop)["phone_number_id"] or ""
        if len(signed) == 1 or number in numbers:
            return Delivery(shop, context={"number": number})
    # It is for a number that no shop has set: what Meta is told is that it came.
    return Response(200)


def translate(body: Any, delivery: Delivery) -> Iterator[Event]:
    """Give what a webhook tells of the shop's number."""
    number = delivery.context.get("number")
    for value in _values(body):
        if number and _number_of(value) not in {number, ""}:
            continue
        for status in value.get("statuses") or ():
            event = _told(status)
            if event is not None:
                yield event
        for message in value.get("messages") or ():
            if message["type"] not in _NOT_WRITTEN:
                yield _written(message)
        for wish in value.get("user_preferences") or ():
            yield from _wished(wish)


def _challenged(request: Request, keys: Keys) -> Refusal | Response:
    shown = request.query.get("hub.verify_token")
    is_ours = any(is_known(keys.secrets(shop, "verify_token"), shown) for shop in keys.shops())
    if request.query.get("hub.mode") != "subscribe" or not is_ours:
        return Refusal(403, "the handshake shows another token")
    challenge = request.query.get("hub.challenge", "").encode("ascii", "replace")
    return Response(200, challenge, {"content-type": "text/plain", "x-content-type-options": "nosniff"})


def _values(body: Any) -> Iterator[Mapping[str, Any]]:
    for entry in body.get("entry") or ():
        for change in entry.get("changes") or ():
            if change.get("field") in {"messages", "user_preferences"}:
                yield change["value"]


def _number_of(value: Mapping[str, Any]) -> str:
    return str((value.get("metadata") or {}).get("phone_number_id", ""))


def _told(status: Mapping[str, Any]) -> Event | None:
    word, to = _KNOWN_STATUSES.get(status["status"]), str(status["recipient_id"])
    if word is None or not to.isdecimal():
        # A group, or a word that tells nothing new.
        return None
    meaning, said = None, ""
    if status["status"] == "failed":
        error = (status.get("errors") or [{}])[0]
        meaning, said = meaning_of(error), f"{error.get('code', '')} {error.get('title', '')}".strip()
    receipt = Receipt(
        word,  # type: ignore[arg-type]
        provider_id=status["id"],
        reason=None if word != "refused" else meaning.reason if meaning else "other",
        at=_moment(status["timestamp"]),
        raw=said or status["status"],
    )
    return event_of(
        receipt, channel="whatsapp", who=_who(to), source="whatsapp", source_id=f"{status['id']}:{status['status']}",
        message_id=_ours(status.get("biz_opaque_callback_data")),
    )  # fmt: skip


def _wished(wish: Mapping[str, Any]) -> Iterator[Event]:
    # Who resumes has undone what they said to Meta; what the shop may do is for its own consent to say.
    if wish["value"] != "stop":
        return
    number, at = str(wish["wa_id"]), _moment(wish["timestamp"])
    receipt = Receipt("unsubscribed", at=at, raw=str(wish.get("category", "")))
    source_id = f"{number}:stop:{wish['timestamp']}"
    event = event_of(receipt, channel="whatsapp", who=_who(number), source="whatsapp", source_id=source_id)
    if event is not None:
        yield event


def _written(message: Mapping[str, Any]) -> Event:
    context = message.get("context") or {}
    return MessageReceived(
        customer=_who(message["from"]),
        at=_moment(message["timestamp"]),
        channel="whatsapp",
        direction="in",
        source="whatsapp",
        source_id=message["id"],
        message_id=message["id"],
        conversation_id=context.get("id"),
        text=_text_of(message) or None,
        attachments=tuple(f"{kind}:{message[kind]['id']}" for kind in _MEDIA if kind in message),
    )


def _text_of(message: Mapping[str, Any]) -> str:
    held = message.get(message["type"]) or {}
    if not isinstance(held, dict):
        return ""
    reply = held.get(held.get("type", ""), {}) if message["type"] == "interactive" else held
    found = (reply.get(name) for name in ("body", "caption", "text", "title", "emoji", "name"))
    return mended(next((text for text in found if isinstance(text, str) and text), ""))


def _who(number: str) -> Who:
    return Who(phone=f"+{number}")


def _moment(seconds: str | int) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC)


def _ours(text: Any) -> str | None:
    try:
        return str(UUID(hex=text))
    except (AttributeError, TypeError, ValueError):
        return None
