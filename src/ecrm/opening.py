"""Open a CRM: put what all views of it share together, from what a host gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import uuid6

from ecrm.composition import Core, machine_time
from ecrm.consent.projecting import consent_followers, consent_projection
from ecrm.crew import kept_facts_follower
from ecrm.database import Database
from ecrm.errors import InvalidError, SetupError
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.recording import Kit
from ecrm.interactions.recounting import fact_follower
from ecrm.messages.arranging import Arrangements
from ecrm.messages.deployment import Deployment
from ecrm.messages.projecting import message_followers, message_projection
from ecrm.registry import collect
from ecrm.shops.keyring import Keyring
from ecrm.shops.options import Options
from ecrm.shops.secretkeys import SecretKeys
from ecrm.signals import Signals
from ecrm.surveys.following import survey_followers

__all__ = ["Clock", "open_core"]

Clock = Callable[[], dt.datetime]
_LEAST_PATIENCE_S, _MOST_PATIENCE_S = 0.01, 60


def open_core(
    url: str,
    *,
    host: str | None,
    shop: str,
    plugins: Iterable[Any] | None,
    secrets: Mapping[str, str | Sequence[str]] | None,
    on_error: Literal["log", "raise"],
    patience_s: float,
    deployment: str | None,
    clock: Clock | None,
) -> Core:
    """Put together what the views of one CRM share; what each argument means, `CRM` says.

    Raises:
        SetupError: A database or plugin that can not work.
        InvalidError: `on_error` is neither of its words, or `patience_s` is out of its range.
    """
    if on_error not in {"log", "raise"}:
        raise InvalidError.of("on_error", 'use "log" or "raise"')
    if not _LEAST_PATIENCE_S <= patience_s <= _MOST_PATIENCE_S:
        raise InvalidError.of("patience_s", "give seconds, 0.01 to 60")
    database = Database(url)
    beside = None if host is None else Database(host)
    if beside is not None and (beside.dialect, database.dialect) != ("sqlite", "sqlite"):
        message = "host= is for a shop on SQLite: on PostgreSQL open the CRM on the shop's own database"
        raise SetupError(message)
    contributions = collect(plugins)
    now = clock or machine_time
    keyring = Keyring(secrets or {}, contributions.settings)
    options = Options(database, contributions.settings, keyring, now, shop)
    book = FactBook(contributions.facts)
    kept = kept_facts_follower(contributions, uuid6.uuid7)
    arrangements = Arrangements(database, now)
    followers = (
        fact_follower(book), kept, *consent_followers(), *message_followers(), *survey_followers(),
        *contributions.followers,
    )  # fmt: skip
    projections = (consent_projection(now), message_projection(arrangements.of))
    kit = Kit(uuid6.uuid7, now, followers, book, SecretKeys(keyring, now), projections)
    sending = (arrangements, Deployment(database, deployment, now))
    return Core(database, beside, kit, contributions, options, sending, Signals(), on_error, patience_s)
