"""What the law asks of what a message says, by the shop's country.

Whether a customer agreed to it is in `ecrm.consent`. A country without rules here is not without law: add its rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from ecrm.errors import InvalidError
from ecrm.messages.model.finding import Finding
from ecrm.messages.model.template import Template
from ecrm.values import fold_name

__all__ = ["LAWS", "Draft", "Law", "Laws", "Sender"]

_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_MERSIS = re.compile(r"(?<!\d)\d{16}(?!\d)")
_CONTACT = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|(?<!\d)(?:\+?\d[\d ()/-]{8,}\d|\d{3} ?\d ?\d{3})(?!\d)")
# "RET yazıp 3606'ya gönderin": a word to send, and a short number to send it to.
_REFUSE_BY_SMS = re.compile(r"\b(?:ret|iptal|stop)\b.*?(?<!\d)\d{4,5}(?!\d)", re.DOTALL)
_ADVERTISING = (
    "indirim", "indirimli", "kampanya", "kampanyamız", "kampanyası", "fırsat", "fırsatı", "fırsatlar", "kaçırma",
    "kaçırmayın", "hediye", "çekiliş", "promosyon", "sezon sonu", "size özel teklif",
)  # fmt: skip
_LAW = "Turkey, law no. 6563, art."
_RULES = "Regulation on Commercial Communication and Commercial Electronic Messages, Official Gazette no. 29417"
_PHONES = frozenset({"sms", "whatsapp", "phone", "call_task"})


def _digits(value: str | None) -> str | None:
    return None if value is None else re.sub(r"[\s-]", "", value)


def _check_mersis(_: object, __: object, value: str | None) -> None:
    if value is not None and not _MERSIS.fullmatch(value):
        raise InvalidError.of("mersis", "a MERSİS number has 16 digits")


@attrs.frozen
class Sender:
    """Say who speaks, as the law wants it said.

    Args:
        trade_name: As registered.
        mersis: The MERSİS number, 16 digits; None for a tradesman (esnaf), who says name and surname.

    >>> Sender("Örnek Ticaret A.Ş.", "0123 4567 8901 2345").mersis
    '0123456789012345'
    """

    trade_name: str
    mersis: str | None = attrs.field(default=None, converter=_digits, validator=_check_mersis)


@attrs.frozen
class Draft:
    """Hold what a rule may look at.

    A variable that says what the law wants counts as said: `shop.trade_name`, `shop.mersis`, `shop.contact`,
    `shop.refuse_by` and `unsubscribe_url`.

    Args:
        template: The template.
        said: What it says by place, with its variables left out.
        urls: Where its links lead.
        variables: The variables it uses, with their dots.
        sender: Who speaks; None where the shop has not said it.
    """

    template: Template
    said: Mapping[str, str]
    urls: tuple[str, ...] = ()
    variables: frozenset[str] = frozenset()
    sender: Sender | None = None

    @property
    def body(self) -> str:
        """Give all of it as one text, folded the Turkish way."""
        return fold_name("\n".join(self.said.values()))

    def uses(self, *names: str) -> bool:
        """Tell whether one of these variables is used."""
        return not self.variables.isdisjoint(names)


Rule = Callable[[Draft], Iterable[Finding]]


def _country(value: str) -> str:
    return value.upper()


def _rules(value: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(value)


def _check_country(_: object, __: object, value: str) -> None:
    if not _COUNTRY.match(value):
        raise InvalidError.of("country", "give two letters of ISO 3166, as TR")


@attrs.frozen
class Law:
    """Be the rules of one country.

    Args:
        country: ISO 3166 alpha-2.
        rules: Each finds what is against it in a draft.

    >>> Law("tr", [lambda draft: []]).country
    'TR'
    """

    country: str = attrs.field(converter=_country, validator=_check_country)
    rules: tuple[Rule, ...] = attrs.field(converter=_rules)

    def check(self, draft: Draft) -> list[Finding]:
        """Give what is against the law in a draft."""
        return [finding for rule in self.rules for finding in rule(draft)]


@attrs.frozen
class Laws:
    """Keep the rules of the countries that have any.

    Args:
        by_country: By ISO 3166 alpha-2.

    >>> LAWS.with_law(Law("DE", [])).of("de").country
    'DE'
    """

    by_country: Mapping[str, Law] = attrs.field(factory=dict)

    def with_law(self, law: Law) -> Laws:
        """Give them with those of one more country, or others for one."""
        return Laws({**self.by_country, law.country: law})

    def of(self, country: str | None) -> Law | None:
        """Give the rules of a country; None where there are none."""
        return self.by_country.get((country or "").upper())


def _names_its_sender(draft: Draft) -> Iterator[Finding]:
    if not draft.template.is_commercial or draft.uses("shop.trade_name"):
        return
    if draft.sender is None:
        yield _finding("sender", "say who speaks: set the trade name, or put {{ shop.trade_name }} into it", "5, 7")
    elif fold_name(draft.sender.trade_name) not in draft.body:
        yield _finding("sender", "name the shop by its trade name, or put {{ shop.trade_name }} into it", "5, 7")


def _tells_its_number(draft: Draft) -> Iterator[Finding]:
    if not draft.template.is_commercial or draft.uses("shop.mersis"):
        return
    is_tradesman = draft.sender is not None and draft.sender.mersis is None
    told = set(_MERSIS.findall(draft.body))
    if not told and not is_tradesman:
        yield _finding("mersis", "tell the MERSİS number, 16 digits, or put {{ shop.mersis }} into it", "7")
    elif told and draft.sender is not None and draft.sender.mersis not in told:
        yield _finding("mersis", "this is not the shop's MERSİS number", "7")


def _can_be_reached(draft: Draft) -> Iterator[Finding]:
    body = _MERSIS.sub("", draft.body)
    reaches = any(url.startswith(("mailto:", "tel:")) for url in draft.urls)
    if draft.template.is_commercial and not draft.uses("shop.contact") and not reaches and not _CONTACT.search(body):
        say = "tell a telephone number or an e-mail address, or put {{ shop.contact }} into it"
        yield _finding("contact", say, "7")


def _can_be_refused(draft: Draft) -> Iterator[Finding]:
    if not draft.template.is_commercial or draft.uses("unsubscribe_url", "shop.refuse_by"):
        return
    if draft.template.channel in _PHONES:
        body = _MERSIS.sub("", draft.body)
        if not _REFUSE_BY_SMS.search(body):
            say = "say how to refuse, free of charge: {{ unsubscribe_url }}, or a word and a short number"
            yield _finding("refusal", say, "8")
    else:
        yield _finding("refusal", "say how to refuse, free of charge: put {{ unsubscribe_url }} into it", "8")


def _does_not_advertise(draft: Draft) -> Iterator[Finding]:
    if draft.template.is_commercial:
        return
    for word in _ADVERTISING:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", draft.body):
            say = f'"{word}" advertises: leave it out, or send it as a commercial message to those who agreed'
            yield _finding("advertising", say, "6")


def _finding(code: str, say: str, article: str) -> Finding:
    return Finding(f"law.tr.{code}", "", say, source=f"{_LAW} {article}; {_RULES}")


LAWS = Laws().with_law(
    Law("TR", [_names_its_sender, _tells_its_number, _can_be_reached, _can_be_refused, _does_not_advertise])
)
