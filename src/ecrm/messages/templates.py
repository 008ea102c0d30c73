"""What `crm.messages.templates` offers: write, look at, approve and publish what messages say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs

from ecrm.customers.model.trait import Customer
from ecrm.database import Database
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.messages.composing import Composer
from ecrm.messages.linting import Rules, lint
from ecrm.messages.model.finding import Finding
from ecrm.messages.model.template import Content, Template
from ecrm.messages.tables import template as template_table
from ecrm.shops.service import Shop
from ecrm.values.who import Someone

__all__ = ["KNOWN_VARIABLES", "Templates"]

# What every message is given; what the sender passes beside it, a template names in `given`.
KNOWN_VARIABLES = ("customer", "facts", "shop", "unsubscribe_url", "preferences_url")


class Templates:
    """Serve the templates of one shop.

    Args:
        database: Where they are.
        shop: The shop.
        clock: Gives the time.
        composer: Fills them in.
        rules_of: Gives what the shop's templates are held to.
        known_of: Gives the customer somebody belongs to, and what is known of them.
    """

    def __init__(
        self,
        database: Database,
        shop: Shop,
        clock: Callable[[], dt.datetime],
        composer: Composer,
        rules_of: Callable[[str], Rules],
        known_of: Callable[[Someone], tuple[Customer, Mapping[str, Any]]],
    ) -> None:
        self._database = database
        self._shop = shop
        self._clock = clock
        self._composer = composer
        self._rules_of = rules_of
        self._known_of = known_of

    def __repr__(self) -> str:
        return f"<Templates {self._shop.key}>"

    def write(self, name: str, channel: str, language: str, *, author: str = "", **says: Any) -> Template:
        """Write a new version of a template, as a draft; what is live stays live until the draft is published.

        Args:
            name: What the shop calls it.
            channel: Where it goes.
            language: BCP 47.
            author: Who wrote it.
            **says: Its `purpose`, `is_commercial`, `subject`, `text`, `html`, `provider_name`, `parameters`.

        Raises:
            InvalidError: A value can not be.

        >>> crm.messages.templates.write("shipped", "sms", "en", purpose="order_updates",
        ...                              text="Order {{ order_id }} is on its way.").version
        1
        """
        with self._database.write() as transaction:
            held = template_table.versions_of(transaction, self._shop.key, name)
            newest = max((one.version for one in held if (one.channel, one.language) == (channel, language)), default=0)
            made = Template(
                name=name, channel=channel, language=language, author=author, version=newest + 1, **says
            )  # fmt: skip
            template_table.insert_template(transaction, self._shop.key, made, self._clock())
        return made

    def versions(self, name: str | None = None) -> list[Template]:
        """Give every version of a template, or of all, the oldest first."""
        with self._database.read() as transaction:
            return template_table.versions_of(transaction, self._shop.key, name)

    def lint(self, template: Template, given: Collection[str] = ()) -> list[Finding]:
        """Find what is wrong with a template before a customer sees it.

        Args:
            template: The template.
            given: The variables that are passed with the message, beside those every message has.

        >>> hello = crm.messages.templates.write("hello", "email", "en", purpose="order_updates", text="{{ nmae }}")
        >>> [finding.code for finding in crm.messages.templates.lint(hello)]
        ['subject.missing', 'variable.unknown']
        """
        return lint(template, [*KNOWN_VARIABLES, *given], self._rules_of(self._shop.key))

    def approve(self, template: Template, by: str) -> Template:
        """Say that a draft may go live; somebody else than its author says so.

        Raises:
            NotFoundError: This version is not kept.
            ConflictError: It is no draft, or its author approves it.
        """
        held = self._held(template)
        if held.state != "draft":
            raise ConflictError(f"this version is {held.state}: write a new one")
        if held.author and held.author == by:
            raise ConflictError("let somebody else than its author approve it")
        return self._set(held, "approved", by)

    def publish(self, template: Template, given: Collection[str] = (), *, by: str = "") -> Template:
        """Let a version go live; the one that was live before rests.

        Args:
            template: The version.
            given: The variables that are passed with the message, beside those every message has.
            by: Who publishes it.

        Raises:
            NotFoundError: This version is not kept.
            InvalidError: Something is wrong with it, or the law forbids it; the message says what to do.

        >>> hello = crm.messages.templates.write("hello", "sms", "en", purpose="order_updates", text="Hello.")
        >>> crm.messages.templates.publish(hello).state
        'live'
        """
        held = self._held(template)
        wrong = [finding for finding in self.lint(held, given) if finding.is_refused]
        if wrong:
            raise InvalidError("; ".join(map(str, wrong)), {one.place or "template": [one.say] for one in wrong})
        for other in self.versions(held.name):
            if (other.channel, other.language, other.state) == (held.channel, held.language, "live"):
                self._set(other, "approved", None)
        return self._set(held, "live", by or None)

    def preview(
        self, template: Template, who: Someone | None = None, variables: Mapping[str, Any] | None = None
    ) -> Content:
        """Show what a template says to a customer.

        Args:
            template: The template.
            who: The customer; None is somebody of whom nothing is known.
            variables: Those that are passed with the message.

        Raises:
            InvalidError: A variable is missing, or it can not be filled in.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> hello = crm.messages.templates.write("hello", "sms", "en", purpose="order_updates",
        ...                                      text="Hello {{ customer.name }}.")
        >>> crm.messages.templates.preview(hello, ayse.id).text
        'Hello Ayşe.'
        """
        customer, facts = (None, {}) if who is None else self._known_of(who)
        return self._composer.preview(self._shop.key, template, customer, facts, variables or {})

    def _held(self, template: Template) -> Template:
        key = (template.channel, template.language, template.version)
        for one in self.versions(template.name):
            if (one.channel, one.language, one.version) == key:
                return one
        raise NotFoundError("this version is not kept: crm.messages.templates.write(…) keeps one")

    def _set(self, template: Template, state: Any, by: str | None) -> Template:
        changed = attrs.evolve(template, state=state)
        with self._database.write() as transaction:
            template_table.set_state(transaction, self._shop.key, changed, by)
        return changed
