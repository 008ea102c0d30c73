"""Twilio's API for messages, the signature of its webhooks, and what they tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery, Keys, Outgoing, Receipt, Refusal
from ecrm.http import Request
from ecrm.interactions.events import Event, MessageReceived
from ecrm.messages.provider import Meaning, Provider
from ecrm.messages.receipts import event_of
from ecrm.signatures import is_signed
from ecrm.values import Who

__all__ = ["send", "signed_text", "translate", "verify"]

_MOST_MEDIA = 10
_LATER, _LIMIT = Meaning("delayed", "account"), Meaning("delayed", "limit")
_ADDRESS, _CONTENT = Meaning("refused", "address"), Meaning("refused", "content")
# Source: twilio.com/docs/api/errors.
_CODES: Mapping[int, Meaning] = {
    20003: _LATER, 20404: _LATER, 21606: _LATER, 20429: _LIMIT, 21611: _LIMIT,
    21211: _ADDRESS, 21214: _ADDRESS, 21217: _ADDRESS, 21612: _ADDRESS, 21614: _ADDRESS,
    21408: Meaning("refused", "account"), 21610: Meaning("refused", "blocked"),
    21602: _CONTENT, 21617: _CONTENT, 21619: _CONTENT,
}  # fmt: skip
_BOUNCES: Mapping[str, tuple[str, bool]] = {
    "30003": ("away", False), "30004": ("blocked", False), "30005": ("address", True), "30006": ("address", True),
    "30007": ("content", False),
}  # fmt: skip


def send(message: Outgoing, given: Mapping[str, Any], token: str, provider: Provider) -> Receipt:
    """Hand a message to Twilio.

    Args:
        message: What is to be said.
        given: What the shop set.
        token: Its auth token.
        provider: Asks.

    Source: twilio.com/docs/messaging/api/message-resource.
    """
    sender = given["sender"]
    form = {"To": message.to, "Body": message.text}
    form |= {"MessagingServiceSid": sender} if sender.startswith("MG") else {"From": sender}
    if given["callback_url"]:
        form["StatusCallback"] = _with_message(given["callback_url"], message.id.hex)
    url = f"{given['api_url'] or 'https://api.twilio.com'}/2010-04-01/Accounts/{given['account']}/Messages.json"
    answer = provider.post(url, data=form, auth=(given["account"], token))
    if isinstance(answer, Receipt):
        return answer
    if answer.is_good:
        return answer.accepted(answer.body.get("sid"))
    code = answer.body.get("code")
    return answer.failed(_CODES.get(code) if isinstance(code, int) else None)


def signed_text(url: str, form: list[tuple[str, str]]) -> bytes:
    """Give what Twilio signs: the address, and the fields of the form by name.

    Source: twilio.com/docs/usage/security.

    >>> signed_text("https://shop.example/sms", [("To", "+1"), ("From", "+2")])
    b'https://shop.example/smsFrom+2To+1'
    """
    return (url + "".join(name + value for name, value in sorted(form))).encode("utf-8", "surrogatepass")


def verify(request: Request, keys: Keys) -> Delivery | Refusal:
    """Tell whose a webhook is by its signature over the address that the shop set, whatever a proxy made of it."""
    form = parse_qsl(request.body.decode(), keep_blank_values=True)
    message = request.query.get("message")
    for shop in keys.shops():
        given = keys.settings(shop)
        if given["provider"] != "twilio" or not given["callback_url"]:
            continue
        url = given["callback_url"] if message is None else _with_message(given["callback_url"], message)
        shown = request.headers.get("x-twilio-signature")
        if is_signed(keys.secrets(shop, "token"), signed_text(url, form), shown, digest="sha1"):
            told = dict(form)
            status = told.get("MessageStatus") or told.get("SmsStatus", "")
            return Delivery(shop, f"{told.get('MessageSid', '')}:{status}", {"message": message or ""})
    return Refusal()


def translate(raw: bytes, delivery: Delivery) -> Iterator[Event]:
    """Give what a webhook tells: what became of a message, or what a customer wrote.

    Source: twilio.com/docs/messaging/guides/webhook-request; "Advanced Opt-Out" for who asked to stop.
    """
    told = dict(parse_qsl(raw.decode(), keep_blank_values=True))
    sid, status = told.get("MessageSid"), told.get("MessageStatus") or told.get("SmsStatus")
    if not sid or not status:
        raise InvalidError.of("MessageSid", "a webhook of Twilio names its message and its status")
    if status == "received":
        media = (told.get(f"MediaUrl{place}") for place in range(_MOST_MEDIA))
        attachments = tuple(url for url in media if url)
        yield MessageReceived(
            customer=Who(phone=told["From"]), channel="sms", direction="in", source="twilio", message_id=sid,
            source_id=sid, text=told.get("Body") or None, attachments=attachments,
        )  # fmt: skip
        if told.get("OptOutType") == "STOP":
            yield from _made(Receipt("unsubscribed", raw="STOP"), told["From"], f"{sid}:stop")
        return
    receipt = _receipt(status, told.get("ErrorCode", ""), sid)
    if receipt is not None:
        yield from _made(receipt, told["To"], f"{sid}:{status}", _uuid(delivery.context.get("message", "")))


def _made(receipt: Receipt, number: str, source_id: str, message_id: str | None = None) -> Iterator[Event]:
    event = event_of(
        receipt, channel="sms", who=Who(phone=number), source="twilio", source_id=source_id, message_id=message_id
    )
    if event is not None:
        yield event


def _receipt(status: str, code: str, sid: str) -> Receipt | None:
    reason, is_hard = _BOUNCES.get(code, ("other", False))
    raw = f"{status} {code}".strip()
    if status == "delivered":
        return Receipt("delivered", provider_id=sid, raw=raw)
    if status == "undelivered":
        return Receipt("bounced", provider_id=sid, reason=reason, is_hard=is_hard, raw=raw)
    return Receipt("refused", provider_id=sid, reason=reason, raw=raw) if status == "failed" else None


def _with_message(url: str, id_: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}message={id_}"


def _uuid(text: str) -> str | None:
    from uuid import UUID

    try:
        return str(UUID(hex=text))
    except ValueError:
        return None
