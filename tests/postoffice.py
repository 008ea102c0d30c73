"""A mail server on this machine that takes letters in, refuses some, and goes wrong when told."""

# ruff: noqa: ARG002, N802 - the methods are those of aiosmtpd
from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import ssl
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import attrs
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "shop", "correct horse battery"
REFUSED = "nobody@example.com"
ANSWERS = {
    REFUSED: "550 5.1.1 There is nobody of this name",
    "full@example.com": "452 4.2.2 The mailbox is full",
    "spam@example.com": "550 5.7.1 We know you",
}


@attrs.frozen
class Letter:
    """A letter as it came: its envelope and itself."""

    sender: str
    to: list[str]
    content: bytes
    options: list[str]

    @property
    def mail(self) -> EmailMessage:
        return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(self.content)


class PostOffice:
    """Take letters in."""

    def __init__(self, *, utf8: bool = True, context: ssl.SSLContext | None = None, asks_who: bool = False) -> None:
        self.letters: list[Letter] = []
        self.sessions: set[int] = set()
        self.mishap: str | None = None
        self.port = 0
        self._utf8, self._context, self._asks_who = utf8, context, asks_who

    @contextlib.contextmanager
    def open(self):
        controller = _Controller(self, self._utf8, self._context, self._asks_who)
        # What it gets is ours to look at, and not for the log.
        log = logging.getLogger("mail.log")
        before = log.level
        log.setLevel(logging.CRITICAL)
        controller.start()
        self.port = controller.port
        try:
            yield self
        finally:
            controller.stop(no_assert=True)
            log.setLevel(before)

    def go_wrong(self, mishap: str) -> None:
        self.mishap = mishap

    def _due(self, *mishaps: str) -> str | None:
        found = self.mishap if self.mishap in mishaps else None
        self.mishap = None if found else self.mishap
        return found

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        if self._due("drop"):
            server.transport.abort()
        return "451 4.3.0 Try later" if self._due("error") else "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self._due("nonsense"):
            return "hello there"
        if self._due("limit"):
            return "450 4.7.1 You write too often"
        if address in ANSWERS:
            return ANSWERS[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mishap = self._due("reset", "garbage", "silence", "content", "closing")
        if mishap == "reset":
            server.transport.abort()
            return "250 OK"
        if mishap == "silence":
            await asyncio.sleep(5)
        if mishap == "content":
            return "554 5.6.0 I can not read this"
        if mishap == "closing":
            return "421 4.3.2 Closing down"
        if mishap == "garbage":
            return "hello there"
        self.sessions.add(id(session))
        self.letters.append(Letter(envelope.mail_from, envelope.rcpt_tos, envelope.content, envelope.mail_options))
        return "250 2.0.0 Ok: queued as 4WXYZ12345"


class _Controller(Controller):
    def __init__(self, office, utf8, context, asks_who):
        self._server = {"enable_SMTPUTF8": utf8, "tls_context": context, "require_starttls": context is not None}
        if asks_who:
            self._server |= {"authenticator": _known, "auth_required": True, "auth_require_tls": context is not None}
        super().__init__(office, hostname="127.0.0.1", port=0)

    def factory(self):
        return SMTP(self.handler, hostname="office.example", **self._server)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _known(server, session, envelope, mechanism, auth_data):
    return AuthResult(
        success=(auth_data.login, auth_data.password) == (USER.encode(), PASSWORD.encode()), handled=False
    )


def make_certificate(folder):
    """Give a context for the server and one that trusts it; it is for `localhost`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "localhost.pem"
    path.write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    trusting = ssl.create_default_context(cadata=pem.decode())
    return server, trusting
