"""Where a webhook may go: to a public address by https, which is looked up once and held to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import attrs

from ecrm.errors import InvalidError, UnavailableError

__all__ = ["Resolve", "Target", "is_public", "resolve"]

Resolve = Callable[[str, int], Sequence[str]]
# NAT64 leads to any IPv4 address, private ones too, and a tunnel to wherever it ends; the rest is special, and
# Python before 3.13 takes some of it for public.
_SPECIAL: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "::/96", "100::/64", "3fff::/20", "5f00::/16",
        "192.0.0.0/24", "192.88.99.0/24",
    )
)  # fmt: skip
_HTTPS_PORT, _HTTP_PORT = 443, 80


def resolve(host: str, port: int) -> list[str]:
    """Look a name up; give every address it has.

    Raises:
        UnavailableError: It has none, or nobody answers.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnavailableError("the name of the webhook's host can not be looked up") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, whatever it is wrapped in.

    Args:
        address: An IPv4 or IPv6 address.

    Source: the special-purpose registries of IANA (RFC 6890); RFC 4291 for mapped addresses, RFC 6052 and RFC 8215
    for NAT64.

    >>> [is_public(one) for one in ("93.184.215.14", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False]
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return is_public(str(ip.ipv4_mapped))
    refused = (ip.is_multicast, ip.is_reserved, ip.is_unspecified, ip.is_loopback, ip.is_link_local, ip.is_private)
    return ip.is_global and not any(refused) and not any(ip in network for network in _SPECIAL)


@attrs.frozen(repr=False)
class Target:
    """Be an address that may be posted to.

    Args:
        host: The name: for the Host header and the certificate.
        port: The port.
        path: With its query.
        is_secure: Whether by https.
        addresses: What the name was looked up as, each checked.
    """

    host: str
    port: int
    path: str
    is_secure: bool
    addresses: tuple[str, ...]

    @classmethod
    def of(cls, url: str, look_up: Resolve = resolve, *, allows_loopback: bool = False) -> Target:
        """Check an address, and look its name up.

        Args:
            url: Where to post.
            look_up: Gives every address of a name.
            allows_loopback: Whether this machine, and http to it, is allowed: for tests.

        Raises:
            InvalidError: It may not be posted to.
            UnavailableError: Its name can not be looked up.
        """
        scheme, host, port, path = _parts(url)
        is_secure = scheme == "https"
        if not is_secure and not (allows_loopback and scheme == "http"):
            raise InvalidError.of("url", "give an address that begins with https://")
        found = _plain(look_up(host, port or (_HTTPS_PORT if is_secure else _HTTP_PORT)))
        for address in found:
            is_here = ipaddress.ip_address(address).is_loopback
            if not (is_here if allows_loopback and (is_here or not is_secure) else is_public(address)):
                raise InvalidError.of("url", "it leads to an address that is not public: give one of the internet")
        if not found:
            raise UnavailableError("the name of the webhook's host has no address")
        return cls(host, port or (_HTTPS_PORT if is_secure else _HTTP_PORT), path, is_secure, found)


def _plain(addresses: Sequence[str]) -> tuple[str, ...]:
    # A link-local address carries its interface: "fe80::1%eth0".
    return tuple(address.partition("%")[0] for address in addresses)


def _parts(url: str) -> tuple[str, str, int | None, str]:
    if not url.isascii() or any(letter <= " " or letter in "\\\x7f" for letter in url):
        raise InvalidError.of("url", "write it in ASCII, without blanks")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidError.of("url", "give an address such as https://shop.example/messages") from error
    if not parts.hostname or "@" in parts.netloc:
        raise InvalidError.of("url", "give an address with a host, and without a user")
    return parts.scheme, parts.hostname, port, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
