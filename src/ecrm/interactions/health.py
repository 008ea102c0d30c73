"""Look at a CRM's health: its tables, its inbox, and whether its facts are what its history says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from uuid import UUID

import attrs

from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.lock import hold_shop
from ecrm.database import Database, Transaction, migrating
from ecrm.interactions.model.order import fold_order
from ecrm.interactions.recording import earlier_events
from ecrm.interactions.recounting import recount, snapshot
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.interactions.tables import orders as order_table

__all__ = ["Finding", "examine", "recount_shop"]

_PAGE = 200
_LONGEST_LAG_S = 300


@attrs.frozen
class Finding:
    """Tell of one thing that was looked at.

    Args:
        name: What, in a word.
        is_good: Whether it is as it should be.
        detail: What was found and, where it is not good, what to do.
        figure: The number behind it, where there is one.
    """

    name: str
    is_good: bool
    detail: str
    figure: float | None = None


def examine(
    databases: tuple[Database, Database | None],
    shop: str,
    now: dt.datetime,
    *,
    recount: bool = False,
    progress: Callable[[int], None] | None = None,
) -> list[Finding]:
    """Look at tables and inbox and, where asked, count everything of a shop anew.

    Args:
        databases: The CRM's, and the host's where its inbox is in a file of its own.
        shop: Whose facts are counted anew.
        now: The time.
        recount: Whether to count anew.
        progress: Called with the number of customers recounted.
    """
    database, host = databases
    is_current = migrating.is_current(database)
    detail = "up to date" if is_current else "call crm.upgrade() or run `ecrm upgrade`"
    findings = [Finding("tables", is_current, detail)]
    if is_current:
        findings += _inbox(database, host, now)
    if is_current and recount:
        done, wrong = recount_shop(database, shop, progress)
        said = f"{done} customers counted anew, {len(wrong)} were not right and are now"
        findings.append(Finding("recount", not wrong, said, len(wrong)))
    return findings


def _inbox(database: Database, host: Database | None, now: dt.datetime) -> list[Finding]:
    with database.read() as transaction:
        counts = inbox_table.count_rows(transaction)
        oldest = inbox_table.oldest_waiting(transaction)
        received = inbox_table.read_cursor(transaction)
    if host is not None:
        with host.read() as transaction:
            beside, first = inbox_table.waiting_after(transaction, received)
        counts["waiting"] = counts.get("waiting", 0) + beside
        oldest = min((at for at in (oldest, first) if at is not None), default=None)
    lag_s = 0.0 if oldest is None else (now - oldest).total_seconds()
    is_prompt = lag_s < _LONGEST_LAG_S
    rejected = counts.get("rejected", 0)
    waiting = f"{counts.get('waiting', 0)} rows wait" + ("" if is_prompt else ": run `ecrm work`")
    refused = f"{rejected} rows were rejected" + (": see `ecrm inbox`" if rejected else "")
    return [
        Finding("inbox lag", is_prompt, waiting, lag_s),
        Finding("inbox rejected", not rejected, refused, rejected),
    ]


def recount_shop(
    database: Database, shop: str, progress: Callable[[int], None] | None = None
) -> tuple[int, list[UUID]]:
    """Fold every order and count every fact of a shop anew, keep the result, and compare.

    Args:
        database: Where the shop lives.
        shop: The shop.
        progress: Called with the number of customers done.

    Returns:
        How many customers were looked at, and those whose facts or orders were not right before.
    """
    done = 0
    wrong: list[UUID] = []
    after: UUID | None = None
    while True:

        def work(transaction: Transaction, after: UUID | None = after) -> tuple[list[UUID], list[UUID]]:
            hold_shop(transaction, shop)
            page = [c.id for c in customer_table.list_customers(transaction, shop, after, _PAGE)]
            return page, _recounted(transaction, shop, page)

        page, differing = database.transact(work)
        if not page:
            return done, wrong
        after = page[-1]
        done += len(page)
        wrong += differing
        if progress is not None:
            progress(done)


def _recounted(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[UUID]:
    before = snapshot(transaction, shop, customers)
    refolded = _refold(transaction, shop, customers)
    recount(transaction, shop, customers)
    now = snapshot(transaction, shop, customers)
    return [id_ for id_ in customers if id_ in refolded or before.get(id_, {}) != now.get(id_, {})]


def _refold(transaction: Transaction, shop: str, customers: Collection[UUID]) -> set[UUID]:
    profiles = {row.id: row.customer_id for row in profile_table.profiles_of(transaction, shop, customers)}
    held = order_table.orders_of(transaction, shop, profiles)
    events = earlier_events(transaction, shop, held)
    folded = [fold_order(*key, found) for key, found in events.items()]
    known = {(order.source, order.order_id): order for order in held}
    wrong = [order for order in folded if known[order.source, order.order_id] != order]
    order_table.save_orders(transaction, shop, wrong)
    return {profiles[known[order.source, order.order_id].profile_id] for order in wrong}
