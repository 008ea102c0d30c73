"""What the pages are drawn with: the style sheet, htmx, the logo of a shop. A browser keeps them for good.

Their names hold a digest of what is in them, so that a new version has a new name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from importlib import resources

import attrs

from ecrm.crm import CRM
from ecrm.errors import InvalidError
from ecrm.http import Request, Response
from ecrm.shops.brand import Logo

__all__ = ["Assets", "logo_name", "named"]

_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_ALWAYS: Mapping[str, str] = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    # A picture can be opened as a page of its own; an SVG must not run a script there.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}


@attrs.frozen
class _Asset:
    name: str
    kind: str
    body: bytes


class Assets:
    """Answer requests for what pages are drawn with.

    Args:
        crm: The CRM, for the logos of its shops.

    >>> from ecrm import CRM
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     Assets(crm).answer(Request("GET", f"/assets/{named('pages.css')}")).headers["content-type"]
    'text/css; charset=utf-8'
    """

    def __init__(self, crm: CRM) -> None:
        self._crm = crm

    def answer(self, request: Request) -> Response:
        """Answer a request.

        Args:
            request: Its path ends in `/assets/<name>`, or in `/assets/<shop>/<name of the logo>`.
        """
        if request.method not in {"GET", "HEAD"}:
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, HEAD"})
        shop, _, name = request.path.strip("/").rpartition("assets/")[2].rpartition("/")
        if shop:
            return self._logo(shop, name)
        found = next((one for one in _assets().values() if one.name == name), None)
        return Response(HTTPStatus.NOT_FOUND) if found is None else _sent(found.body, found.kind)

    def _logo(self, shop: str, name: str) -> Response:
        try:
            logo = self._crm.for_shop(shop).shop.brand.logo
        except InvalidError:
            # What is no name of a shop.
            logo = None
        if logo is None or name != logo_name(logo):
            return Response(HTTPStatus.NOT_FOUND)
        return _sent(logo.picture, f"image/{logo.kind}")


def named(file: str) -> str:
    """Give the name a file of ours is served by.

    Args:
        file: `pages.css`, `pages.js` or `htmx.min.js`.
    """
    return _assets()[file].name


def logo_name(logo: Logo) -> str:
    """Give the name a logo is served by, below the name of its shop."""
    return f"logo-{logo.digest}.{logo.kind.partition('+')[0]}"


def _sent(body: bytes, kind: str) -> Response:
    return Response(HTTPStatus.OK, body, {**_ALWAYS, "content-type": kind})


@lru_cache(maxsize=1)
def _assets() -> Mapping[str, _Asset]:
    found = {}
    for file in ("pages.css", "pages.js", "htmx.min.js"):
        body = (resources.files("ecrm.web") / "assets" / file).read_bytes()
        stem, _, ending = file.rpartition(".")
        digest = hashlib.sha256(body).hexdigest()[:16]
        found[file] = _Asset(f"{stem}-{digest}.{ending}", _KINDS[ending], body)
    return found
