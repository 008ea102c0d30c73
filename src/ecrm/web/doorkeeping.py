"""How often a survey may be opened and answered: by its token, and by the address it is asked from.

The address is the one the host's server gives; no header is believed. Behind a proxy that is the proxy's own, unless
the host set its server up otherwise. An address of a private network says nothing of who asks and is not counted.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network

from ecrm.http import Request
from ecrm.web.limits import Limit, Limits

__all__ = ["Doorkeeper"]

# A reader who answers 100 questions one by one, goes back and forth, and is quick, stays below.
_BY_TOKEN = Limit(a_minute=60, at_once=60)
# Behind one address may be a whole office, or the phones of a district.
_BY_ADDRESS = Limit(a_minute=120, at_once=240)
# A link for everybody makes an invitation of its own for each who opens it; one of a busy store stays below.
_OF_LINK = Limit(a_minute=600, at_once=1_200)
_NETWORK_V6 = 64


class Doorkeeper:
    """Say whether a request for a survey may pass now.

    What is counted: each POST, and each opening of a link for everybody. Opening one's own invitation is not.

    Args:
        limits: Counts.

    >>> Doorkeeper().wait_s(Request("POST", "/survey/x", remote_address="192.0.2.1"), "x", is_link=False)
    0.0
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def wait_s(self, request: Request, token: str, *, is_link: bool) -> float:
        """Count it; give how long to wait, in seconds: 0.0 where it may pass.

        Args:
            request: As it came.
            token: What it opens; its signature was checked.
            is_link: Whether the token is that of a link for everybody.
        """
        if request.method != "POST" and not is_link:
            return 0.0
        wait_s, address = 0.0, network_of(request.remote_address)
        # By address first: who asks too often must not use up what a link allows everybody.
        if address:
            wait_s = self._limits.wait_s(f"address:{address}", _BY_ADDRESS)
        return wait_s or self._limits.wait_s(f"token:{token}", _OF_LINK if is_link else _BY_TOKEN)


@lru_cache(maxsize=1_000)
def network_of(address: str) -> str:
    """Give what an address is counted as: itself, of IPv6 its /64; nothing where it says nothing of who asks.

    >>> network_of("2001:4860:4860::8888"), network_of("127.0.0.1"), network_of("unix:")
    ('2001:4860:4860::/64', '', '')
    """
    try:
        read = ip_address(address)
    except ValueError:
        return ""
    read = getattr(read, "ipv4_mapped", None) or read
    if not read.is_global:
        return ""
    return str(read) if isinstance(read, IPv4Address) else str(ip_network((read, _NETWORK_V6), strict=False))
