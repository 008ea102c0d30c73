"""Amazon SNS: which messages are its own, and who answers that a subscription is wanted.

Certificates are fetched once each; from Amazon's hosts alone.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import re
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ecrm.errors import InvalidError, SetupError, UnavailableError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

__all__ = ["Fetch", "Sns", "fetch", "signed_text"]

Fetch = Callable[[str], bytes]
_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?\Z")
_TOLD = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_ASKED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_PATIENCE_S, _LONGEST = 5.0, 65_536
_MOST_CERTIFICATES = 16
_OK = 200


def fetch(url: str, context: Callable[[], ssl.SSLContext] = ssl.create_default_context) -> bytes:
    """Get what is at an address of Amazon's.

    Args:
        url: The address.
        context: Makes what TLS is checked by; tests trust their own certificate.

    Raises:
        UnavailableError: Nobody answers, or not with a 200.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.netloc, timeout=_PATIENCE_S, context=context())
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        answer = connection.getresponse()
        content = answer.read(_LONGEST)
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError("Amazon SNS does not answer") from error
    finally:
        connection.close()
    if answer.status != _OK:
        raise UnavailableError(f"Amazon SNS answered {answer.status}")
    return content


def signed_text(message: Mapping[str, Any]) -> bytes:
    r"""Give what SNS signs of a message.

    Source: docs.aws.amazon.com, SNS, "Verifying the signatures of Amazon SNS messages".

    >>> signed_text({"Type": "Notification", "Message": "m", "MessageId": "1", "Timestamp": "t", "TopicArn": "a"})
    b'Message\nm\nMessageId\n1\nTimestamp\nt\nTopicArn\na\nType\nNotification\n'
    """
    names = _TOLD if message.get("Type") == "Notification" else _ASKED
    lines = [f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None]
    return "".join(lines).encode("utf-8", "surrogatepass")


class Sns:
    """Tell SNS's messages from others'.

    Args:
        fetch: Gets what is at an address.
    """

    def __init__(self, fetch: Fetch = fetch) -> None:
        self._fetch = fetch
        self._keys: dict[str, RSAPublicKey] = {}

    def is_signed(self, message: Mapping[str, Any]) -> bool:
        """Tell whether Amazon signed a message.

        Args:
            message: As it came, read as JSON.

        Raises:
            UnavailableError: The certificate can not be fetched.
            SetupError: What checks signatures is not installed.
        """
        try:
            signature = base64.b64decode(str(message.get("Signature", "")), validate=True)
            return self._is_by(self._key(str(message.get("SigningCertURL", ""))), message, signature)
        except (InvalidError, binascii.Error):
            return False

    def confirm(self, message: Mapping[str, Any]) -> None:
        """Answer that a subscription is wanted.

        Args:
            message: Of which `is_signed` holds.

        Raises:
            InvalidError: The address is none of Amazon's.
            UnavailableError: Nobody answers.
        """
        self._fetch(_of_amazon(str(message.get("SubscribeURL", ""))))

    def _key(self, url: str) -> RSAPublicKey:
        if not urlsplit(_of_amazon(url)).path.endswith(".pem"):
            raise InvalidError.of("SigningCertURL", "a certificate of Amazon SNS ends with .pem")
        if url not in self._keys:
            made = _key_in(self._fetch(url))
            if len(self._keys) >= _MOST_CERTIFICATES:
                self._keys.clear()
            self._keys[url] = made
        return self._keys[url]

    def _is_by(self, key: RSAPublicKey, message: Mapping[str, Any], signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        # Version 1 is of SHA-1, which SNS uses where a topic does not ask for version 2.
        digests = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - it is what Amazon signs with
        digest = digests.get(str(message.get("SignatureVersion")))
        if digest is None:
            return False
        try:
            key.verify(signature, signed_text(message), padding.PKCS1v15(), digest)
        except InvalidSignature:
            return False
        return True


def _of_amazon(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not _HOST.match(parts.netloc):
        raise InvalidError.of("url", "it is no address of Amazon SNS")
    return url


def _key_in(pem: bytes) -> RSAPublicKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.x509 import load_pem_x509_certificate
    except ModuleNotFoundError as error:
        raise SetupError('install what checks signatures of Amazon: pip install "ecrm[secrets]"') from error
    try:
        key = load_pem_x509_certificate(pem).public_key()
    except ValueError as error:
        raise UnavailableError("what Amazon SNS gives is no certificate") from error
    if not isinstance(key, RSAPublicKey):
        raise InvalidError.of("SigningCertURL", "a certificate of Amazon SNS has a key of RSA")
    return key
