"""Read what mail servers and providers of mailboxes report of our messages: bounces, deliveries, complaints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.message import EmailMessage, Message
from uuid import UUID

import attrs

from ecrm.hookspecs import Receipt
from ecrm.messages.letters.naming import id_in
from ecrm.messages.letters.status import MailStatus

__all__ = ["Told", "read_report", "said"]

_RECEIVED_BY = ("to", "delivered-to", "x-original-to", "envelope-to")


@attrs.frozen(repr=False)
class Told:
    """Hold what became of a message to one recipient.

    Args:
        to: The recipient's address.
        receipt: What became of it.
        message_id: Ours; None where the report does not say.
    """

    to: str
    receipt: Receipt
    message_id: UUID | None


def read_report(mail: EmailMessage) -> list[Told] | None:
    """Read a report.

    Args:
        mail: As it came.

    Returns:
        What it tells of each recipient; None where the mail is no report.

    Source: RFC 3464 for bounces, RFC 5965 for complaints.
    """
    if said(mail, "content-type") and mail.get_content_type() != "multipart/report":
        return None
    kinds = {part.get_content_type(): part for part in mail.walk()}
    about = _message_of(mail)
    if "message/delivery-status" in kinds:
        return list(_bounces(kinds["message/delivery-status"], about))
    if "message/feedback-report" in kinds:
        return list(_complaints(kinds["message/feedback-report"], mail, about))
    return None


def said(message: Message, name: str) -> str:
    """Give the value of a header; nothing where it is missing, or can not be read."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # noqa: BLE001 - the reader of headers fails on some that are malformed, in many ways
        return ""


def _message_of(mail: EmailMessage) -> UUID | None:
    for name in _RECEIVED_BY:
        if found := id_in(said(mail, name)):
            return found
    for part in mail.walk():
        if part is mail:
            continue
        # A part that is a whole message is walked into; one of headers alone is text.
        text = said(part, "message-id")
        if part.get_content_type() == "text/rfc822-headers":
            text = str(part.get_payload())
        if found := id_in(text):
            return found
    return None


def _bounces(part: Message, about: UUID | None) -> Iterator[Told]:
    groups = [group for group in part.get_payload() if isinstance(group, Message)] if part.is_multipart() else []
    for group in groups:
        to = _address(said(group, "final-recipient")) or _address(said(group, "original-recipient"))
        receipt = _receipt(group)
        if to and receipt is not None:
            yield Told(to, receipt, about)


def _receipt(group: Message) -> Receipt | None:
    status, diagnostic = said(group, "status"), said(group, "diagnostic-code")
    raw = f"{status} {diagnostic}".strip()
    action = said(group, "action").lower().split(" ")[0]
    read = MailStatus.told(status, diagnostic)
    if action == "failed":
        return Receipt("bounced", reason=read.reason, is_hard=read.is_hard, raw=raw)
    if action == "delayed":
        return Receipt("delayed", reason=read.reason, raw=raw)
    return Receipt("delivered", raw=raw) if action == "delivered" else None


def _complaints(part: Message, mail: EmailMessage, about: UUID | None) -> Iterator[Told]:
    inner = part.get_payload()
    fields = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else _fields(str(inner))
    kind = fields.get("feedback-type", "").strip().lower()
    to = str(fields.get("original-rcpt-to", "")).strip(" <>") or _returned_to(mail)
    if kind in {"abuse", "fraud", "not-spam"} and to:
        status = Receipt("complained", raw=f"feedback-type: {kind}")
        if kind != "not-spam":
            yield Told(to, status, about)


def _fields(text: str) -> Mapping[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _returned_to(mail: EmailMessage) -> str:
    inner = [part for part in mail.walk() if part.get_content_type() == "message/rfc822" and part.is_multipart()]
    returned = inner[0].get_payload(0) if inner else None
    return _address(said(returned, "to")) if isinstance(returned, Message) else ""


def _address(field: str) -> str:
    # As "rfc822; <ayse@example.com>".
    text = field.rpartition(";")[2].strip()
    return text.rpartition("<")[2].rstrip(">").strip() if "@" in text else ""
