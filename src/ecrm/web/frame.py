"""What all pages have in common: their headers, their frame, the shop's name, logo and colours, words for failures."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import attrs

from ecrm.crm import CRM
from ecrm.http import Request, Response
from ecrm.shops.brand import Brand
from ecrm.web.assets import logo_name, named
from ecrm.web.languages import accepted_language, direction_of
from ecrm.web.words import words_for

__all__ = ["HEADERS", "Frame"]

# The address holds what proves who it is: it goes to no other site, into no cache and no index.
HEADERS: Mapping[str, str] = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}
# Each answer of ours, of whatever status, is a page whose <main> is swapped in; no script is ever taken from it.
_HTMX = {
    "allowEval": False, "allowScriptTags": False, "includeIndicatorStyles": False, "selfRequestsOnly": True,
    # With them it would write styles onto elements, which the policy refuses.
    "attributesToSettle": [], "defaultSettleDelay": 0, "historyCacheSize": 0,
    "responseHandling": [{"code": "...", "swap": True, "error": False}],
}  # fmt: skip


@attrs.frozen
class Frame:
    """Hold what surrounds a page.

    Args:
        root: The way from the page to the address ecrm is mounted at.
        language: Of whoever reads it, where nothing else says: what their browser asks for, or nothing.
        crm: The view on the shop whose page it is; None where nobody knows, or the database is away.
    """

    root: str
    language: str = ""
    crm: CRM | None = None

    @classmethod
    def of(cls, request: Request) -> Frame:
        """Give the frame of a request whose path ends in `/<word>/<token>`."""
        return cls("../../" if request.path.endswith("/") else "../", accepted_language(request.headers, ""))

    def page(
        self, template: str, language: str, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None,
        **said: Any,
    ) -> Response:  # fmt: skip
        """Give a page.

        Args:
            template: Its file in `templates`.
            language: It is said in, BCP 47.
            status: The HTTP status.
            headers: What is sent beside the headers of all pages.
            **said: What the template shows.
        """
        brand = Brand() if self.crm is None else self.crm.shop.brand
        colours = _colours(brand)
        body = _template(template).render(
            {
                "root": self.root, "language": language, "direction": direction_of(language), "colours": colours,
                "name": brand.name or self._trade_name(), "logo": self._logo(brand), "text": "", "action": "", **said,
            }
        )  # fmt: skip
        sent = {**HEADERS, "content-security-policy": _policy(colours), **(headers or {})}
        return Response(int(status), body.encode(), sent)

    def notice(
        self, word: str, status: int, *, language: str = "", headers: Mapping[str, str] | None = None
    ) -> Response:
        """Give a page that only says something: that a link is gone, that it was too often.

        Args:
            word: What it says, by its key in `words`; `<word>_more` is the line below it.
            status: The HTTP status.
            language: Of the reader; where it is left out, the one the browser asks for, else the shop's.
            headers: What is sent beside the headers of all pages.
        """
        shops = "" if self.crm is None else self.crm.shop.settings.language
        spoken, words = words_for(language or self.language or shops)
        more = words[f"{word}_more"]
        return self.page("page.html", spoken, status=status, headers=headers, title=words[word], text=more)

    def _trade_name(self) -> str:
        return "" if self.crm is None else self.crm.messages.arranged.arrangement.sender.get("trade_name", "")

    def _logo(self, brand: Brand) -> str:
        if brand.logo is None or self.crm is None:
            return ""
        return f"{self.root}assets/{self.crm.shop.key}/{logo_name(brand.logo)}"


def _colours(brand: Brand) -> str:
    """Give the style a brand's colours make: hexadecimal digits alone, so nothing of it can be more than a colour."""
    if brand.colour is None and brand.dark_colour is None:
        return ""
    light, dark = brand.colour, brand.seen_in_the_dark
    style = "" if light is None else f":root{{--strong:{light};--on-strong:{light.ink}}}"
    if dark is not None:
        style += f"@media (prefers-color-scheme:dark){{:root{{--strong:{dark};--on-strong:{dark.ink}}}}}"
    return style


@lru_cache(maxsize=1_000)
def _policy(colours: str) -> str:
    digest = base64.b64encode(hashlib.sha256(colours.encode()).digest()).decode()
    own = f" 'sha256-{digest}'" if colours else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{own}; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@lru_cache(maxsize=8)
def _template(name: str) -> Any:
    return _environment().get_template(name)


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader

    made = Environment(
        loader=PackageLoader("ecrm.web", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {"htmx": json.dumps(_HTMX), "named": named}
    return made
