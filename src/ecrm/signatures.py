"""Signatures of webhooks: compared in constant time, over raw bytes, with every secret that is active."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal

__all__ = ["is_known", "is_signed", "signature"]

Digest = Literal["sha256", "sha1", "sha512"]
Form = Literal["base64", "hex"]


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


def _held(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
