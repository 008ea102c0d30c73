"""What `crm.consent` offers: declare purposes, grant and withdraw, look at the ledger, decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from ecrm.consent.deciding import Ask, decide_many, purposes_of
from ecrm.consent.model.decision import Decision, LedgerEntry, Suppression
from ecrm.consent.model.purpose import ConsentText, Purpose
from ecrm.consent.tables import ledger as ledger_table
from ecrm.consent.tables import purpose as purpose_table
from ecrm.consent.tables import suppression as suppression_table
from ecrm.customers.finding import find_profile
from ecrm.customers.tables.profile import ProfileRow, profiles_of
from ecrm.database import Database, Transaction
from ecrm.errors import InvalidError, NotFoundError
from ecrm.interactions.events import ConsentGranted, ConsentWithdrawn, Event
from ecrm.interactions.model.interaction import Interaction
from ecrm.shops.service import Shop
from ecrm.values import Who
from ecrm.values.who import Someone

__all__ = ["Consent", "Line"]


@attrs.frozen
class Line:
    """Be a line of the ledger, as it is shown.

    Args:
        entry: What was said.
        is_void: Whether it turned out to be wrong, and decides nothing.
    """

    entry: LedgerEntry
    is_void: bool


class Consent:
    """Serve the consent of one shop's customers.

    Args:
        database: Where the ledger is.
        shop: The shop.
        clock: Gives the time.
        record: Records an event; the ledger follows in the same transaction.
        as_who: Names somebody as an event can.
        address_of: Gives the kind of identity a channel reaches somebody by; None where it needs none.
    """

    def __init__(
        self,
        database: Database,
        shop: Shop,
        clock: Callable[[], dt.datetime],
        record: Callable[[Event], Interaction],
        as_who: Callable[[Someone], Who],
        address_of: Callable[[str], str | None],
    ) -> None:
        self._database = database
        self._shop = shop
        self._clock = clock
        self._record = record
        self._as_who = as_who
        self._address_of = address_of

    def __repr__(self) -> str:
        return f"<Consent {self._shop.key}>"

    def declare(self, purpose: Purpose) -> Purpose:
        """Declare a purpose of the shop's own, or one of ours in another way.

        >>> from ecrm.consent import Purpose
        >>> crm.consent.declare(Purpose("club", "consent", "We invite you to our club.", is_commercial=True)).name
        'club'
        """
        if not isinstance(purpose, Purpose):
            raise InvalidError.of("purpose", "give a Purpose(name, basis, about)")
        with self._database.write() as transaction:
            ledger_table.hold_consent(transaction, self._shop.key)
            purpose_table.save_purpose(transaction, self._shop.key, purpose, self._clock())
        return purpose

    def purposes(self) -> dict[str, Purpose]:
        """Give the purposes of the shop by name: ours, and its own.

        >>> crm.consent.purposes()["marketing"].basis
        'consent'
        """
        with self._database.read() as transaction:
            return purposes_of(transaction, self._shop.key)

    def publish(self, purpose: str, version: str, texts: Mapping[str, str]) -> list[ConsentText]:
        """Keep what customers read when they agree, word for word; it can not be changed afterwards.

        Args:
            purpose: What for.
            version: A new one for each change of the text.
            texts: The text by language.

        Raises:
            NotFoundError: There is no such purpose.
            InvalidError: A text can not be, or this version says something else already.

        >>> crm.consent.publish("marketing", "2026-01", {"en": "Yes, send me offers."})[0].language
        'en'
        """
        given = [ConsentText(purpose, version, language, text) for language, text in texts.items()]
        self._purpose(purpose)
        with self._database.write() as transaction:
            for text in given:
                purpose_table.publish_text(transaction, self._shop.key, text, self._clock())
            held = purpose_table.texts_of(transaction, self._shop.key, [(purpose, version)])
            if not set(given) <= set(held):
                raise InvalidError.of("version", "this version has another text: give the new text a new version")
        return given

    def texts(self) -> list[ConsentText]:
        """Give every text that customers could agree to, old versions too."""
        with self._database.read() as transaction:
            return purpose_table.all_texts(transaction, self._shop.key)

    def grant(
        self,
        who: Someone,
        purpose: str,
        channel: str | None = None,
        *,
        text_version: str | None = None,
        method: str | None = None,
        evidence: Mapping[str, Any] | None = None,
        **envelope: Any,
    ) -> Interaction:
        """Record that a customer agrees.

        Args:
            who: The customer, who begins to exist where they did not.
            purpose: What for.
            channel: By which channel; None is every one.
            text_version: Which text they read.
            method: How: `checkbox`, `phone`, `paper`, …
            evidence: The proof, as JSON holds it: form, IP address, user agent, message id.
            **envelope: `at`, `source`, `source_id`, `actor` of the event; without an actor they did it themselves.

        Returns:
            The interaction; the line of the ledger has its id.

        Raises:
            NotFoundError: There is no such purpose.
            InvalidError: A value can not be.

        >>> entry = crm.consent.grant("ayse@example.org", "marketing", "email", method="checkbox")
        >>> crm.consent.decide("ayse@example.org", "marketing", "email").is_allowed
        True
        """
        self._purpose(purpose)
        return self._record(
            ConsentGranted(
                customer=self._as_who(who),
                purpose=purpose,
                message_channel=channel,
                text_version=text_version,
                method=method,
                evidence=evidence,
                **envelope,
            )
        )

    def withdraw(
        self,
        who: Someone,
        purpose: str,
        channel: str | None = None,
        *,
        method: str | None = None,
        evidence: Mapping[str, Any] | None = None,
        **envelope: Any,
    ) -> Interaction:
        """Record that a customer agrees no more; it holds from the commit on, for what waits to be sent too.

        Args:
            who: The customer.
            purpose: What for.
            channel: By which channel; None is every one.
            method: How: `unsubscribe`, `phone`, …
            evidence: The proof.
            **envelope: `at`, `source`, `source_id`, `actor` of the event.

        >>> entry = crm.consent.withdraw("ayse@example.org", "marketing")
        >>> crm.consent.decide("ayse@example.org", "marketing", "sms").is_allowed
        False
        """
        self._purpose(purpose)
        return self._record(
            ConsentWithdrawn(
                customer=self._as_who(who),
                purpose=purpose,
                message_channel=channel,
                method=method,
                evidence=evidence,
                **envelope,
            )
        )

    def object(self, who: Someone, *, method: str | None = None, **envelope: Any) -> Interaction:
        """Record that a customer objects to marketing: it ends everything commercial, whatever anybody says later.

        Only what they agree to themselves after that counts again.

        Source: GDPR art. 21(3).

        >>> entry = crm.consent.object("ayse@example.org", method="letter")
        >>> crm.consent.decide("ayse@example.org", "marketing", "email").reasons[0][:25]
        'an objection to marketing'
        """
        return self._record(
            ConsentWithdrawn(
                customer=self._as_who(who), purpose="marketing", method=method, is_objection=True, **envelope
            )
        )

    def history(self, who: Someone) -> list[Line]:
        """Give all a customer said, the oldest first; lines that were wrong too, marked.

        Raises:
            NotFoundError: Nobody is known by that.
        """
        with self._database.read() as transaction:
            rows = self._profiles(transaction, who)
            found = ledger_table.every_entry_of(transaction, self._shop.key, [row.id for row in rows])
        return [Line(entry, is_void) for entry, is_void in found]

    def decide(
        self,
        who: Someone,
        purpose: str,
        channel: str | None = None,
        at: dt.datetime | None = None,
        known_at: dt.datetime | None = None,
    ) -> Decision:
        """Decide whether something may be done with a customer, and say why.

        Args:
            who: The customer.
            purpose: What for.
            channel: By which channel; None asks of every one.
            at: At which moment; what was said later does not count. None is now.
            known_at: As the ledger stood then; None is all that is known today.

        Raises:
            NotFoundError: Nobody is known by that, or there is no such purpose.

        >>> mehmet = crm.customers.upsert("mehmet@example.org", name="Mehmet")
        >>> crm.consent.decide(mehmet.id, "marketing", "email").reasons
        ('nobody agreed to marketing by email',)
        """
        self._purpose(purpose)
        moment = at or self._clock()
        if moment.tzinfo is None or (known_at is not None and known_at.tzinfo is None):
            raise InvalidError.of("at", "give a time with its zone")
        with self._database.read() as transaction:
            customer = self._profiles(transaction, who)[0].customer_id
            ask = Ask(customer, purpose, channel, None if channel is None else self._address_of(channel))
            return decide_many(transaction, self._shop.key, [ask], moment, known_at)[0].decision

    def is_withdrawn(self, who: Someone, purpose: str, channel: str | None = None) -> bool:
        """Tell whether the customer's newest word is a refusal; who never said anything refused nothing.

        >>> ayse = crm.customers.upsert("zeynep@example.org", name="Zeynep")
        >>> crm.consent.is_withdrawn(ayse.id, "marketing", "email")
        False
        """
        decision = self.decide(who, purpose, channel)
        if decision.entry_id is None:
            return False
        lines = {line.entry.id: line.entry for line in self.history(who)}
        return lines[decision.entry_id].status in {"withdrawn", "objected"}

    def reachable(self, who: Someone, channels: Iterable[str]) -> list[str]:
        """Give those of some channels that the customer has an address for.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> crm.consent.reachable(ayse.id, ["email", "sms"])
        ['email']
        """
        with self._database.read() as transaction:
            kinds = {kind for kind, _ in _addresses(self._profiles(transaction, who))}
        return [name for name in channels if self._address_of(name) in {*kinds, None}]

    def suppressed(self, who: Someone) -> list[Suppression]:
        """Give the addresses of a customer that nothing is sent to, and why.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> crm.consent.suppressed(ayse.id)
        []
        """
        with self._database.read() as transaction:
            addresses = _addresses(self._profiles(transaction, who))
            found = suppression_table.suppressions(transaction, self._shop.key, addresses)
        return list(found.values())

    def lift(self, who: Someone) -> int:
        """Let the suppressed addresses of a customer be used again, since they work after all; give how many."""
        with self._database.write() as transaction:
            ledger_table.hold_consent(transaction, self._shop.key)
            addresses = _addresses(self._profiles(transaction, who))
            found = suppression_table.suppressions(transaction, self._shop.key, addresses)
            suppression_table.lift(transaction, self._shop.key, list(found))
        return len(found)

    def _purpose(self, name: str) -> Purpose:
        found = self.purposes().get(name)
        if found is None:
            raise NotFoundError("this shop has no such purpose: crm.consent.declare(Purpose(…)) adds one")
        return found

    def _profiles(self, transaction: Transaction, who: Someone) -> Sequence[ProfileRow]:
        profile = find_profile(transaction, self._shop.key, who, self._shop.settings)
        if profile is None:
            raise NotFoundError("nobody is known by this identity in this shop")
        return profiles_of(transaction, self._shop.key, [profile.customer_id])


def _addresses(rows: Sequence[ProfileRow]) -> list[tuple[str, str]]:
    return [("email", r.value.partition(":")[2]) if r.kind == "relay" else (r.kind, r.value) for r in rows]
