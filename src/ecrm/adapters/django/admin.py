"""The CRM in Django's admin site, to be read alone: customers, interactions, messages, consents.

Who may see what is Django's to say, by the permissions to view; every look at personal data leaves a row in
the audit. The rows are asked of the CRM's services; the models of `models` only stand for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import attrs
from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ecrm.adapters.django.models import Consent, Customer, Interaction, Message
from ecrm.adapters.django.shop import crm
from ecrm.adapters.django.showing import interaction_shown
from ecrm.errors import EcrmError, InvalidError, NotFoundError, UnavailableError
from ecrm.values import Actor

__all__ = ["ConsentAdmin", "CustomerAdmin", "InteractionAdmin", "MessageAdmin"]

PAGE = 50
_CONSENT_KINDS = ("Consent Granted", "Consent Withdrawn")
Row = tuple[UUID | None, Sequence[Any]]


@attrs.frozen
class _Listed:
    """Be one page of a list."""

    columns: Sequence[str]
    rows: Sequence[Row]
    next: str | None = None


class _Shown(admin.ModelAdmin):
    """List what the CRM holds, and change nothing."""

    hint = ""

    def has_add_permission(self, request: Any) -> bool:  # noqa: ARG002 - as Django calls it
        """Refuse."""
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002 - as Django calls it
        """Refuse."""
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002 - as Django calls it
        """Refuse."""
        return False

    def get_urls(self) -> list[Any]:
        """Give the one page there is."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return [path("", self.admin_site.admin_view(self.changelist_view), name=name)]

    def changelist_view(self, request: Any, extra_context: Any = None) -> TemplateResponse:  # noqa: ARG002 - Django's
        """Show a page of the list, or what is found."""
        if not self.has_view_permission(request):
            raise Http404
        query = request.GET.get("q", "").strip()
        listed, problem, status = _asked(lambda: self.listed(query, request.GET.get("after", "")))
        people = {id_ for id_, _ in listed.rows if id_ is not None}
        if people:
            crm.audit.note_read(None, f"admin {self.opts.model_name}", _actor(request), rows=len(people))
        told = {
            "title": f"{self.opts.verbose_name_plural}".capitalize(), "columns": listed.columns, "query": query,
            "rows": [(_address(id_), cells) for id_, cells in listed.rows], "next": listed.next, "problem": problem,
            "hint": self.hint, "opts": self.opts,
        }  # fmt: skip
        context = {**self.admin_site.each_context(request), **told}
        return TemplateResponse(request, "ecrm/admin/list.html", context, status=status)

    def listed(self, query: str, after: str) -> _Listed:
        """Give a page.

        Args:
            query: What is looked for; empty for all.
            after: Where to go on.
        """
        raise NotImplementedError


@admin.register(Customer)
class CustomerAdmin(_Shown):
    """List customers, and show one with the timeline."""

    hint = "The beginning of a name, of an e-mail or of a phone number"

    def get_urls(self) -> list[Any]:
        """Give the list, and the page of one customer."""
        shown = self.admin_site.admin_view(self.customer_view)
        return [*super().get_urls(), path("<uuid:customer>/", shown, name="ecrm_customer_change")]

    def listed(self, query: str, after: str) -> _Listed:
        """Give a page of customers, or those who are found."""
        found = crm.customers.search(query, limit=PAGE) if query else crm.customers.list(_uuid(after), limit=PAGE)
        rows = [(one.id, (one.name or one.id, one.language or "", ", ".join(sorted(one.tags)))) for one in found]
        return _Listed(("name", "language", "tags"), rows, _next(found, query, lambda one: str(one.id)))

    def customer_view(self, request: Any, customer: UUID) -> TemplateResponse:
        """Show one customer: identities, facts, orders, timeline."""
        if not self.has_view_permission(request):
            raise Http404
        try:
            view = crm.customer(customer)
            crm.audit.note_read(customer, "admin customer", _actor(request))
            timeline = crm.timeline(customer, limit=PAGE, before=request.GET.get("after") or None)
        except (NotFoundError, InvalidError) as error:
            raise Http404 from error
        told = {
            "title": view.customer.name or str(customer), "view": view, "opts": self.opts, "next": timeline.next,
            "facts": view.facts.items(), "timeline": [interaction_shown(one) for one in timeline],
        }  # fmt: skip
        return TemplateResponse(request, "ecrm/admin/customer.html", {**self.admin_site.each_context(request), **told})


@admin.register(Interaction)
class InteractionAdmin(_Shown):
    """List what happened last, or what happened with one customer."""

    hint = "An e-mail, a phone number, or the id of a customer"
    kinds: Sequence[str] | None = None

    def listed(self, query: str, after: str) -> _Listed:
        """Give the newest interactions."""
        columns = ("at", "what", "channel", "details")
        if query:
            whom = _found(query)
            page = crm.timeline(whom, limit=PAGE, before=after or None, kinds=self.kinds)
            found, following = list(page), page.next
        else:
            found = crm.newest(PAGE, _position(after), self.kinds)
            following = _next(found, query, lambda one: str(one.position))
        # A profile leads to its customer, as any id of theirs does.
        shown = [(one.profile_id, interaction_shown(one)) for one in found]
        return _Listed(columns, [(id_, (one.at, one.kind, one.channel, one.details)) for id_, one in shown], following)


@admin.register(Consent)
class ConsentAdmin(InteractionAdmin):
    """List what was said of consent last, or by one customer."""

    kinds = _CONSENT_KINDS


@admin.register(Message)
class MessageAdmin(_Shown):
    """List the messages that were asked for last, or those to one customer."""

    hint = InteractionAdmin.hint

    def listed(self, query: str, after: str) -> _Listed:  # noqa: ARG002 - the newest are one page
        """Give the newest messages."""
        whom = _found(query) if query else None
        found = crm.messages.list(whom, limit=PAGE)
        cells = ((one.asked_at, one.state, one.purpose, one.channel or "", one.reason) for one in found)
        return _Listed(("asked at", "state", "purpose", "channel", "reason"), [(whom, each) for each in cells])


def _asked(ask: Callable[[], _Listed]) -> tuple[_Listed, str, int]:
    try:
        return ask(), "", 200
    except (NotFoundError, InvalidError):
        return _Listed((), ()), "Nobody is found by this, or it may mean several.", 200
    except UnavailableError:
        return _Listed((), ()), "The database of the CRM does not answer at the moment.", 503
    except EcrmError as error:
        return _Listed((), ()), str(error), 500


def _found(query: str) -> UUID:
    """Find the one customer a text means, by identity or by the beginning of a name."""
    try:
        found = crm.customers.find(query)
    except InvalidError:
        found = None
    matching = [found] if found is not None else crm.customers.search(query, limit=2)
    if len(matching) != 1:
        message = "nobody, or more than one customer, is found by this"
        raise NotFoundError(message)
    id_: UUID = matching[0].id
    return id_


def _next(found: Sequence[Any], query: str, key: Callable[[Any], str]) -> str | None:
    return key(found[-1]) if len(found) == PAGE and not query else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise InvalidError.of("after", "give the id of a customer") from error


def _position(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal()):
        raise InvalidError.of("after", "give the position of an interaction")
    return int(text) if text else None


def _address(customer: UUID | None) -> str | None:
    return None if customer is None else reverse("admin:ecrm_customer_change", args=[customer])


def _actor(request: Any) -> Actor:
    return Actor.staff(str(request.user.pk))
