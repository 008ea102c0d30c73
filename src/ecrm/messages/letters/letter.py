"""Read an e-mail that came in: what a customer wrote, or what became of a message of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Any

from ecrm.interactions.events import Event, MessageReceived
from ecrm.messages.letters.naming import id_in
from ecrm.messages.letters.report import read_report, said
from ecrm.messages.receipts import event_of
from ecrm.values import Actor, Who
from ecrm.values.text import mended

__all__ = ["read_letter"]

_LONGEST_TEXT, _LONGEST_ID = 60_000, 200
_MOST_ATTACHMENTS = 50
_SILENT = {"script", "style", "title"}
_BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3"}


def read_letter(raw: bytes, source: str) -> list[Event]:
    r"""Give the events of an e-mail.

    A bounce or a complaint becomes what became of our message; anything else is what its sender wrote. What a program
    answered by itself, as somebody on holiday, has a system as its actor. What comes from nobody and reports nothing
    becomes no event.

    Args:
        raw: The mail as it came, RFC 5322.
        source: Who brings it.

    Source: RFC 5322, RFC 3464, RFC 5965; RFC 3834 for automatic answers.

    >>> raw = b"From: Ayse <ayse@example.com>\r\nSubject: Selam\r\nMessage-ID: <1@example.com>\r\n\r\nNerede?"
    >>> [event] = read_letter(raw, "email")
    >>> event.event_name, event.subject, event.text
    ('Message Received', 'Selam', 'Nerede?')
    """
    mail = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
    told = read_report(mail)
    own = said(mail, "message-id").strip("<> ")[:_LONGEST_ID] or hashlib.sha256(raw).hexdigest()
    if told is None:
        return list(_written(mail, source, mended(own)))
    made = [
        event_of(
            one.receipt,
            channel="email",
            who=Who(email=one.to),
            source=source,
            source_id=f"{mended(own)}:{place}",
            message_id=one.message_id,
        )
        for place, one in enumerate(told)
    ]
    return [event for event in made if event is not None]


def _written(mail: EmailMessage, source: str, own: str) -> Iterator[Event]:
    sender = next((address for _, address in getaddresses([said(mail, "from")]) if "@" in address), None)
    if sender is None or said(mail, "return-path") == "<>":
        return
    more: dict[str, Any] = {}
    if _is_automatic(mail):
        more = {"actor": Actor.system("autoresponder"), "context": {"automated": True}}
    yield MessageReceived(
        customer=Who(email=sender),
        channel="email",
        direction="in",
        source=source,
        source_id=own,
        message_id=own,
        conversation_id=_thread_of(mail) or own,
        subject=mended(said(mail, "subject"), 1_000) or None,
        text=_text_of(mail) or None,
        attachments=_attachments_of(mail),
        **more,
    )


def _thread_of(mail: EmailMessage) -> str | None:
    """Name the conversation by the message of ours it answers, or by the mail that began it."""
    before = f"{said(mail, 'references')} {said(mail, 'in-reply-to')}"
    ours = id_in(before)
    first = before.split()
    return str(ours) if ours else mended(first[0].strip("<>"), _LONGEST_ID) if first else None


def _is_automatic(mail: EmailMessage) -> bool:
    # Before RFC 3834 programs named themselves by Precedence; X-Autoreply is of Microsoft and cPanel.
    marked = said(mail, "auto-submitted").lower().split(";")[0].strip() not in {"", "no"}
    older = said(mail, "precedence").lower() in {"auto_reply", "bulk", "junk", "list"}
    return marked or older or any(said(mail, name) for name in ("x-autoreply", "x-autorespond"))


def _text_of(mail: EmailMessage) -> str:
    body = mail.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    text = _decoded(body)
    if body.get_content_subtype() == "html":
        reader = _Reader()
        reader.feed(text)
        text = "\n".join(line for line in map(str.strip, "".join(reader.parts).splitlines()) if line)
    return mended(text.replace("\r\n", "\n").strip(), _LONGEST_TEXT)


def _decoded(part: Any) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, ValueError):
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _attachments_of(mail: EmailMessage) -> tuple[str, ...]:
    parts = mail.iter_attachments() if mail.is_multipart() else ()
    names = [mended(part.get_filename() or "unnamed", _LONGEST_ID) for part in parts]
    return tuple(names[:_MOST_ATTACHMENTS])


class _Reader(HTMLParser):
    """Give the text of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, _: Any) -> None:
        self._depth += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in _SILENT and self._depth > 0

    def handle_data(self, text: str) -> None:
        if not self._depth:
            self.parts.append(text)
