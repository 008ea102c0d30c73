"""Signatures of webhooks: compared in constant time, over raw bytes, with every secret that is active."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal

__all__ = ["is_signed", "signature"]

Digest = Literal["sha256", "sha1", "sha512"]
Form = Literal["base64", "hex"]


def signature(secret: str, message: bytes, *, digest: Digest = "sha256", form: Form = "base64") -> str:
    """Sign a message by HMAC.

    Args:
        secret: The shared secret.
        message: The very bytes that travel.
        digest: The hash.
        form: How the digest is written.

    Source: RFC 2104.

    >>> signature("test_secret_key", b'{"foo": "bar"}')
    'B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g='
    """
    made = hmac.new(secret.encode(), message, getattr(hashlib, digest)).digest()
    return base64.b64encode(made).decode() if form == "base64" else made.hex()


def is_signed(
    secrets: Iterable[str], message: bytes, given: str | None, *, digest: Digest = "sha256", form: Form = "base64"
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
    # As bytes: texts of other letters can not be compared, and every secret is tried, so that time tells nothing.
    held = (given or "").encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(signature(secret, message, digest=digest, form=form).encode(), held)
        for secret in secrets
        if secret
    ]
    return any(matches)
