"""What `crm.customers` offers: find, change, tag, note and search; merging is in `joining`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any, Protocol
from uuid import UUID

from ecrm.customers.finding import claims_from, find_profile, who_from
from ecrm.customers.joining import Joining
from ecrm.customers.model.claim import KINDS
from ecrm.customers.model.merge import Identity
from ecrm.customers.model.trait import Attribute, Customer, Trait
from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.search import search_identities
from ecrm.database import Database
from ecrm.errors import InvalidError, NotFoundError
from ecrm.hookspecs import Follower
from ecrm.shops.service import Shop
from ecrm.values import Actor, Who, search_key
from ecrm.values.who import Someone

__all__ = ["Customers", "RecordTraits"]


class RecordTraits(Protocol):
    """Record Customer Updated or Note Added about somebody; handed down by the CRM."""

    def __call__(self, event_name: str, customer: Who, properties: dict[str, Any], actor: Actor | None) -> None:
        """Record it in a transaction of its own."""


class Customers(Joining):
    """Serve the customers of one shop.

    Args:
        database: Where they live.
        shop: The shop.
        record: Records events; the log is a floor above.
        clock: Gives the time.
        new_id: Makes ids.
        followers: What follows when profiles move.
    """

    def __init__(
        self,
        database: Database,
        shop: Shop,
        record: RecordTraits,
        clock: Callable[[], dt.datetime],
        new_id: Callable[[], UUID],
        followers: Collection[Follower],
    ) -> None:
        super().__init__(database, shop, clock, new_id, followers)
        self._record = record

    def find(self, who: Someone) -> Customer | None:
        """Find the customer somebody belongs to.

        Args:
            who: A Who, a customer's id, or a text that can only mean one e-mail, phone or id.

        Returns:
            The customer; None where nobody is known by that.

        Raises:
            InvalidError: The text could mean several things.

        >>> crm.customers.find("nobody@example.org") is None
        True
        """
        with self._database.read() as transaction:
            profile = find_profile(transaction, self._shop.key, who, self._shop.settings)
            if profile is None:
                return None
            return customer_table.find_customers(transaction, self._shop.key, [profile.customer_id])[0]

    def get(self, id_: UUID | str) -> Customer:
        """Give the customer of an id; ids from before a merge lead to the customer of today.

        Raises:
            NotFoundError: Nobody has it.
            InvalidError: It is no id.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> crm.customers.get(ayse.id).name
        'Ayşe'
        """
        try:
            wanted = id_ if isinstance(id_, UUID) else UUID(id_)
        except (ValueError, AttributeError, TypeError) as error:
            raise InvalidError.of("id", "give a customer's id, as customer.id") from error
        found = self.find(wanted)
        if found is None:
            message = "there is no customer with this id in this shop"
            raise NotFoundError(message)
        return found

    def upsert(
        self,
        who: Someone,
        *,
        name: str | None = None,
        birthday: dt.date | str | None = None,
        language: str | None = None,
        actor: Actor | None = None,
        **attributes: Any,
    ) -> Customer:
        """Say what is known of a customer, who begins to exist where they did not.

        Args:
            who: Whom; an id only of somebody who exists.
            name: How they are called.
            birthday: Their day of birth.
            language: BCP 47.
            actor: Who says so.
            **attributes: Values of attributes that were declared.

        Returns:
            The customer as known now.

        Raises:
            InvalidError: An attribute is not declared, or a value can not be.

        >>> attribute = crm.customers.declare("shoe_size", "integer", unit="EU")
        >>> crm.customers.upsert("ayse@example.org", name="Ayşe", shoe_size=38).attributes
        {'shoe_size': 38}
        """
        properties: dict[str, Any] = {"name": name, "birthday": _day(birthday), "language": language}
        properties["attributes"] = self._checked(attributes) or None
        return self._update(who, {n: v for n, v in properties.items() if v is not None}, actor)

    def declare(self, name: str, type: str, *, unit: str = "", about: str = "") -> Attribute:  # noqa: A002
        """Declare an attribute, so that it can be given and is a fact.

        Args:
            name: Letters, digits and underscores.
            type: text, integer, number, boolean or day.
            unit: What it counts or measures.
            about: What it means.

        Raises:
            InvalidError: The name or type can not be.

        >>> crm.customers.declare("shoe_size", "integer", unit="EU").unit
        'EU'
        """
        if name in {"who", "name", "birthday", "language", "actor"}:
            raise InvalidError.of("name", "this name is a field of every customer: choose another")
        attribute = Attribute(name, type, unit, about)
        with self._database.write() as transaction:
            customer_table.declare_attribute(transaction, self._shop.key, attribute)
        return attribute

    @property
    def attributes(self) -> dict[str, Attribute]:
        """Give the attributes that are declared."""
        with self._database.read() as transaction:
            return customer_table.attributes_of(transaction, self._shop.key)

    def tag(self, who: Someone, *tags: str, actor: Actor | None = None) -> Customer:
        """Put tags on a customer.

        >>> sorted(crm.customers.tag("ayse@example.org", "vip").tags)
        ['vip']
        """
        return self._update(who, {"tags_added": list(tags)}, actor)

    def untag(self, who: Someone, *tags: str, actor: Actor | None = None) -> Customer:
        """Take tags off a customer.

        >>> customer = crm.customers.tag("ayse@example.org", "vip")
        >>> crm.customers.untag("ayse@example.org", "vip").tags
        frozenset()
        """
        return self._update(who, {"tags_removed": list(tags)}, actor)

    def note(self, who: Someone, text: str, actor: Actor | None = None) -> None:
        """Write a note on a customer's timeline.

        >>> crm.customers.note("ayse@example.org", "prefers calls", actor=Actor.staff("ali"))
        >>> crm.timeline("ayse@example.org")[0].kind
        'Note Added'
        """
        self._record("Note Added", self.as_who(who), {"text": text}, actor)

    def search(self, text: str, limit: int = 50) -> list[Customer]:
        """Find customers by the beginnings of their names, or of an e-mail or phone.

        Args:
            text: Words in any case, with or without Turkish letters; something with @; or digits.
            limit: How many at most.

        >>> customer = crm.customers.upsert("ayse@example.org", name="Ayşe Yılmaz")
        >>> [found.name for found in crm.customers.search("ayse yil")]
        ['Ayşe Yılmaz']
        """
        _check_limit(limit)
        with self._database.read() as transaction:
            ids = search_identities(transaction, self._shop.key, text, self._shop.settings.country, limit)
            if not ids:
                words = search_key(text).split()
                ids = customer_table.search_words(transaction, self._shop.key, words, limit)
            found = customer_table.find_customers(transaction, self._shop.key, ids)
        return sorted(found, key=lambda customer: (customer.name or "", customer.id))

    def list(self, after: UUID | None = None, limit: int = 100) -> list[Customer]:
        """Give a page of customers, from after an id on.

        >>> customer = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> page = crm.customers.list(limit=1)
        >>> crm.customers.list(after=page[-1].id)
        []
        """
        _check_limit(limit)
        with self._database.read() as transaction:
            return customer_table.list_customers(transaction, self._shop.key, after, limit)

    def identities(self, who: Someone) -> Collection[Identity]:
        """Give the ways a customer is recognised, the strongest first."""
        with self._database.read() as transaction:
            profile = self._profile(transaction, who)
            rows = profile_table.profiles_of(transaction, self._shop.key, [profile.customer_id])
        found = [Identity(r.kind, r.value, r.is_proven, r.first_at, r.last_at, r.id) for r in rows]
        return sorted(found, key=lambda one: (KINDS[one.kind].rank, one.first_at, one.value))

    def history(self, who: Someone, field: str | None = None) -> Collection[Trait]:
        """Give every value that was ever said of a customer, newest first.

        Args:
            who: Whom.
            field: Only of `name`, `birthday`, `language`, `attribute:…` or `tag:…`.

        >>> customer = crm.customers.upsert("zeynep@example.org", name="Ayse")
        >>> customer = crm.customers.upsert("zeynep@example.org", name="Ayşe")
        >>> [trait.value for trait in crm.customers.history("zeynep@example.org", "name")]
        ['Ayşe', 'Ayse']
        """
        with self._database.read() as transaction:
            profile = self._profile(transaction, who)
            rows = profile_table.profiles_of(transaction, self._shop.key, [profile.customer_id])
            traits = customer_table.traits_of_profiles(transaction, self._shop.key, [row.id for row in rows])
        wanted = [trait for trait in traits if field is None or trait.name == field]
        return sorted(wanted, key=lambda trait: (trait.at, trait.key), reverse=True)

    def as_who(self, who: Someone) -> Who:
        """Name somebody as an event can: a customer's id becomes their strongest identity.

        Raises:
            NotFoundError: Nobody has this id.
            InvalidError: The text could mean several things, or a value identifies nobody.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> crm.customers.as_who(ayse.id)
        Who(email=…)
        """
        named = who_from(who, self._shop.settings)
        if isinstance(named, Who):
            claims_from(named, self._shop.settings)
            return named
        with self._database.read() as transaction:
            rows = profile_table.profiles_of(transaction, self._shop.key, [self.get(named).id])
        return _who_of(rows)

    def _update(self, who: Someone, properties: dict[str, Any], actor: Actor | None) -> Customer:
        named = self.as_who(who)
        self._record("Customer Updated", named, properties, actor)
        found = self.find(named)
        assert found is not None  # noqa: S101 - it has just been recorded
        return found

    def _checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        declared = self.attributes if attributes else {}
        for name in attributes:
            if name not in declared:
                message = f'declare it first: crm.customers.declare("{name}", "text")'
                raise InvalidError.of(name if name.isidentifier() else "attributes", message)
        return {name: declared[name].check(value) for name, value in attributes.items()}


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise InvalidError.of("limit", "ask for 1 or more")


def _day(value: dt.date | str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise InvalidError.of("birthday", "give a date, as 1990-02-28") from error


def _who_of(rows: Collection[profile_table.ProfileRow]) -> Who:
    """Name a customer by their strongest identity that a Who can name."""
    for row in sorted(rows, key=lambda row: (KINDS[row.kind].rank, row.id)):
        source, _, value = row.value.partition(":")
        if row.kind == "account":
            return Who(user_id=value, source=source)
        if row.kind == "relay":
            return Who(email=value, source=source)
        if row.kind in _NAMED:
            return Who(**{_NAMED[row.kind]: row.value})
    message = "nobody is named here yet: this customer is known by an order alone"
    raise InvalidError.of("who", message)


_NAMED = {"card": "card", "phone": "phone", "email": "email", "handle": "handle", "anonymous": "anonymous_id"}
