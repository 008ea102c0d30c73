"""From a message that may go to what its channel is given: the template filled in, links, headers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ecrm.consent.links import Link, Links
from ecrm.customers.model.trait import Customer
from ecrm.customers.tables.customer import find_customers, languages_of
from ecrm.database import Database, Transaction
from ecrm.errors import InvalidError
from ecrm.hookspecs import Channel, Outgoing
from ecrm.interactions.reading import timeline_of
from ecrm.messages.model.arrangement import Arrangement
from ecrm.messages.model.template import Content, Template
from ecrm.messages.rendering import can_inline_css, render
from ecrm.messages.tables import template as template_table
from ecrm.messages.tables.message import MessageRow
from ecrm.shops.model import Settings

__all__ = ["Composed", "Composer", "Sources"]

_DAYS_VALID = 400
_HEARD, _EMAIL = "Message Received", "email"
Facts = Callable[[Transaction, str, Sequence[UUID]], Mapping[UUID, Mapping[str, Any]]]


@attrs.frozen(repr=False)
class Sources:
    """Hold what composing draws on.

    Args:
        arrangement_of: Gives what a shop arranged about its messages.
        settings_of: Gives its settings.
        facts_of: Reads facts of customers.
        links: Makes signed links.
        now: Gives the time.
        fill: Gives what rooms above fill a message with, by its shop, what it was given, and the language.
        ready: Templates that serve, by any channel, where the shop has none of that name for it.
    """

    arrangement_of: Callable[[str], Arrangement]
    settings_of: Callable[[str], Settings]
    facts_of: Facts
    links: Links
    now: Callable[[], dt.datetime]
    fill: Callable[[str, Mapping[str, Any], str], Mapping[str, Any]] = lambda _, __, ___: {}
    ready: tuple[Template, ...] = ()


@attrs.frozen(repr=False)
class Composed:
    """Be a message ready to go, or why it can not be made.

    Args:
        row: The message.
        outgoing: What the channel is given; None where it can not be made.
        problem: Why not; no personal data.
    """

    row: MessageRow
    outgoing: Outgoing | None
    problem: str = ""


class Composer:
    """Compose messages.

    Args:
        database: Where templates and facts are.
        sources: What composing draws on.
    """

    def __init__(self, database: Database, sources: Sources) -> None:
        self._database = database
        self._sources = sources
        self._can_inline_css = can_inline_css()

    def compose(self, rows: Sequence[MessageRow], channel: Channel) -> list[Composed]:
        """Make what the channel is given, of messages of one shop.

        Args:
            rows: The messages, authorised.
            channel: By which they go.
        """
        shop = rows[0].shop
        messages = {row.id: _Said.of(row.message) for row in rows}
        templated = [row for row in rows if messages[row.id].template is not None]
        with self._database.read() as transaction:
            people = {one.id: one for one in find_customers(transaction, shop, {row.customer_id for row in templated})}
            # Of who is sent what is written already, only the language is of use.
            silent = {row.customer_id for row in rows if messages[row.id].language is None} - people.keys()
            languages = languages_of(transaction, shop, silent)
            names = {name for one in messages.values() if (name := one.template) is not None}
            templates = template_table.live_templates(transaction, shop, names) if names else []
            whose = sorted({row.customer_id for row in templated})
            facts = self._sources.facts_of(transaction, shop, whose) if whose else {}
            heard = self._heard(transaction, shop, rows) if channel.name == "whatsapp" else {}
        composed, links = [], self._sources.links.for_batch()
        for row in rows:
            try:
                who = people.get(row.customer_id)
                language = languages.get(row.customer_id) if who is None else who.language
                known = _Known(who, language, facts.get(row.customer_id, {}), heard.get(row.id), links)
                composed.append(Composed(row, self._outgoing(row, messages[row.id], channel, templates, known)))
            except InvalidError as error:
                composed.append(Composed(row, None, str(error)))
            except Exception as error:  # noqa: BLE001 - what is wrong with one message must not keep the others
                composed.append(Composed(row, None, f"it can not be made: {type(error).__name__}"))
        return composed

    def preview(
        self,
        shop: str,
        template: Template,
        customer: Customer | None,
        facts: Mapping[str, Any],
        given: Mapping[str, Any],
    ) -> Content:
        """Fill a template in for one customer, with a made-up address to refuse at."""
        settings = self._sources.settings_of(shop)
        refuse = {
            "unsubscribe_url": "https://example.invalid/unsubscribe",
            "preferences_url": "https://example.invalid/",
        }
        return render(template, {**_variables(customer, facts, self._sender(shop)), **refuse, **given},
                      zone=settings.zone_info, inlines_css=self._inlines(template))  # fmt: skip

    def _outgoing(
        self, row: MessageRow, message: _Said, channel: Channel, templates: Sequence[Template], known: _Known
    ) -> Outgoing:
        arrangement, settings = self._sources.arrangement_of(row.shop), self._sources.settings_of(row.shop)
        language = message.language or known.language or settings.language
        template, content = None, message.content
        # What says nothing of a link needs none: a template may, and so does the header of an advertising mail.
        names_links = content is None or (row.is_commercial and row.channel == _EMAIL)
        urls = _urls(row, arrangement, known.links) if names_links else {}
        if content is None:
            spoken, name = (language, settings.language), message.template or ""
            template = _chosen([*templates, *self._ready(templates, channel.name, name)], channel.name, spoken, name)
            filled = self._sources.fill(row.shop, message.variables, template.language)
            variables = {
                **_variables(known.customer, known.facts, arrangement.sender), **urls, **message.variables, **filled,
            }  # fmt: skip
            content = render(template, variables, zone=settings.zone_info, inlines_css=self._inlines(template))
        return Outgoing(
            id=row.id,
            shop=row.shop,
            to=_address(row, arrangement),
            is_commercial=row.is_commercial,
            purpose=row.purpose,
            language=language if template is None else template.language,
            text=content.text,
            subject=content.subject,
            html=content.html if channel.takes_html else None,
            template=None if template is None else template.provider_name,
            parameters=content.parameters,
            headers=_headers(row, message, urls),
            last_heard_at=known.heard_at,
            tries=row.tries - 1,
            details=message.details,
            profile_id=row.profile_id,
            customer_id=row.customer_id,
        )

    def _ready(self, templates: Sequence[Template], channel: str, name: str) -> list[Template]:
        if any(one.name == name and one.channel == channel for one in templates):
            return []
        return [attrs.evolve(one, channel=channel) for one in self._sources.ready if one.name == name]

    def _inlines(self, template: Template) -> bool:
        # A template was refused where the library lacked; on a machine that lacks it, a mail still says what it says.
        return self._can_inline_css and template.channel == _EMAIL

    def _sender(self, shop: str) -> Mapping[str, str]:
        return self._sources.arrangement_of(shop).sender

    def _heard(self, transaction: Transaction, shop: str, rows: Sequence[MessageRow]) -> dict[UUID, dt.datetime]:
        settings, found = self._sources.settings_of(shop), {}
        for row in rows:
            page = timeline_of(transaction, shop, settings, row.customer_id, (20, None), [_HEARD], proven_only=False)
            heard = [one.at for one in page if one.channel == row.channel]
            if heard:
                found[row.id] = max(heard)
        return found


@attrs.frozen(repr=False)
class _Said:
    """What was asked to be said; it was checked when it was."""

    template: str | None
    content: Content | None
    language: str | None
    variables: Mapping[str, Any]
    answers: str | None
    details: Mapping[str, Any]

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> _Said:
        """Read it of the wire form of a `Message`."""
        given, ask = wire.get("content"), wire.get
        content = Content(**{**given, "parameters": tuple(given.get("parameters") or ())}) if given else None
        return cls(ask("template"), content, ask("language"), ask("variables", {}), ask("answers"), ask("details", {}))


@attrs.frozen(repr=False)
class _Known:
    customer: Customer | None
    language: str | None
    facts: Mapping[str, Any]
    heard_at: dt.datetime | None
    links: Links


def _urls(row: MessageRow, arrangement: Arrangement, links: Links) -> dict[str, str]:
    if arrangement.public_url is None:
        return {}
    base = arrangement.public_url.rstrip("/")
    choose = Link(use="preferences", shop=row.shop, who=row.profile_id, message_id=str(row.id))
    urls = {"preferences_url": f"{base}/preferences/{links.make(choose, days=_DAYS_VALID)}"}
    if row.is_commercial:
        own = attrs.evolve(choose, use="unsubscribe", purpose=row.purpose, channel=row.channel)
        urls["unsubscribe_url"] = f"{base}/unsubscribe/{links.make(own, days=_DAYS_VALID)}"
    return urls


def _variables(customer: Customer | None, facts: Mapping[str, Any], sender: Mapping[str, str]) -> dict[str, Any]:
    """Give what every template may use: `customer.name`, `facts.orders.count`, `shop.trade_name`."""
    who = {} if customer is None else {"name": customer.name, "language": customer.language, **customer.attributes}
    known = {name: value for name, value in who.items() if value is not None}
    return {"customer": known, "facts": _tree(facts), "shop": dict(sender)}


def _tree(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give facts by the parts of their names; one below another fact keeps its whole name: `orders.revenue.TRY`."""
    tree: dict[str, Any] = {}
    # The shorter name first: what it holds is what a template means by it.
    for name in sorted(facts):
        *family, last = name.split(".")
        place: Any = tree
        for part in family:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place[last] = facts[name]
        else:
            tree[name] = facts[name]
    return tree


