"""A template: what a message says, with places for what is known of the customer; and its content, filled in.

Filling in is in `ecrm.messages.rendering`; whether a template may go live in `ecrm.messages.linting`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import check_name, check_said, one_of
from ecrm.values.text import LONGEST_TEXT, checked_text, is_line

__all__ = ["LONGEST_HTML", "LONGEST_SUBJECT", "Content", "Template"]

LONGEST_SUBJECT = 500
LONGEST_HTML = 262_144
_MOST_PARAMETERS = 50
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


def _check_language(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, str) or not _LANGUAGE.match(value):
        raise InvalidError.of(field.name, "give a language tag of BCP 47, as tr or en-GB")


def _check_subject(_: Any, field: Any, value: str | None) -> None:
    if value is not None and not is_line(checked_text(value, field.name, LONGEST_SUBJECT)):
        raise InvalidError.of(field.name, "keep it on one line")


def _check_text(_: Any, field: Any, value: str | None) -> None:
    if value is not None:
        checked_text(value, field.name, LONGEST_TEXT)


def _check_html(_: Any, field: Any, value: str | None) -> None:
    if value is not None:
        checked_text(value, field.name, LONGEST_HTML)


def _check_version(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidError.of(field.name, "give a whole number from 1 up")


def _parameters(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidError.of("parameters", 'give a list of texts, as ["{{ customer.name }}"]')
    given = tuple(checked_text(one, "parameters", LONGEST_TEXT) for one in value)
    if len(given) > _MOST_PARAMETERS:
        raise InvalidError.of("parameters", f"give at most {_MOST_PARAMETERS}")
    return given


@attrs.frozen(kw_only=True)
class Template:
    """Hold what a message says, in one language, for one channel.

    Args:
        name: What the shop calls it; the same in each language and for each channel.
        channel: Where it goes: email, sms, whatsapp, …
        language: BCP 47.
        is_commercial: Whether it is advertising; the law asks more of it, and the customer must have agreed.
        purpose: What for, as `order_updates` or `marketing`.
        subject: Of an e-mail, or the title of a notification; one line of at most 500 characters.
        text: The plain text, at most 65,536 characters.
        html: The HTML, at most 262,144 characters; where `text` is missing, the text is derived from it.
        provider_name: What the provider calls the template, where it knows it by a name (WhatsApp).
        parameters: What fills the provider's template, in its order, at most 50; each with places of its own.
        version: From 1 up.
        author: Who wrote this version.
        state: draft, approved or live.

    Raises:
        InvalidError: It says nothing, or a field holds what it must not.

    >>> Template(name="shipped", channel="sms", language="tr", purpose="order_updates",
    ...          text="Siparişiniz {{ order.id }} yola çıktı.").parts
    {'text': 'Siparişiniz {{ order.id }} yola çıktı.'}
    """

    name: str = attrs.field(validator=check_name)
    channel: str = attrs.field(validator=check_name)
    language: str = attrs.field(validator=_check_language)
    is_commercial: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    purpose: str = attrs.field(validator=check_said)
    subject: str | None = attrs.field(default=None, validator=_check_subject)
    text: str | None = attrs.field(default=None, validator=_check_text)
    html: str | None = attrs.field(default=None, validator=_check_html)
    provider_name: str | None = attrs.field(default=None, validator=attrs.validators.optional(check_said))
    parameters: tuple[str, ...] = attrs.field(default=(), converter=_parameters)
    version: int = attrs.field(default=1, validator=_check_version)
    author: str = attrs.field(default="", validator=_check_text)
    state: Literal["draft", "approved", "live"] = attrs.field(
        default="draft", validator=one_of("draft", "approved", "live")
    )

    def __attrs_post_init__(self) -> None:
        if self.text is None and self.html is None and self.provider_name is None:
            raise InvalidError.of("text", "give text, html or provider_name: this template says nothing")
        if self.parameters and self.provider_name is None:
            raise InvalidError.of("provider_name", "name the provider's template that the parameters fill")

    @property
    def parts(self) -> dict[str, str]:
        """Give what is filled in, by where it stands: subject, text, html, parameters.0 and so on."""
        return dict(self._parts())

    def _parts(self) -> Iterator[tuple[str, str]]:
        for place in ("subject", "text", "html"):
            source = getattr(self, place)
            if source is not None:
                yield place, source
        for index, source in enumerate(self.parameters):
            yield f"parameters.{index}", source


@attrs.frozen(repr=False)
class Content:
    """Hold what one customer is told.

    Args:
        subject: Of an e-mail, or the title of a notification; one line.
        text: The plain text.
        html: The HTML, of an e-mail.
        parameters: What fills the provider's template, in its order.

    >>> Content(text="Merhaba Ayşe")
    <Content text>
    """

    subject: str | None = None
    text: str = ""
    html: str | None = None
    parameters: tuple[str, ...] = ()

    def __repr__(self) -> str:
        held = [name for name in ("subject", "text", "html", "parameters") if getattr(self, name)]
        return f"<Content {' '.join(held)}>"
