"""Make the e-mail of a message: its bytes, and the addresses on its envelope."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs import Line, Outgoing
from ecrm.messages.letters.naming import bounce_address_of, message_id_of
from ecrm.plugins.email.account import Account

__all__ = ["Letter", "compose"]

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}\Z")
_LONGEST_VALUE = 900
_OURS = {
    "bcc", "cc", "date", "from", "mime-version", "received", "reply-to", "return-path", "sender", "subject", "to",
}  # fmt: skip


class _Policy(EmailPolicy):
    """Leave ASCII as it is: folding would write a long List-Unsubscribe in words that no reader decodes."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if str(value).isascii():
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


# In 7 bits, so that any server takes it.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit", raise_on_defect=False)


@attrs.frozen(repr=False)
class Letter:
    """Be an e-mail, ready to be handed over.

    Args:
        sender: Of the envelope: where bounces go.
        to: Of the envelope.
        content: The bytes.
        needs_utf8: Whether an address has letters that only SMTPUTF8 carries.
    """

    sender: str
    to: str
    content: bytes
    needs_utf8: bool


@attrs.frozen(repr=False)
class _Mailbox:
    """Hold an address: a domain in other letters is written in ASCII; a name before the @ can not be."""

    local: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    def named(self, name: str = "") -> Address:
        return Address(name, self.local, self.domain)


def compose(message: Outgoing, account: Account, line: Line) -> Letter:
    """Make the e-mail of a message.

    Args:
        message: What is to be said.
        account: Who says it.
        line: The shop's.

    Raises:
        InvalidError: It can not be an e-mail; the field is `to` where its address is to blame.

    Source: RFC 5322; RFC 6531 for letters of other alphabets; RFC 8058 for the headers to unsubscribe by.
    """
    to, sender = _mailbox(message.to, "to"), _mailbox(account.sender, "sender")
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender.named(account.sender_name)
    mail["To"] = to.named()
    mail["Date"] = format_datetime(line.now())
    _put(mail, "Subject", message.subject or "")
    if account.reply_to:
        mail["Reply-To"] = _mailbox(account.reply_to, "reply_to").named()
    _put_headers(mail, message)
    if "Message-ID" not in mail:
        mail["Message-ID"] = message_id_of(message.id, sender.domain)
    if "Auto-Submitted" not in mail:
        # So that no program answers a program.
        mail["Auto-Submitted"] = "auto-generated"
    _fill(mail, message)
    needs_utf8 = not (to.local + sender.local).isascii()
    content = mail.as_bytes(policy=_POLICY.clone(utf8=True) if needs_utf8 else _POLICY)
    bounces = account.bounce_address and bounce_address_of(message.id, account.bounce_address)
    envelope = _mailbox(bounces, "bounce_address") if bounces else sender
    return Letter(envelope.address, to.address, content, needs_utf8)


def _mailbox(address: str, field: str) -> _Mailbox:
    # Imported here because it takes 40 ms, and not every shop needs it.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        raise InvalidError.of(field, "give an e-mail address such as name@example.com") from None
    return _Mailbox(found.local_part, found.ascii_domain)


def _put_headers(mail: EmailMessage, message: Outgoing) -> None:
    for name, value in message.headers.items():
        if not _HEADER.match(name) or name.lower() in _OURS or name.lower().startswith("content-"):
            raise InvalidError.of("headers", "a header that a message may not set: it would change whose it is")
        _put(mail, name, value)


def _put(mail: EmailMessage, name: str, value: str) -> None:
    if len(value) > _LONGEST_VALUE or any(letter < " " or letter == "\x7f" for letter in value):
        raise InvalidError.of("headers", "a header is one line of at most 900 characters: nothing may hide behind it")
    mail[name] = value


def _fill(mail: EmailMessage, message: Outgoing) -> None:
    mail.set_content(message.text)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    if message.language:
        mail["Content-Language"] = message.language
