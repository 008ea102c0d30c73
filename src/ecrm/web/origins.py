"""Whether a form was sent by a page of another site.

No page uses a cookie: what a form may do, the token in its path says alone, and whoever has that needs no other
person's browser. So this is a second lock, for a token that was lost. A program that sends no such header, as the mail
services of RFC 8058 do, passes it.

Source: Fetch Metadata Request Headers, W3C; RFC 6454, The Web Origin Concept.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ecrm.http import Request

__all__ = ["is_from_elsewhere"]

_OWN = frozenset(("same-origin", "none"))


def is_from_elsewhere(request: Request) -> bool:
    """Tell whether a browser says that a page of another site sent this.

    Args:
        request: As it came.

    >>> is_from_elsewhere(Request("POST", "/survey/x", headers={"Sec-Fetch-Site": "cross-site"}))
    True
    >>> is_from_elsewhere(Request("POST", "/survey/x"))
    False
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        # Said by the browser, which no page can make say otherwise.
        return site.strip().lower() not in _OWN
    origin = request.headers.get("origin", "null").strip()
    # A browser says null for a form of ours too: its page sends no referrer.
    if origin == "null":
        return False
    hosts = {request.headers.get("host", "").lower(), urlsplit(request.url).netloc.lower()} - {""}
    return bool(hosts) and urlsplit(origin).netloc.lower() not in hosts
