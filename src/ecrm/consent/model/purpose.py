"""Purposes: what a shop does with personal data and messages, and what the law lets it do so by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import attrs

from ecrm.errors import InvalidError

__all__ = ["BUILT_IN", "ConsentText", "Purpose"]

Basis = Literal["consent", "contract", "legal_obligation", "legitimate_interest"]
BASES: tuple[str, ...] = ("consent", "contract", "legal_obligation", "legitimate_interest")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_LONGEST_TEXT = 20_000


def check_purpose_name(name: Any) -> str:
    """Give the name of a purpose back where it can be one.

    Raises:
        InvalidError: It can not.

    >>> check_purpose_name("marketing")
    'marketing'
    """
    if not isinstance(name, str) or not _NAME.match(name):
        raise InvalidError.of("purpose", "use lower-case letters, digits and underscores, at most 41")
    return name


def _check_basis(_: Any, __: Any, value: Any) -> None:
    if value not in BASES:
        raise InvalidError.of("basis", f"use one of {', '.join(BASES)}")


def _check_about(_: Any, __: Any, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidError.of("about", "say in a sentence what is done")


@attrs.frozen
class Purpose:
    """Declare what a shop does, and on which ground.

    Args:
        name: Lower-case letters, digits, underscores.
        basis: The lawful basis: `consent` (nothing without a grant), `legitimate_interest` (until somebody
            objects), `contract` or `legal_obligation` (what the customer asked for, or the law does).
        about: What is done, in a sentence a customer understands.
        is_commercial: Whether it is advertising: then an objection to marketing ends it, and messages of it
            carry what the law asks of advertising.
        has_channels: Whether it is about messages, so that a customer may allow it by one channel and not by another.
        needs_confirmation: Whether a grant counts only once it is confirmed by a link sent to the address.

    Source: GDPR art. 6(1) and 21; KVKK art. 5.

    >>> Purpose("newsletter", "consent", "We send a letter each month.", is_commercial=True).asks_first
    True
    """

    name: str = attrs.field(converter=check_purpose_name)
    basis: Basis = attrs.field(validator=_check_basis)
    about: str = attrs.field(validator=_check_about)
    is_commercial: bool = False
    has_channels: bool = True
    needs_confirmation: bool = False

    def __attrs_post_init__(self) -> None:
        if self.is_commercial and self.basis in {"contract", "legal_obligation"}:
            raise InvalidError.of("basis", "advertising needs consent or a legitimate interest")
        if self.needs_confirmation and not self.asks_first:
            raise InvalidError.of("needs_confirmation", "only consent can be confirmed")

    @property
    def asks_first(self) -> bool:
        """Tell whether nothing may be done before the customer agreed."""
        return self.basis == "consent"

    @property
    def can_be_refused(self) -> bool:
        """Tell whether the customer may end it: what a contract or the law asks for goes on."""
        return self.basis in {"consent", "legitimate_interest"}


BUILT_IN: Mapping[str, Purpose] = MappingProxyType({
    one.name: one
    for one in (
        Purpose("order_updates", "contract", "We tell you how your orders are doing."),
        Purpose("account", "contract", "We write about your account and what you ask us to do with it."),
        Purpose("service", "contract", "We answer what you ask us."),
        Purpose("marketing", "consent", "We tell you of offers and news.", is_commercial=True),
        Purpose("surveys", "legitimate_interest", "We ask how you liked what you bought, to become better."),
        Purpose(
            "profiling", "legitimate_interest", "We work out from your purchases what you may like.", has_channels=False
        ),
    )
})  # fmt: skip


@attrs.frozen
class ConsentText:
    """Be what a customer read when they agreed, in one language.

    Args:
        purpose: What for.
        version: Of the text, as `2026-01`; all languages of one version say the same.
        language: BCP 47.
        text: Word for word.

    >>> ConsentText("marketing", "2026-01", "en", "Yes, send me offers by e-mail.").hash[:8]
    'c6d4c63f'
    """

    purpose: str = attrs.field(converter=check_purpose_name)
    version: str = attrs.field()
    language: str = attrs.field()
    text: str = attrs.field()

    @version.validator
    def _check_version(self, _: Any, value: Any) -> None:
        if not isinstance(value, str) or not _VERSION.match(value):
            raise InvalidError.of("version", "use letters, digits, dots, dashes, underscores; at most 63")

    @language.validator
    def _check_language(self, _: Any, value: Any) -> None:
        if not isinstance(value, str) or not _LANGUAGE.match(value):
            raise InvalidError.of("language", "give a language tag of BCP 47, as tr or en-GB")

    @text.validator
    def _check_text(self, _: Any, value: Any) -> None:
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT or "\0" in value:
            raise InvalidError.of("text", "give the text the customer reads, 1 to 20,000 characters")

    @property
    def hash(self) -> str:
        """Give the SHA-256 of the text, as hex: proof of what was agreed to."""
        return hashlib.sha256(self.text.encode()).hexdigest()
