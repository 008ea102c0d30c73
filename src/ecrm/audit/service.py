"""What `crm.audit` offers: read who did what to personal data, verify that nothing of it was changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from uuid import UUID

from ecrm.audit.model import NOTHING_YET, Anchor, Record, Verdict, verify
from ecrm.audit.tables import append, last_of, newest, walk
from ecrm.database import Database
from ecrm.errors import ConflictError, InvalidError
from ecrm.values import Actor
from ecrm.values.who import Someone

__all__ = ["Audit"]


class Audit:
    """Serve the audit of one shop.

    Args:
        database: Where it lives.
        shop: The shop's key.
        clock: Gives the time.
        ids_of: Gives the customer's id, and those they had before merges; customers are a floor above.
    """

    def __init__(
        self,
        database: Database,
        shop: str,
        clock: Callable[[], dt.datetime],
        ids_of: Callable[[Someone], Collection[UUID]],
    ) -> None:
        self._database = database
        self._shop = shop
        self._clock = clock
        self._ids_of = ids_of

    def entries(self, who: Someone | None = None, since: dt.datetime | None = None, limit: int = 100) -> list[Record]:
        """Give what was done, newest first.

        Args:
            who: Only to this customer; of somebody who was erased, the id they had.
            since: Only from this aware time on.
            limit: How many at most, 1 or more.

        >>> crm.audit.note_read(None, "customers")
        >>> [entry.action for entry in crm.audit.entries(limit=1)]
        ['read']
        """
        if limit < 1:
            raise InvalidError.of("limit", "ask for 1 or more")
        if since is not None and since.tzinfo is None:
            raise InvalidError.of("since", "give a time with its zone")
        subjects = None if who is None else self._ids_of(who)
        with self._database.read() as transaction:
            return newest(transaction, self._shop, subjects, since, limit)

    def verify(self, anchor: Anchor | None = None) -> Verdict:
        """Tell whether every record is as it was written.

        Args:
            anchor: One that was kept elsewhere: it finds records cut off at the end, and an audit that was
                written anew as a whole.

        Raises:
            ConflictError: The anchor is of another shop.

        >>> crm.audit.verify().is_intact
        True
        """
        if anchor is not None and anchor.shop != self._shop:
            message = f"this anchor is of shop {anchor.shop}: verify it there"
            raise ConflictError(message)
        with self._database.read() as transaction:
            return verify(walk(transaction, self._shop), anchor)

    def anchor(self) -> Anchor:
        """Give how far the audit is now, to be kept where who keeps the database can not write.

        >>> crm.audit.anchor() == crm.audit.anchor()
        True
        """
        with self._database.read() as transaction:
            number, digest = last_of(transaction, self._shop) or (0, NOTHING_YET)
        return Anchor(self._shop, number, digest.hex())

    def note_read(self, who: Someone | None, what: str, actor: Actor | None = None, rows: int | None = None) -> None:
        """Note that somebody looks at personal data, in a transaction of its own; call it before it is shown.

        Args:
            who: At whose; None for a list of several. Of somebody unknown nothing is noted: nothing is shown.
            what: What is looked at, in a word: `timeline`.
            actor: Who looks; None is the program itself.
            rows: Of how many customers, where it is a list.

        >>> crm.audit.note_read(None, "search", Actor.staff("ali"), rows=3)
        >>> crm.audit.entries(limit=1)[0].actor
        'staff:ali'
        """
        ids = () if who is None else self._ids_of(who)
        if who is not None and not ids:
            return
        subject = next(iter(ids), None)
        details: dict[str, str | int] = {"what": what} | ({} if rows is None else {"rows": rows})
        self._database.transact(
            lambda transaction: append(transaction, self._shop, "read", subject, actor, details, self._clock())
        )
