"""What the duties of privacy share, put together once by the composition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.database import Database, Transaction
from ecrm.hookspecs import Follower
from ecrm.interactions.events import Kinds
from ecrm.interactions.recording import Kit
from ecrm.privacy.tables.held import HELD, Held, holdings
from ecrm.values import Actor

__all__ = ["Objection", "PrivacyParts"]

Objection = Callable[[Transaction, str, UUID, Actor | None], None]


@attrs.frozen(repr=False)
class PrivacyParts:
    """Hold what is shared.

    Args:
        database: The CRM's.
        host: The shop's own SQLite file, where its inbox is in a file of its own.
        kit: Ids, time, followers, facts, keys.
        kinds: The kinds of event there are.
        tables: Tables of plugins and of the rooms beside, for the register.
        recipients: Who may receive contact data: the channels there are.
        object_to: Withdraws every consent to marketing of a customer; None where no room does.
    """

    database: Database
    host: Database | None
    kit: Kit
    kinds: Kinds
    tables: Sequence[sa.Table] = ()
    recipients: Sequence[str] = ()
    object_to: Objection | None = None

    def now(self) -> dt.datetime:
        """Give the time."""
        return self.kit.now()

    @property
    def held(self) -> tuple[Held, ...]:
        """Give the tables that hold rows of people, but those of followers."""
        return holdings(self.kit.book)

    @property
    def followers(self) -> tuple[Follower, ...]:
        """Give what follows customers in tables of others: of plugins, of rooms beside."""
        ours = {one.table.name for one in HELD}
        return tuple(follower for follower in self.kit.followers if follower.table not in ours)
