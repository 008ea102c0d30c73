"""What a notification of Amazon SES tells, as events."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ecrm.hookspecs import Receipt
from ecrm.interactions.events import Event
from ecrm.messages.letters.letter import read_letter
from ecrm.messages.letters.naming import id_in
from ecrm.messages.receipts import event_of
from ecrm.messages.weakness import is_weak_click
from ecrm.values import Who

__all__ = ["events_of"]

_SOFT = {
    "MailboxFull": "limit", "MessageTooLarge": "content", "ContentRejected": "content",
    "AttachmentRejected": "content",
}  # fmt: skip
Told = Iterable[tuple[str, Receipt]]


def events_of(told: Mapping[str, Any]) -> Iterator[Event]:
    """Give the events of a notification.

    Args:
        told: The message inside that of SNS, read as JSON.

    Source: docs.aws.amazon.com, SES, "Contents of event data that Amazon SES publishes to Amazon SNS", "Notification
    contents".
    """
    kind, mail = told.get("eventType") or told.get("notificationType"), told.get("mail") or {}
    if kind == "Received":
        yield from _received(told)
        return
    tell = _KINDS.get(str(kind))
    for to, receipt in tell(told, mail) if tell else ():
        unique = (mail["messageId"], kind, receipt.at, to, told.get("click", {}).get("link"))
        made = event_of(
            receipt, channel="email", who=Who(email=to), source="ses", message_id=_ours(mail),
            source_id=hashlib.sha256(repr(unique).encode()).hexdigest(), link_url=told.get("click", {}).get("link"),
        )  # fmt: skip
        if made is not None:
            yield made


def _received(told: Mapping[str, Any]) -> list[Event]:
    content = told.get("content")
    if not isinstance(content, str):
        # It lies in a bucket: what is not here can not be read.
        return []
    is_base64 = ((told.get("receipt") or {}).get("action") or {}).get("encoding") == "BASE64"
    return read_letter(base64.b64decode(content) if is_base64 else content.encode(), "ses")


def _bounced(told: Mapping[str, Any], mail: Mapping[str, Any]) -> Told:
    bounce = told["bounce"]
    is_hard = bounce["bounceType"] == "Permanent"
    reason = "address" if is_hard else _SOFT.get(bounce.get("bounceSubType"), "other")
    for one in bounce["bouncedRecipients"]:
        said = one.get("diagnosticCode") or f"{bounce['bounceType']} {bounce.get('bounceSubType', '')}"
        yield (
            one["emailAddress"],
            Receipt("bounced", reason=reason, is_hard=is_hard, raw=said, **_of(mail, bounce)),
        )


def _complained(told: Mapping[str, Any], mail: Mapping[str, Any]) -> Told:
    complaint = told["complaint"]
    said = complaint.get("complaintFeedbackType") or "complaint"
    for one in complaint["complainedRecipients"]:
        yield one["emailAddress"], Receipt("complained", raw=said, **_of(mail, complaint))


def _delivered(told: Mapping[str, Any], mail: Mapping[str, Any]) -> Told:
    delivery = told["delivery"]
    for to in delivery.get("recipients") or mail["destination"]:
        yield to, Receipt("delivered", raw=delivery.get("smtpResponse", ""), **_of(mail, delivery))


def _rejected(told: Mapping[str, Any], mail: Mapping[str, Any]) -> Told:
    said = told.get("reject", {}).get("reason") or told.get("failure", {}).get("errorMessage") or "rejected"
    for to in mail["destination"]:
        yield to, Receipt("refused", reason="content", raw=said, **_of(mail, mail))


def _opened(told: Mapping[str, Any], mail: Mapping[str, Any]) -> Told:
    for to in mail["destination"]:
        yield to, Receipt("opened", is_weak=True, raw="open", **_of(mail, told["open"]))


def _clicked(told: Mapping[str, Any], mail: Mapping[str, Any]) -> Told:
    click = told["click"]
    is_weak = is_weak_click(click.get("userAgent"), _moment(click), _moment(mail))
    for to in mail["destination"]:
        yield to, Receipt("clicked", is_weak=is_weak, raw="click", **_of(mail, click))


def _unsubscribed(told: Mapping[str, Any], mail: Mapping[str, Any]) -> Told:
    subscription = told["subscription"]
    if (subscription.get("newTopicPreferences") or {}).get("unsubscribeAll"):
        for to in mail["destination"]:
            yield to, Receipt("unsubscribed", raw="unsubscribeAll", **_of(mail, subscription))


def _of(mail: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    return {"provider_id": mail["messageId"], "at": _moment(told)}


def _moment(told: Mapping[str, Any]) -> dt.datetime | None:
    text = told.get("timestamp")
    return dt.datetime.fromisoformat(text) if isinstance(text, str) else None


def _ours(mail: Mapping[str, Any]) -> Any:
    """Find our id: Amazon puts a Message-ID of its own, and tells what it was before."""
    said = [str((mail.get("commonHeaders") or {}).get("messageId", ""))]
    headers = mail.get("headers") or ()
    said += [str(one.get("value", "")) for one in headers if str(one.get("name", "")).lower() == "message-id"]
    return next((found for text in said if (found := id_in(text))), None)


_KINDS = {
    "Bounce": _bounced, "Complaint": _complained, "Delivery": _delivered, "Reject": _rejected,
    "Rendering Failure": _rejected, "Open": _opened, "Click": _clicked, "Subscription": _unsubscribed,
}  # fmt: skip
