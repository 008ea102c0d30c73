"""Gather whom to follow after a survey, and what they did: rows for `scoring.said_versus_did`, read in bulk."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from uuid import UUID

import attrs

from ecrm.database import Transaction
from ecrm.surveys.behaviour import Watched
from ecrm.surveys.scoring import ASKED, NOT_ASKED, Followed, Happening, ScoreScale
from ecrm.surveys.scoring.followup import PURCHASE
from ecrm.surveys.tables import followup as table
from ecrm.surveys.tables import running as running_table
from ecrm.surveys.tables.followup import AnswerRow, OrderRow

__all__ = ["Gathered", "Inquiry", "gather"]

_Begun = dict[UUID, tuple[str, dt.datetime]]


@attrs.frozen(kw_only=True)
class Inquiry:
    """Say what is asked about.

    Args:
        shop: Whose customers.
        survey: The key of the survey.
        scale: The scale of its score.
        since: Only who answered, or was asked, from then on; None is from the first on.
        until: Only who did before.
        now: Until when they are followed.
        watched: What is counted besides buying.
        purchase: The event that is buying again.
        most_not_asked: How many of those who were not asked are followed at most.
        currency: Of revenue; None is that of most orders.
    """

    shop: str
    survey: str
    scale: ScoreScale
    since: dt.datetime | None
    until: dt.datetime | None
    now: dt.datetime
    watched: Sequence[Watched]
    purchase: str
    most_not_asked: int
    currency: str | None

    def holds(self, at: dt.datetime) -> bool:
        """Tell whether a time is within what is asked about."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until) and at <= self.now


@attrs.frozen(repr=False)
class Gathered:
    """Be who is followed, and what of it is left out.

    Args:
        rows: The customers, each once.
        currency: Of revenue; None where nobody bought.
        other_currencies: How many orders were in other currencies: they count as bought, and not as revenue.
        nameless: How many answers are of nobody who could be known again.
        unscored: How many have no score on the survey's scale.
        eligible: How many were not asked and could be followed.
    """

    rows: Sequence[Followed]
    currency: str | None
    other_currencies: Mapping[str, int]
    nameless: int
    unscored: int
    eligible: int


def gather(transaction: Transaction, inquiry: Inquiry) -> Gathered:
    """Gather whom to follow, and what they did since.

    Args:
        transaction: Where they are.
        inquiry: What is asked about.
    """
    answers = [*table.answers_to(transaction, inquiry.shop, inquiry.survey)]
    asks = [*table.asked_of(transaction, inquiry.shop, inquiry.survey)]
    begun, counts = _answered(inquiry, answers)
    answered_times = sorted(at for _, at in begun.values())
    begun |= _only_asked(inquiry, begun, answers, asks)
    touched = {one.customer_id for one in answers if inquiry.holds(one.at)}
    touched |= {customer for customer, at in asks if inquiry.holds(at)}
    others = _not_asked(transaction, inquiry, touched, sorted(at for _, at in begun.values()), answered_times)
    chosen = sorted(others, key=lambda customer: _draw(inquiry, "chosen", customer))[: inquiry.most_not_asked]
    begun |= {customer: (NOT_ASKED, others[customer]) for customer in chosen}
    happened, currency, left_out = _happened(transaction, inquiry, begun)
    rows = [
        Followed(str(customer), group, since, max(inquiry.now, since), happened.get(customer, []))
        for customer, (group, since) in begun.items()
    ]
    return Gathered(rows, currency, left_out, counts["nameless"], counts["unscored"], len(others))


def _answered(inquiry: Inquiry, answers: Iterable[AnswerRow]) -> tuple[_Begun, Counter[str]]:
    """Give the band of each customer's first answer with a score, and when it was given."""
    begun: _Begun = {}
    counts: Counter[str] = Counter()
    for one in answers:
        if not inquiry.holds(one.at):
            continue
        value = _value(inquiry.scale, one)
        if value is None or not one.is_named:
            counts["unscored" if value is None else "nameless"] += 1
            continue
        before = begun.get(one.customer_id)
        told = (inquiry.scale.band_of(value), one.at)
        # Two answers of one moment come in no order: the better one counts, so that it is always the same.
        if before is None or (one.at, inquiry.scale.bands.index(told[0])) < (
            before[1], inquiry.scale.bands.index(before[0])
        ):  # fmt: skip
            begun[one.customer_id] = told
    return begun, counts


def _value(scale: ScoreScale, answer: AnswerRow) -> int | None:
    try:
        score = Decimal(answer.score or "")
    except InvalidOperation:
        return None
    is_whole = answer.kind in {scale.kind, None} and score.is_finite() and score == score.to_integral_value()
    return int(score) if is_whole and int(score) in scale.values else None


