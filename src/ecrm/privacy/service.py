"""What `crm.privacy` offers: export, erase, take away in time, account for it; requests are in `requests`."""

from __future__ import annotations

import datetime as dt

from ecrm.audit.tables import append
from ecrm.customers.finding import claims_from, who_from
from ecrm.customers.suppressing import lift_tombstones
from ecrm.database import Transaction
from ecrm.database.shredding import shred
from ecrm.errors import InvalidError
from ecrm.privacy.erasing import erase_person
from ecrm.privacy.exporting import export_person
from ecrm.privacy.model.export import Export
from ecrm.privacy.model.person import Erased, Retained
from ecrm.privacy.model.processing import Processing
from ecrm.privacy.registering import make_register
from ecrm.privacy.requests import Requests
from ecrm.privacy.retaining import retain
from ecrm.values import Actor, Who
from ecrm.values.who import Someone

__all__ = ["Privacy"]


class Privacy(Requests):
    """Serve the privacy of one shop's customers.

    Args:
        parts: What privacy shares.
        shop: The shop.
    """

    def export(self, who: Someone, actor: Actor | None = None) -> Export:
        """Give all that is kept of a customer: in one document, each value with its meaning and purpose.

        Args:
            who: A Who, a customer's id, or a text that can only mean one e-mail, phone or id.
            actor: Who asks for it, for the audit.

        Raises:
            NotFoundError: Nobody is known by that.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> "ayse@example.org" in crm.privacy.export("ayse@example.org").json()
        True
        """
        return export_person(self._parts, self._shop, who, actor)

    def erase(self, who: Someone, because: str, actor: Actor | None = None) -> Erased:
        """Erase a customer from every table; what arrives of them later is stored nowhere.

        Args:
            who: A Who, a customer's id, or a text that can only mean one e-mail, phone or id.
            because: Why, without naming them: it stays in the audit.
            actor: Who does it.

        Returns:
            How many rows went, by table.

        Raises:
            NotFoundError: It is an id that nobody has.
            InvalidError: No reason is given, or one that names them.

        >>> zeynep = crm.customers.upsert("zeynep@example.org", name="Zeynep")
        >>> crm.privacy.erase("zeynep@example.org", because="she asked for it").rows["ecrm_interaction"]
        1
        >>> crm.customers.find("zeynep@example.org") is None
        True
        """
        return erase_person(self._parts, self._shop, who, because, actor)

    def forget_tombstone(self, who: Someone, actor: Actor | None = None) -> int:
        """Let somebody who was erased and came back on purpose be known again; give how many identities of theirs.

        Args:
            who: A Who with each identity they come back with, or a text that can only mean one.
            actor: Who decides.

        Raises:
            InvalidError: It is an id: erased people have none.

        >>> crm.privacy.forget_tombstone("nobody@example.org")
        0
        """
        read = who_from(who, self._shop.settings)
        if not isinstance(read, Who):
            raise InvalidError.of("who", "say which identity it is, as Who(email=…): erased people have no id")
        identities = {(claim.kind, claim.value) for claim in claims_from(read, self._shop.settings)}
        key, keys, now = self._shop.key, self._parts.kit.keys, self._parts.now()

        def work(transaction: Transaction) -> int:
            lifted = lift_tombstones(transaction, key, identities, keys)
            if lifted:
                append(transaction, key, "forget_tombstone", None, actor, {"identities": lifted}, now)
            return lifted

        return self._parts.database.transact(work)

    def retain(self, now: dt.datetime | None = None) -> Retained:
        """Take away what was kept long enough, as declared and as the shop set; the worker does it once a day.

        Args:
            now: The time; None is now.

        >>> crm.privacy.retain().count
        0
        """
        return retain(self._parts, self._shop, now or self._parts.now())

    def register(self) -> list[Processing]:
        """Give the register of processing: what is kept, what for, how long, who receives it.

        >>> {one.category for one in crm.privacy.register()} >= {"contact", "activity"}
        True
        """
        return make_register(self._parts, self._shop.settings)

    def vacuum(self) -> bool:
        """Leave nothing of erased rows in a SQLite file; `erase` did it, where nobody else had the file open.

        Returns:
            Whether it is done. On PostgreSQL it is its own VACUUM that frees them.

        >>> crm.privacy.vacuum()
        True
        """
        return shred(self._parts.database)
