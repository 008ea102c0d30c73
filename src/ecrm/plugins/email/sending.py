"""Hand e-mails to a mail server: one line for a batch, opened again where it drops."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Literal, Self

from ecrm.errors import InvalidError
from ecrm.hookspecs import Line, Outgoing, Receipt
from ecrm.messages.letters.status import MailStatus
from ecrm.plugins.email.account import Account
from ecrm.plugins.email.composing import Letter, compose

__all__ = ["Post", "send"]

_QUEUED = re.compile(r"(?:queued as|^(?:\d\.\d\.\d )?ok:?) ([\w.-]{6,100})\s*$", re.IGNORECASE)
_TAKEN = range(200, 300)
_LEAST_REFUSAL, _DROPPED = 400, 421
_FOR_GOOD, _NO_SUCH_ADDRESS = 5, 553
Context = Callable[[], ssl.SSLContext]


def send(messages: Sequence[Outgoing], line: Line, post: Post) -> Iterator[Receipt]:
    """Hand messages over, and give a receipt for each.

    Args:
        messages: Of one shop.
        line: The shop's.
        post: Where they go.
    """
    with post:
        for message in messages:
            try:
                letter = compose(message, post.account, line)
            except InvalidError as error:
                yield Receipt("refused", reason="address" if "to" in error.fields else "content", raw=str(error))
            else:
                yield post.hand(letter)


class Post:
    """Hold the line to a mail server.

    Args:
        account: Of the shop.
        patience_s: How long one answer of the server may take, in seconds.
        context: Makes what TLS is checked by.
    """

    def __init__(self, account: Account, patience_s: float, context: Context = ssl.create_default_context) -> None:
        self.account = account
        self._patience_s = patience_s
        self._context = context
        self._line: smtplib.SMTP | None = None
        self._away: Receipt | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._hang_up(politely=kind is None)

    def hand(self, letter: Letter) -> Receipt:
        """Hand a letter over.

        Args:
            letter: What is to go.

        Returns:
            accepted; refused or delayed as the server says, or where it is away; uncertain where the line broke
            after the letter.
        """
        if self._away is not None:
            return self._away
        was_open = self._line is not None
        receipt = self._handed(letter)
        if receipt is None and was_open:
            # The server hung up between two letters: nothing of this one was said.
            receipt = self._handed(letter)
        return receipt or Receipt("delayed", reason="away", raw="the mail server hung up")

    def _handed(self, letter: Letter) -> Receipt | None:
        try:
            line = self._opened()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._hang_up()
            self._away = _away(error)
            return self._away
        try:
            refusal = _addressed(line, letter)
        except (OSError, smtplib.SMTPException):
            self._hang_up()
            return None
        if refusal is not None:
            return self._after(refusal)
        return self._written(line, letter)

    def _written(self, line: smtplib.SMTP, letter: Letter) -> Receipt:
        try:
            code, said = line.data(letter.content)
        except smtplib.SMTPDataError as error:
            # It was not asked for the letter: none of it went out.
            return self._after(_refusal(error.smtp_code, error.smtp_error, "content"))
        except (OSError, smtplib.SMTPException):
            self._hang_up()
            return Receipt("uncertain", raw="the line broke after the letter was begun")
        if code in _TAKEN:
            text = said.decode(errors="replace")
            queued = _QUEUED.search(text.strip())
            return Receipt("accepted", provider_id=queued[1] if queued else None, raw=f"{code} {text}")
        if code // 100 in {4, 5}:
            return self._after(_refusal(code, said, "content"))
        self._hang_up()
        return Receipt("uncertain", raw="the mail server answered nothing that can be understood")

    def _after(self, refusal: tuple[int, Receipt]) -> Receipt:
        code, receipt = refusal
        try:
            # After an answer of nonsense nobody knows which one comes next.
            is_lost = code == _DROPPED or code < _LEAST_REFUSAL
            if is_lost or self._line is None or self._line.rset()[0] not in _TAKEN:
                self._hang_up()
        except (OSError, smtplib.SMTPException):
            self._hang_up()
        return receipt

    def _opened(self) -> smtplib.SMTP:
        if self._line is not None:
            return self._line
        account = self.account
        # Named by the sender's domain: to look up this machine's own name may take long.
        name = account.sender.rpartition("@")[2].encode("idna").decode("ascii")
        if account.security == "tls":
            context = self._context()
            self._line = smtplib.SMTP_SSL(account.host, account.port, name, timeout=self._patience_s, context=context)
        else:
            self._line = smtplib.SMTP(account.host, account.port, name, timeout=self._patience_s)
        if account.security == "starttls":
            self._line.starttls(context=self._context())
        self._line.ehlo_or_helo_if_needed()
        if account.username:
            self._line.login(account.username, account.password)
        return self._line

    def _hang_up(self, *, politely: bool = False) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        try:
            if politely:
                line.quit()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            line.close()


def _addressed(line: smtplib.SMTP, letter: Letter) -> tuple[int, Receipt] | None:
    options: list[str] = []
    if letter.needs_utf8:
        if not line.has_extn("smtputf8"):
            raw = "the mail server takes no addresses in these letters: it has no SMTPUTF8"
            return _NO_SUCH_ADDRESS, Receipt("refused", reason="address", raw=raw)
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    code, said = line.mail(letter.sender, options)
    if code not in _TAKEN:
        return _refusal(code, said, "account")
    code, said = line.rcpt(letter.to)
    return None if code in _TAKEN else _refusal(code, said, "address")


def _refusal(code: int, said: bytes | str, otherwise: str) -> tuple[int, Receipt]:
    """Give what an answer that is no yes comes to; before the letter an answer of nonsense is one of later."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    read = MailStatus.of(max(code, 0), text)
    status: Literal["refused", "delayed"] = "refused" if code // 100 == _FOR_GOOD else "delayed"
    reason = read.reason if read.reason != "address" or otherwise == "address" else otherwise
    return code, Receipt(status, reason=reason, raw=f"{code} {text}")


def _away(error: Exception) -> Receipt:
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError | ssl.SSLError):
        return Receipt("delayed", reason="account", raw=f"signing in failed: {type(error).__name__}")
    return Receipt("delayed", reason="away", raw=f"the mail server is away: {type(error).__name__}")
