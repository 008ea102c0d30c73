"""What the plugin contributes: settings, the source `shopify`, and the duties that follow what Shopify told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ecrm.adapters.shopify.client import Ask, HttpAsk
from ecrm.adapters.shopify.compliance import HandOver, fulfil
from ecrm.adapters.shopify.naming import shop_itself
from ecrm.adapters.shopify.people import MERGED
from ecrm.adapters.shopify.pulling import cursor_at, pull_page
from ecrm.adapters.shopify.topics import UNINSTALLED, translate
from ecrm.adapters.shopify.verifying import LONGEST_BODY, Roster
from ecrm.composition import machine_time
from ecrm.effects import Effect, Interaction, Questions, Suggest
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.hookspecs import Delivery, Duty, Keys, Page, Reaction, Setting, Source, hookimpl
from ecrm.values import Actor, Who

if TYPE_CHECKING:
    from ecrm.crm import CRM

__all__ = ["Shopify"]

_DOMAIN = re.compile(r"([a-z0-9][a-z0-9-]*\.myshopify\.com)?\Z")
_BECAUSE = "the shop merged them at Shopify"
_MOST = 100


class Shopify:
    """The plugin.

    Args:
        ask: Asks the Admin API, for `pull`; None asks by HTTP.
        hand_over: Gives the shop's owner what is kept of a customer who asked for it: called with the shop, the
            request, and the export, or None where nothing is kept. Without it these requests wait for a person.
    """

    name = "shopify"

    def __init__(self, ask: Ask | None = None, hand_over: HandOver | None = None) -> None:
        self._ask = ask or HttpAsk(machine_time)
        self._hand_over = hand_over

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("domain", "text", "The shop, as snowdevil.myshopify.com.", default="", check=_check_domain),
            Setting("client_secret", "secret", "The app's client secret, which signs its webhooks."),
            Setting("access_token", "secret", "What the Admin API is asked with; wanted by pull alone."),
            Setting("is_installed", "boolean", "Whether the app is installed; only then it is pulled.", default=True),
            Setting("uninstalled_by", "text", "The event that said it is not; kept by the plugin.", default=""),
        ]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source."""
        return [
            Source(
                "shopify", Roster().verify, translate, self.pull, cursor_at=cursor_at, body_limit=LONGEST_BODY,
                every=dt.timedelta(hours=1), calls_per_minute=120,
            )
        ]  # fmt: skip

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        """Contribute the reaction that says of whom Shopify made one."""
        return [Reaction("shopify_merged", suggest_merge, kinds=[MERGED], max_age=None)]

    @hookimpl
    def register_duties(self) -> list[Duty]:
        """Contribute what is done after the fact: requests fulfilled, customers joined, pulls ended."""
        return [Duty("shopify", self.follow, every=dt.timedelta(minutes=1), deadline_s=600)]

    def pull(self, shop: str, cursor: str | None, keys: Keys) -> Page:
        """Ask for what changed since."""
        return pull_page(shop, cursor, keys, self._ask)

    def follow(self, crm: CRM) -> None:
        """Do what Shopify's deliveries ask for beyond their events."""
        _note_uninstalled(crm)
        _join_merged(crm)
        fulfil(crm, self._hand_over)


def suggest_merge(interaction: Interaction, _: Questions) -> Iterator[Effect]:
    """Say who is the same customer; the rules keep two accounts apart, so that somebody decides: the shop did."""
    yield Suggest(Who(user_id=interaction.properties["absorbed"], source="shopify"), _BECAUSE)


def _join_merged(crm: CRM) -> None:
    for pair in crm.customers.suggestions(_MOST):
        if pair.because == _BECAUSE:
            with suppress(ConflictError, NotFoundError):
                crm.customers.merge(pair.one, pair.other, because=_BECAUSE, actor=Actor.system("shopify"))


def _note_uninstalled(crm: CRM) -> None:
    settings = crm.plugins.settings("shopify")
    who = shop_itself(Delivery(crm.shop.key, context={"domain": settings["domain"]}))
    if not settings["domain"] or crm.customers.find(who) is None:
        return
    told = crm.timeline(who, limit=1, kinds=[UNINSTALLED])
    if told and str(told[0].id) != settings["uninstalled_by"]:
        crm.plugins.configure("shopify", is_installed=False, uninstalled_by=str(told[0].id))


def _check_domain(value: str) -> None:
    if not _DOMAIN.match(value):
        raise InvalidError.of("domain", "give the shop's own domain, in small letters: as snowdevil.myshopify.com")
