"""What the plugin contributes: its tables and service, its command, and the source of what changed at İYS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ecrm.errors import InvalidError, SetupError
from ecrm.events import ConsentGranted, ConsentWithdrawn, Event
from ecrm.hookspecs import Command, Duty, Follower, Keys, Page, Service, Setting, Source, Tables, hookimpl
from ecrm.plugins.iys.client import DEFAULT_URL, Client
from ecrm.plugins.iys.model import APPROVED, CHANNELS_GRANTED, CHANNELS_REFUSED, REFUSED, SOURCES, date_of
from ecrm.plugins.iys.service import NAME, Iys
from ecrm.plugins.iys.tables import METADATA, RECORD
from ecrm.values import Who

if TYPE_CHECKING:
    import httpx2

    from ecrm.crm import CRM

__all__ = ["IysPlugin"]

_PAGE = 500
_TYPES = ("BIREYSEL", "TACIR")


def _one_of(name: str, allowed: Sequence[str]) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value not in allowed:
            raise InvalidError.of(name, f"use one of {', '.join(allowed)}")

    return check


def _check_url(value: str) -> None:
    address = urlsplit(value)
    is_here = address.hostname == "127.0.0.1"
    if not address.hostname or (address.scheme != "https" and not is_here):
        raise InvalidError.of("api_url", "give an address of https: the password goes there")


class IysPlugin:
    """The plugin.

    Args:
        client: A client of httpx2 to ask with; None makes one each time.
    """

    name = NAME

    def __init__(self, client: httpx2.Client | None = None) -> None:
        self._client = client

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("iys_code", "integer", "The shop's number at İYS."),
            Setting("brand_code", "integer", "The number of its brand."),
            Setting("username", "text", "The user of its API."),
            Setting("password", "secret", "Their password.", least_length=8),
            Setting("api_url", "text", "Where the API is.", default=DEFAULT_URL, check=_check_url),
            Setting("recipient_type", "text", "Who the customers are: BIREYSEL, persons, or TACIR, merchants.",
                    default=_TYPES[0], check=_one_of("recipient_type", _TYPES)),
            Setting("source", "text", "How customers agree where their consent does not say how.", default="HS_WEB",
                    check=_one_of("source", SOURCES)),
        ]  # fmt: skip

    @hookimpl
    def register_tables(self) -> list[Tables]:
        """Contribute what İYS holds and should hold, and how far the log was read."""
        return [Tables(METADATA)]

    @hookimpl
    def register_followers(self) -> list[Follower]:
        """Contribute how records follow: they stay with the profile that spoke, and go with it."""
        return [Follower.by_profile(RECORD.name, customer=None)]

    @hookimpl
    def register_services(self) -> list[Service]:
        """Contribute what a shop gets by `crm.service(Iys)`."""
        return [Service(Iys, self._serve)]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source of what customers say at İYS itself."""
        return [Source(NAME, pull=self.pull, every=dt.timedelta(minutes=15), calls_per_minute=60)]

    @hookimpl
    def register_duties(self) -> list[Duty]:
        """Contribute what tells İYS: the law gives three business days, so a quarter of an hour is soon enough."""
        return [Duty("iys_push", push, every=dt.timedelta(minutes=15), deadline_s=300)]

    @hookimpl
    def register_commands(self) -> list[Command]:
        """Contribute the command."""
        return [Command("iys", "ecrm.cli.iys:iys")]

    def pull(self, shop: str, cursor: str | None, keys: Keys) -> Page:
        """Ask what changed at İYS since the cursor it gave last; nothing where only the host has set it up."""
        if keys.settings(shop).get("iys_code") is None:
            return Page((), cursor)
        with self._connect() as http:
            found = Client(shop, keys, http).changes(cursor, _PAGE).body
        items = found["list"]
        told = [event for index, item in enumerate(items) for event in _events(item, f"{cursor or ''}#{index}")]
        after = found.get("after") or cursor
        return Page(told, after, is_last=not items or after == cursor)

    def _serve(self, crm: CRM) -> Iys:
        return Iys(crm, self._connect)

    @contextmanager
    def _connect(self) -> Iterator[httpx2.Client]:
        if self._client is not None:
            yield self._client
            return
        try:
            import httpx2
        except ModuleNotFoundError as error:
            raise SetupError('install what asks İYS: pip install "ecrm[iys]"') from error
        with httpx2.Client() as made:
            yield made


def push(crm: CRM) -> None:
    """Tell İYS what a shop's customers said; nothing where only the host has set it up."""
    if crm.plugins.keys(NAME).settings(crm.shop.key).get("iys_code") is not None:
        crm.service(Iys).push()


def _events(item: Mapping[str, Any], place: str) -> Iterator[Event]:
    kind, status, recipient = str(item.get("type")), item.get("status"), str(item.get("recipient"))
    channels = {APPROVED: CHANNELS_GRANTED, REFUSED: CHANNELS_REFUSED}.get(str(status), {}).get(kind, ())
    told = ConsentGranted if status == APPROVED else ConsentWithdrawn
    who = Who(email=recipient) if kind == "EPOSTA" else Who(phone=recipient)
    for channel in channels:
        yield told(
            customer=who,
            purpose="marketing",
            message_channel=channel,
            method=str(item.get("source") or ""),
            at=date_of(str(item["consentDate"])),
            source_id=f"{item.get('transactionId') or place}:{channel}",
            evidence={"registry": "İYS", "recipient_type": item.get("recipientType")},
        )