def _only_asked(
    inquiry: Inquiry, begun: Collection[UUID], answers: Iterable[AnswerRow], asks: Iterable[tuple[UUID, dt.datetime]]
) -> _Begun:
    last: dict[UUID, dt.datetime] = {}
    for one in answers:
        last[one.customer_id] = max(one.at, last.get(one.customer_id, one.at))
    first: dict[UUID, dt.datetime] = {}
    for customer, at in asks:
        if inquiry.holds(at):
            first[customer] = min(at, first.get(customer, at))
    return {
        customer: (ASKED, at)
        for customer, at in first.items()
        if customer not in begun and (customer not in last or last[customer] < at)
    }


def _not_asked(
    transaction: Transaction,
    inquiry: Inquiry,
    touched: Collection[UUID],
    begun: Sequence[dt.datetime],
    answered: Sequence[dt.datetime],
) -> dict[UUID, dt.datetime]:
    """Give who could have been asked and was not, and when that would have been.

    With a survey that is asked after an event it is when that event would have led to it, as for those who were. Else
    it is a moment drawn from those at which others answered, so that the seasons are the same.
    """
    if not begun:
        return {}
    buyers = {
        customer: at
        for customer, at in table.first_orders(transaction, inquiry.shop)
        if customer not in touched and at <= inquiry.now
    }
    triggers = _triggers(transaction, inquiry)
    if not triggers:
        drawn = {
            customer: answered[_draw(inquiry, "when", customer) % len(answered)] for customer in buyers if answered
        }
        return {customer: at for customer, at in drawn.items() if buyers[customer] <= at}
    start = inquiry.since or begun[0]
    found: dict[UUID, dt.datetime] = {}
    longest = max(delay for _, delay in triggers)
    kinds = {kind for kind, _ in triggers}
    for deed in table.deeds_after(transaction, inquiry.shop, kinds, start - longest):
        bought = buyers.get(deed.customer_id)
        for kind, delay in triggers:
            at = deed.at + delay
            if deed.kind == kind and bought is not None and bought <= at and start <= at and inquiry.holds(at):
                found[deed.customer_id] = min(at, found.get(deed.customer_id, at))
    return found


def _triggers(transaction: Transaction, inquiry: Inquiry) -> set[tuple[str, dt.timedelta]]:
    """Give after which events the survey is, or was, asked, each with how long after it."""
    plans = [run.plan for run in running_table.runs_of(transaction, inquiry.shop) if run.survey == inquiry.survey]
    return {(plan.after, plan.delay) for plan in plans if plan.after is not None}


def _draw(inquiry: Inquiry, what: str, customer: UUID) -> int:
    """Draw a number for a customer: the same each time, and another one for each survey."""
    digest = hashlib.sha256(f"not asked {what}:{inquiry.survey}:{customer.hex}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def _happened(
    transaction: Transaction, inquiry: Inquiry, begun: Mapping[UUID, tuple[str, dt.datetime]]
) -> tuple[Mapping[UUID, list[Happening]], str | None, Mapping[str, int]]:
    """Give what each of them did since, the currency of revenue, and how many orders were in others."""
    happened: dict[UUID, list[Happening]] = defaultdict(list)
    if not begun:
        return happened, inquiry.currency, {}
    start = min(at for _, at in begun.values())
    orders = [
        one for one in table.orders_after(transaction, inquiry.shop, start)
        if one.customer_id in begun and begun[one.customer_id][1] < one.at <= inquiry.now
    ]  # fmt: skip
    currencies = Counter(one.currency for one in orders if one.currency is not None)
    currency = inquiry.currency or min(currencies, key=lambda code: (-currencies[code], code), default=None)
    for order in orders:
        happened[order.customer_id].append(Happening(PURCHASE, order.at, _worth(order, currency)))
    for customer, event in _deeds(transaction, inquiry, start):
        if customer in begun:
            happened[customer].append(event)
    return happened, currency, {code: count for code, count in sorted(currencies.items()) if code != currency}


def _worth(order: OrderRow, currency: str | None) -> int:
    """Give what an order is worth today, without tax, shipping and what was given back."""
    if order.currency != currency or currency is None:
        return 0
    return order.revenue_minor - order.refunded.get(currency, [0, 0])[1]


def _deeds(transaction: Transaction, inquiry: Inquiry, start: dt.datetime) -> Iterator[tuple[UUID, Happening]]:
    looked_for = [*inquiry.watched]
    if inquiry.purchase != PURCHASE:
        looked_for.append(Watched(inquiry.purchase, frozenset({inquiry.purchase})))
    by_kind: dict[str, list[Watched]] = defaultdict(list)
    for one in looked_for:
        for kind in one.kinds:
            by_kind[kind].append(one)
    for deed in table.deeds_after(transaction, inquiry.shop, by_kind.keys(), start):
        for one in by_kind[deed.kind]:
            if one.channel in {None, deed.channel}:
                yield deed.customer_id, Happening(one.name, deed.at)