def _chosen(templates: Collection[Template], channel: str, languages: Sequence[str], name: str) -> Template:
    fitting = [one for one in templates if one.name == name and one.channel == channel]
    for language in languages:
        # A regional language is served by its plain one.
        for wanted in (language, language.partition("-")[0]):
            for one in fitting:
                if one.language == wanted:
                    return one
    if fitting:
        return min(fitting, key=lambda one: one.language)
    raise InvalidError.of("template", f"no template {name} is live for {channel}: crm.messages.templates.publish(…)")


def _address(row: MessageRow, arrangement: Arrangement) -> str:
    if arrangement.delivery != "redirect":
        return row.address or ""
    # A channel that needs no address reaches whatever the shop set it up to: it is held like the others.
    kind = row.address_kind or "any"
    redirected = arrangement.redirect_to.get(kind)
    if redirected is None:
        raise InvalidError.of("redirect_to", f"everything is redirected, and nothing says where for {kind}")
    return redirected


def _headers(row: MessageRow, message: _Said, urls: Mapping[str, str]) -> dict[str, str]:
    headers = {}
    if "unsubscribe_url" in urls:
        # RFC 8058: one click, answered to a POST without cookies.
        headers["List-Unsubscribe"] = f"<{urls['unsubscribe_url']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if message.answers is not None:
        headers["In-Reply-To"] = headers["References"] = message.answers
    return headers if row.channel == _EMAIL else {}
