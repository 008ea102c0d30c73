"""The source of what Mailgun tells: what became of e-mails, and mails that its routes forward."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery, Keys, Receipt, Refusal, Setting, Source, hookimpl
from ecrm.http import Request
from ecrm.interactions.events import Event
from ecrm.messages.letters.letter import read_letter
from ecrm.messages.letters.naming import id_in
from ecrm.messages.letters.status import MailStatus
from ecrm.messages.receipts import event_of
from ecrm.messages.weakness import is_weak_click
from ecrm.signatures import is_signed
from ecrm.values import Who
from ecrm.values.strict_json import read_json

__all__ = ["Mailgun"]

_LONGEST_BODY = 16 * 1_048_576
# Mailgun tries for eight hours; the same token again is taken once, however often it comes.
_OLDEST, _NEWEST = dt.timedelta(hours=12), dt.timedelta(minutes=5)
_SUPPRESSED = {"suppress-bounce": "address", "suppress-complaint": "blocked", "suppress-unsubscribe": "blocked"}


class Mailgun:
    """The plugin."""

    name = "mailgun"

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("signing_key", "secret", "Mailgun's HTTP webhook signing key."),
            Setting("domain", "text", "The domain mails are sent from, to know it by.", default=""),
        ]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source."""
        return [Source("mailgun", verify, translate, form="bytes", body_limit=_LONGEST_BODY)]


def verify(request: Request, keys: Keys) -> Delivery | Refusal:
    """Tell whose a webhook is: Mailgun signs a time and a token, which is taken once, and not the body.

    Source: documentation.mailgun.com, "Securing webhooks".
    """
    kind = request.headers.get("content-type", "")
    signed = _signature_of(request.body, kind)
    at, token, shown = (str(signed.get(name, "")) for name in ("timestamp", "token", "signature"))
    for shop in keys.shops():
        secrets = keys.secrets(shop, "signing_key")
        if is_signed(secrets, f"{at}{token}".encode("utf-8", "surrogatepass"), shown, form="hex"):
            age = keys.now() - dt.datetime.fromtimestamp(int(at), dt.UTC)
            if not -_NEWEST <= age <= _OLDEST:
                return Refusal(reason="it was signed too long ago, or in the future")
            return Delivery(shop, token, {"content-type": kind})
    return Refusal()


def translate(raw: bytes, delivery: Delivery) -> list[Event]:
    """Give what a webhook tells, or the mail that a route forwards."""
    kind = delivery.context.get("content-type", "")
    if _is_json(kind):
        body: Any = read_json(raw, _LONGEST_BODY)
        return list(_told(body["event-data"]))
    form = _form_of(raw, kind)
    whole = form.get("body-mime")
    return read_letter(whole if whole is not None else _letter_of(form), "mailgun")


def _signature_of(body: bytes, kind: str) -> Mapping[str, Any]:
    if _is_json(kind):
        whole = read_json(body, _LONGEST_BODY)
        found = whole.get("signature") if isinstance(whole, dict) else None
        return found if isinstance(found, dict) else {}
    return {name: value.decode("utf-8", "replace") for name, value in _form_of(body, kind).items()}


def _is_json(kind: str) -> bool:
    return kind.partition(";")[0].strip().lower() == "application/json"


def _form_of(body: bytes, kind: str) -> dict[str, bytes]:
    if not kind.lower().startswith("multipart/form-data"):
        return {name: value.encode() for name, value in parse_qsl(body.decode(), keep_blank_values=True)}
    head = f"Content-Type: {kind}\r\n\r\n".encode("ascii")
    whole = BytesParser(_class=EmailMessage, policy=policy.HTTP).parsebytes(head + body)
    fields: dict[str, bytes] = {}
    for part in whole.iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and part.get_filename() is None and isinstance(content, bytes):
            fields[name] = content
    return fields


def _told(event: Mapping[str, Any]) -> Iterator[Event]:
    """Give what became of a mail.

    Source: documentation.mailgun.com, "Event structure".
    """
    at = dt.datetime.fromtimestamp(float(event["timestamp"]), dt.UTC)
    receipt = _receipt(event, at)
    headers = (event.get("message") or {}).get("headers") or {}
    message = str(headers.get("message-id", ""))
    if receipt is None:
        return
    # A rejected one names its recipient in the header alone, with a name before it.
    to = str(event.get("recipient") or headers["to"]).rpartition("<")[2].rstrip("> ")
    unique = event.get("id") or f"{event['event']}:{event['timestamp']}:{message}:{to}"
    made = event_of(
        receipt, channel="email", who=Who(email=to), source="mailgun", source_id=_short(str(unique)),
        message_id=id_in(f"<{message}"), link_url=event.get("url"),
    )  # fmt: skip
    if made is not None:
        yield made


def _receipt(event: Mapping[str, Any], at: dt.datetime) -> Receipt | None:
    kind = event["event"]
    status = event.get("delivery-status") or {}
    said = f"{status.get('code', '')} {status.get('description') or status.get('message') or ''}".strip()
    given: dict[str, Any] = {"provider_id": event.get("id"), "at": at, "raw": said or kind}
    if kind == "failed":
        return _failed(event, status, given)
    if kind == "rejected":
        return Receipt("refused", reason="content", **given)
    client = event.get("client-info") or {}
    is_weak = kind == "opened" or (kind == "clicked" and is_weak_click(client.get("user-agent")))
    if kind in {"delivered", "opened", "clicked", "complained", "unsubscribed"}:
        return Receipt(kind, is_weak=is_weak, **given)
    return None


def _failed(event: Mapping[str, Any], status: Mapping[str, Any], given: Mapping[str, Any]) -> Receipt | None:
    if event.get("severity") != "permanent":
        # Mailgun goes on trying.
        return None
    if event.get("reason") in _SUPPRESSED:
        return Receipt("refused", reason=_SUPPRESSED[event["reason"]], **given)
    code = status.get("code")
    read = MailStatus.of(code if isinstance(code, int) else 0, f"{status.get('message')} {status.get('description')}")
    return Receipt("bounced", reason=read.reason, is_hard=read.is_hard, **given)


def _letter_of(form: Mapping[str, bytes]) -> bytes:
    """Put a mail together that a route gives in pieces: its headers, and its text."""
    pairs = json.loads(form.get("message-headers", b"[]"))
    kept = [(name, value) for name, value in pairs if not str(name).lower().startswith(("content-", "mime-version"))]
    if not kept:
        raise InvalidError.of("message-headers", "a mail that a route forwards has headers")
    mail = EmailMessage(policy=policy.SMTP)
    mail.set_content(form.get("body-plain", b"").decode("utf-8", "replace"), cte="base64")
    head = "".join(f"{name}: {' '.join(str(value).split())}\r\n" for name, value in kept)
    return head.encode("utf-8", "replace") + mail.as_bytes()


def _short(text: str) -> str:
    return text if len(text) <= 200 else hashlib.sha256(text.encode()).hexdigest()  # noqa: PLR2004 - of an id of ours
