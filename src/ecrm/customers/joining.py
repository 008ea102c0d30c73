"""What `crm.customers` offers where two customers may be one: merge, part, keep apart, suggest.

The rest of `crm.customers` is in `service`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from uuid import UUID

from ecrm.customers.deciding import keep_apart, merge_customers, unmerge_customers
from ecrm.customers.finding import find_profile, named
from ecrm.customers.model.merge import Merge, Suggestion
from ecrm.customers.tables import decision as decision_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.suggestion import filed_pairs, refused_pairs
from ecrm.database import Database, Transaction
from ecrm.errors import NotFoundError
from ecrm.hookspecs import Follower
from ecrm.shops.service import Shop
from ecrm.values import Actor
from ecrm.values.who import Someone

__all__ = ["Joining"]

_STAFF = Actor("staff")


class Joining:
    """Serve decisions on who is one customer, of one shop.

    Args:
        database: Where they live.
        shop: The shop.
        clock: Gives the time.
        new_id: Makes ids.
        followers: What follows when profiles move.
    """

    def __init__(
        self,
        database: Database,
        shop: Shop,
        clock: Callable[[], dt.datetime],
        new_id: Callable[[], UUID],
        followers: Collection[Follower],
    ) -> None:
        self._database = database
        self._shop = shop
        self._clock = clock
        self._new_id = new_id
        self._followers = followers

    def merge(self, keep: Someone, absorb: Someone, *, because: str = "", actor: Actor | None = None) -> Merge:
        """Decide that two customers are one; history stays where it came by, facts are counted anew.

        Args:
            keep: Whose id stays.
            absorb: Who becomes part of them.
            because: Why.
            actor: Who decides.

        Returns:
            The merge; its id takes it back.

        Raises:
            NotFoundError: One of them is not known.
            ConflictError: They are one already.

        >>> one = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> other = crm.customers.upsert("+90 532 111 22 33", language="tr")
        >>> merge = crm.customers.merge(one.id, other.id)
        >>> crm.customers.find("+90 532 111 22 33").name
        'Ayşe'
        >>> crm.customers.unmerge(merge.id).is_undone
        True
        """
        by = actor or _STAFF

        def work(transaction: Transaction) -> Merge:
            sides = self._profile(transaction, keep), self._profile(transaction, absorb)
            return merge_customers(
                transaction, self._shop, sides, (because, by), self._clock(), self._new_id(), self._followers
            )

        return self._database.transact(work)

    def unmerge(self, merge_id: UUID, *, actor: Actor | None = None) -> Merge:
        """Part again what a merge joined, a person's or a rule's; the pair is never joined by rule again.

        What arrived since is on the side whose identities it came by.

        Args:
            merge_id: The merge's id.
            actor: Who decides.

        Raises:
            NotFoundError: There is no such merge.
            ConflictError: It has been undone.
        """
        by = actor or _STAFF
        return self._database.transact(
            lambda transaction: unmerge_customers(transaction, self._shop, merge_id, by, self._clock(), self._followers)
        )

    def keep_apart(self, one: Someone, other: Someone, *, actor: Actor | None = None) -> None:
        """Decide that two customers are two people: no rule joins them, nor suggests it any more.

        Args:
            one: A customer.
            other: Another.
            actor: Who decides.

        Raises:
            NotFoundError: One of them is not known.
            ConflictError: They are one customer.
        """

        def work(transaction: Transaction) -> None:
            sides = self._profile(transaction, one), self._profile(transaction, other)
            keep_apart(transaction, self._shop, sides, actor or _STAFF, self._clock(), self._followers)

        self._database.transact(work)

    def merges(self, who: Someone) -> Iterator[Merge]:
        """Give the merges that made a customer what they are, oldest first, undone ones too."""
        with self._database.read() as transaction:
            profile = self._profile(transaction, who)
            rows = profile_table.profiles_of(transaction, self._shop.key, [profile.customer_id])
            found = decision_table.merges_of(transaction, self._shop.key, [row.id for row in rows])
        return (row.merge() for row in found)

    def suggestions(self, limit: int = 100) -> Collection[Suggestion]:
        """Give pairs who may be one: seen together but not joined by the rules, or suggested by a plugin.

        Merge those who are one, `keep_apart` those who are not; the others stay as they are.

        >>> crm.customers.suggestions()
        []
        """
        with self._database.read() as transaction:
            found = refused_pairs(transaction, self._shop.key, limit)
            found += filed_pairs(transaction, self._shop.key, limit)
        first = {(one.one, one.other): one for one in sorted(found, key=lambda one: one.at, reverse=True)}
        return sorted(first.values(), key=lambda one: one.at)[:limit]

    def ids_of(self, who: Someone) -> tuple[UUID, ...]:
        """Give a customer's id, then the ids that lead to it; none where nobody is known by that.

        An id that leads to nobody, as of somebody erased, is given back alone.

        Args:
            who: A Who, a customer's id, or a text that can only mean one e-mail, phone or id.

        >>> crm.customers.ids_of("nobody@example.org")
        ()
        """
        with self._database.read() as transaction:
            profile = find_profile(transaction, self._shop.key, who, self._shop.settings)
            if profile is None:
                read = named(who, self._shop.settings)
                return (read,) if isinstance(read, UUID) else ()
            rows = profile_table.profiles_of(transaction, self._shop.key, [profile.customer_id])
        return (profile.customer_id, *(row.id for row in rows if row.id != profile.customer_id))

    def _profile(self, transaction: Transaction, who: Someone) -> profile_table.ProfileRow:
        profile = find_profile(transaction, self._shop.key, who, self._shop.settings)
        if profile is None:
            message = "nobody is known by this identity in this shop"
            raise NotFoundError(message)
        return profile
