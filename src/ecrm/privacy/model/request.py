"""A wish the law grants: what is asked, under which law, and by when it must be answered."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Literal
from uuid import UUID

import attrs

from ecrm.errors import InvalidError

__all__ = ["KINDS", "LAWS", "Request", "RequestKind", "due_at", "law_of"]

KINDS = ("access", "erasure", "rectification", "objection")
RequestKind = Literal["access", "erasure", "rectification", "objection"]
# Days, or None for one calendar month.
LAWS: Mapping[str, int | None] = {"kvkk": 30, "gdpr": None, "shopify": 30}
_TURKEY = "TR"
_MONTHS = 12


@attrs.frozen(repr=False)
class Request:
    """Tell of one request.

    Args:
        id: What `fulfil` takes.
        kind: access, erasure, rectification or objection.
        law: Under which it is owed: kvkk, gdpr or shopify.
        customer_id: Whose; the id stays when they are erased. All zeros where a source told of it: the evidence
            names whom, until it is answered.
        received_at: When it came.
        due_at: By when it must be answered.
        state: open, done or refused.
        channel: By which way it came.
        evidence: What proves it, as the id of a message; taken away when they are erased.
        closed_at: When it was answered.
    """

    id: UUID
    kind: RequestKind = attrs.field(validator=attrs.validators.in_(KINDS))
    law: str
    customer_id: UUID
    received_at: dt.datetime
    due_at: dt.datetime
    state: Literal["open", "done", "refused"]
    channel: str = ""
    evidence: str = ""
    closed_at: dt.datetime | None = None

    def is_overdue(self, now: dt.datetime) -> bool:
        """Tell whether it should have been answered by now."""
        return self.state == "open" and self.due_at < now

    def __repr__(self) -> str:
        return f"<Request {self.kind} due {self.due_at:%Y-%m-%d} {self.state}>"


def law_of(country: str | None) -> str:
    """Give the law a shop of a country answers under, where none is named.

    >>> law_of("TR"), law_of("DE")
    ('kvkk', 'gdpr')
    """
    return "kvkk" if country == _TURKEY else "gdpr"


def due_at(law: str, received_at: dt.datetime, days: Mapping[str, int]) -> dt.datetime:
    """Give by when a request must be answered.

    Args:
        law: kvkk, gdpr or shopify.
        received_at: When it came.
        days: Other numbers of days, by law, where the shop has set some.

    Raises:
        InvalidError: There is no such law.

    Source: KVKK (Law 6698) art. 13(2): 30 days; GDPR art. 12(3): one month; Shopify's privacy law compliance
        page: 30 days.

    >>> due_at("gdpr", dt.datetime(2026, 1, 31, tzinfo=dt.UTC), {}).date()
    datetime.date(2026, 2, 28)
    """
    if law not in LAWS:
        raise InvalidError.of("law", f"give one of {', '.join(LAWS)}")
    fixed = days.get(law, LAWS[law])
    return received_at + dt.timedelta(days=fixed) if fixed is not None else _a_month_later(received_at)


def _a_month_later(at: dt.datetime) -> dt.datetime:
    year, month = (at.year + 1, 1) if at.month == _MONTHS else (at.year, at.month + 1)
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
