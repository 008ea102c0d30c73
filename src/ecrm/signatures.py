"""Signatures of webhooks: compared in constant time, over raw bytes, with every secret that is active."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal

from ecrm.errors import InvalidError

__all__ = ["is_known", "is_signed", "signature", "standard_key", "standard_text"]

Digest = Literal["sha256", "sha1", "sha512"]
Form = Literal["base64", "hex"]
_STANDARD_PREFIX, _LEAST_STANDARD_BYTES = "whsec_", 16


def signature(secret: str | bytes, message: bytes, *, digest: Digest = "sha256", form: Form = "base64") -> str:
    """Sign a message by HMAC.

    Args:
        secret: The shared secret; bytes where the sender's is written in base64.
        message: The very bytes that travel.
        digest: The hash.
        form: How the digest is written.

    Source: RFC 2104.

    >>> signature("test_secret_key", b'{"foo": "bar"}')
    'B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g='
    """
    made = hmac.new(_held(secret), message, getattr(hashlib, digest)).digest()
    return base64.b64encode(made).decode() if form == "base64" else made.hex()


def is_signed(
    secrets: Iterable[str | bytes],
    message: bytes,
    given: str | None,
    *,
    digest: Digest = "sha256",
    form: Form = "base64",
) -> bool:
    """Tell whether a message is signed with one of the secrets.

    Args:
        secrets: Those that are active: two while one is rotated. Without one nothing is signed.
        message: The very bytes that came.
        given: The signature that came with them; None where none did.
        digest: The hash.
        form: How the signature is written.

    >>> is_signed(["test_secret_key"], b'{"foo": "bar"}', "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=")
    True
    >>> is_signed([""], b"{}", signature("", b"{}"))
    False
    """
    made = [signature(secret, message, digest=digest, form=form) for secret in secrets if secret]
    return is_known(made, given)


def is_known(secrets: Iterable[str], given: str | None) -> bool:
    """Tell whether what came is one of the secrets: for senders that show an API key and sign nothing.

    Args:
        secrets: Those that are active. Without one nothing is known.
        given: What came; None where nothing did.

    >>> is_known(["correct horse battery"], "correct horse battery")
    True
    >>> is_known([""], "")
    False
    """
    # As bytes: texts of other letters can not be compared, and every secret is tried, so that time tells nothing.
    held = _held(given or "")
    matches = [hmac.compare_digest(_held(secret), held) for secret in secrets if secret]
    return any(matches)


def standard_key(secret: str) -> bytes:
    """Read a secret of Standard Webhooks.

    Args:
        secret: `whsec_` and base64.

    Raises:
        InvalidError: It is none, or shorter than 16 bytes.

    Source: standardwebhooks.com, "Symmetric signatures".

    >>> len(standard_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    24
    """
    try:
        key = base64.b64decode(secret.removeprefix(_STANDARD_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < _LEAST_STANDARD_BYTES:
        raise InvalidError.of("secret", "give whsec_ and base64 of 16 bytes or more")
    return key


def standard_text(id_: str, at: str, body: bytes) -> bytes:
    r"""Give what Standard Webhooks signs.

    Args:
        id_: Of the message.
        at: When it is sent, in seconds since 1970.
        body: The very bytes that travel.

    Source: standardwebhooks.com, "Signature scheme".

    >>> text = standard_text("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    >>> signature(standard_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), text)
    'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    return f"{id_}.{at}.".encode("utf-8", "surrogatepass") + body


def _held(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
