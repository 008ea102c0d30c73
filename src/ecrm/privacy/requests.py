"""What `crm.privacy` offers for requests: open them, list them, fulfil or refuse them."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from ecrm.audit.tables import append
from ecrm.database import Transaction
from ecrm.errors import ConflictError, InvalidError, NotFoundError, SetupError
from ecrm.privacy.asking import erase_asked, erase_everybody, export_asked
from ecrm.privacy.erasing import erase_person
from ecrm.privacy.exporting import export_person
from ecrm.privacy.finding import find_person
from ecrm.privacy.model.asking import UNKNOWN, Asking
from ecrm.privacy.model.export import Export
from ecrm.privacy.model.person import Erased
from ecrm.privacy.model.request import KINDS, Request, RequestKind, due_at, law_of
from ecrm.privacy.parts import PrivacyParts
from ecrm.privacy.tables import request as request_table
from ecrm.shops.service import Shop
from ecrm.values import Actor
from ecrm.values.text import checked_text
from ecrm.values.who import Someone

__all__ = ["Requests"]

_LONGEST = 500


class Requests:
    """Serve the requests of one shop.

    Args:
        parts: What privacy shares.
        shop: The shop.
    """

    def __init__(self, parts: PrivacyParts, shop: Shop) -> None:
        self._parts = parts
        self._shop = shop

    def requests(self, state: Literal["open", "done", "refused"] | None = "open", limit: int = 100) -> list[Request]:
        """Give requests, those that are due first before others.

        Args:
            state: open, done or refused; None for all.
            limit: How many at most.

        >>> crm.privacy.requests()
        []
        """
        with self._parts.database.read() as transaction:
            return request_table.list_requests(transaction, self._shop.key, state, limit)

    def open_request(
        self,
        kind: RequestKind,
        who: Someone,
        *,
        law: str | None = None,
        received_at: dt.datetime | None = None,
        channel: str = "",
        evidence: str = "",
        actor: Actor | None = None,
    ) -> Request:
        """Note that somebody asks for what the law grants, and by when they must have an answer.

        Args:
            kind: access, erasure, rectification or objection.
            who: Who asks.
            law: kvkk, gdpr or shopify; None is the one of the shop's country.
            received_at: When it came; None is now.
            channel: By which way, as email.
            evidence: What proves it, as the id of a message; up to 500 characters, not the message itself.
            actor: Who notes it.

        Raises:
            InvalidError: There is no such kind or law, or the time has no zone.
            NotFoundError: Nobody is known by that: nothing is kept of them.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> crm.privacy.open_request("access", ayse.id, law="kvkk").state
        'open'
        """
        now = self._parts.now()
        came = now if received_at is None else received_at
        if kind not in KINDS:
            raise InvalidError.of("kind", f"give one of {', '.join(KINDS)}")
        if came.tzinfo is None:
            raise InvalidError.of("received_at", "give a time with its zone")
        way, proof = checked_text(channel, "channel", _LONGEST), checked_text(evidence, "evidence", _LONGEST)
        settings = self._shop.settings
        owed = law or law_of(settings.country)
        due = due_at(owed, came, settings.request_days)

        def work(transaction: Transaction) -> Request:
            customer = find_person(transaction, self._shop.key, who, settings).customer_id
            if customer is None:
                message = "nobody is known by this identity in this shop: answer that nothing is kept"
                raise NotFoundError(message)
            request = Request(self._parts.kit.new_id(), kind, owed, customer, came, due, "open", way, proof)
            request_table.insert_request(transaction, self._shop.key, request)
            self._note(transaction, "request", request, actor)
            return request

        return self._parts.database.transact(work)

    def fulfil(self, id: UUID, actor: Actor | None = None) -> Export | Erased | None:  # noqa: A002 - as `Request.id`
        """Do what a request asks for, and mark it as answered.

        Args:
            id: The request's.
            actor: Who does it.

        Returns:
            The export of an access request, None where nothing is kept of whom a source named; what was erased of
            an erasure; None of an objection.

        Raises:
            NotFoundError: There is no such request.
            ConflictError: It was answered, or asks for a rectification: change it, then `close` the request.
            SetupError: Nothing in this CRM takes objections.
        """
        request = self._open(id)
        asking = Asking.read(request.evidence) if request.customer_id == UNKNOWN else None
        if asking is not None:
            asked = self._fulfil_asked(request, asking, actor)
            self.close(id, actor=actor)
            return asked
        outcome: Export | Erased | None = None
        if request.kind == "rectification":
            message = "put it right by crm.customers.upsert, then call crm.privacy.close(id)"
            raise ConflictError(message)
        if request.kind == "access":
            outcome = export_person(self._parts, self._shop, request.customer_id, actor)
        elif request.kind == "erasure":
            because = f"request {request.id} under {request.law}"
            outcome = erase_person(self._parts, self._shop, request.customer_id, because, actor)
        else:
            self._object(request, actor)
        self.close(id, actor=actor)
        return outcome

    def close(
        self,
        id: UUID,  # noqa: A002 - as `Request.id`
        *,
        state: Literal["done", "refused"] = "done",
        actor: Actor | None = None,
    ) -> None:
        """Mark a request as answered in another way, or as refused.

        Args:
            id: The request's.
            state: done or refused.
            actor: Who answered.

        Raises:
            NotFoundError: There is no such request.
            ConflictError: It was answered.
        """
        if state not in {"done", "refused"}:
            raise InvalidError.of("state", "give done or refused")
        request = self._open(id)

        def work(transaction: Transaction) -> None:
            if request_table.close_request(transaction, self._shop.key, id, state, self._parts.now()):
                self._note(transaction, f"request_{state}", request, actor)

        self._parts.database.transact(work)

    def _open(self, id_: UUID) -> Request:
        with self._parts.database.read() as transaction:
            found = request_table.find_request(transaction, self._shop.key, id_)
        if found is None:
            message = "there is no such request in this shop: take its id from crm.privacy.requests()"
            raise NotFoundError(message)
        if found.state != "open":
            raise ConflictError(f"this request is {found.state} already")
        return found

    def _fulfil_asked(self, request: Request, asking: Asking, actor: Actor | None) -> Export | Erased | None:
        if request.kind == "access":
            return export_asked(self._parts, self._shop, asking, actor)
        because = f"request {request.id} under {request.law}"
        if asking.who is None:
            return erase_everybody(self._parts, self._shop, because, actor)
        return erase_asked(self._parts, self._shop, asking, because, actor)

    def _object(self, request: Request, actor: Actor | None) -> None:
        object_to = self._parts.object_to
        if object_to is None:
            message = "nothing in this CRM takes objections: record events.ConsentWithdrawn, then close the request"
            raise SetupError(message)
        self._parts.database.transact(
            lambda transaction: object_to(transaction, self._shop.key, request.customer_id, actor)
        )

    def _note(self, transaction: Transaction, action: str, request: Request, actor: Actor | None) -> None:
        details = {"request": str(request.id), "kind": request.kind, "law": request.law}
        whose = None if request.customer_id == UNKNOWN else request.customer_id
        append(transaction, self._shop.key, action, whose, actor, details, self._parts.now())
