"""Look at a CRM's health: its tables, its inbox, and whether its facts are what its history says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

import attrs

from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.lock import hold_shop
from ecrm.database import Database, Transaction, migrating
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.order import fold_order
from ecrm.interactions.recording import earlier_events
from ecrm.interactions.recounting import recount, snapshot
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.interactions.tables import orders as order_table
from ecrm.interactions.waiting import oldest_waiting

__all__ = ["LONGEST_LAG_S", "Finding", "inbox_findings", "recount_finding", "recount_shop", "table_finding"]

_PAGE = 200
LONGEST_LAG_S = 300


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


def table_finding(database: Database, owners: Sequence[migrating.Owner]) -> Finding:
    """Tell whether the tables of all owners are up to date."""
    behind = dict.fromkeys(owner.name for owner in migrating.outdated(database, owners))
    detail = "up to date" if not behind else f"call crm.upgrade() or run `ecrm upgrade`, for {', '.join(behind)}"
    return Finding("tables", not behind, detail)


def inbox_findings(database: Database, host: Database | None, now: dt.datetime) -> list[Finding]:
    """Tell what waits in the inbox, and what was rejected.

    Args:
        database: The CRM's.
        host: The host's, where its inbox is in a file of its own.
        now: The time.
    """
    with database.read() as transaction:
        counts = inbox_table.count_rows(transaction)
        erased = inbox_table.count_erased(transaction)
        received = inbox_table.read_cursor(transaction)
    beside: list[Finding] = []
    if host is not None:
        with host.read() as transaction:
            more, _ = inbox_table.waiting_after(transaction, received)
            last = inbox_table.last_id(transaction)
        counts["waiting"] = counts.get("waiting", 0) + more
        beside.append(_host_finding(received, last))
    oldest = oldest_waiting(database, host)
    lag_s = 0.0 if oldest is None else (now - oldest).total_seconds()
    is_prompt = lag_s < LONGEST_LAG_S
    rejected = counts.get("rejected", 0) - erased
    waiting = f"{counts.get('waiting', 0)} rows wait" + ("" if is_prompt else ": run `ecrm work`")
    refused = f"{rejected} rows were rejected" + (": see `ecrm inbox`" if rejected else "")
    return [
        Finding("inbox lag", is_prompt, waiting, lag_s),
        Finding("inbox rejected", not rejected, refused, rejected),
        *beside,
    ]


def _host_finding(received: int, last: int) -> Finding:
    # Ids only rise: a file in which they lie below what was received is an older copy, and what is
    # emitted into it would never be found.
    is_good = last >= received
    said = (
        "goes on where it was received"
        if is_good
        else (
            "the shop's file is older than the CRM's: what is emitted into it is not received; see the page on backups"
        )
    )
    return Finding("host inbox", is_good, said, last - received)


def recount_finding(
    database: Database, shop: str, book: FactBook, progress: Callable[[int], None] | None = None
) -> Finding:
    """Count everything of a shop anew, keep it, and tell whether it was right."""
    done, wrong = recount_shop(database, shop, book, progress)
    said = f"{done} customers counted anew, {len(wrong)} were not right and are now"
    return Finding("recount", not wrong, said, len(wrong))


def recount_shop(
    database: Database, shop: str, book: FactBook, progress: Callable[[int], None] | None = None
) -> tuple[int, list[UUID]]:
    """Fold every order and count every fact of a shop anew, keep the result, and compare.

    Args:
        database: Where the shop lives.
        shop: The shop.
        book: The facts there are.
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
            return page, _recounted(transaction, shop, page, book)

        page, differing = database.transact(work)
        if not page:
            return done, wrong
        after = page[-1]
        done += len(page)
        wrong += differing
        if progress is not None:
            progress(done)


def _recounted(transaction: Transaction, shop: str, customers: Collection[UUID], book: FactBook) -> list[UUID]:
    before = snapshot(transaction, shop, customers, book)
    refolded = _refold(transaction, shop, customers)
    recount(transaction, shop, customers, book)
    now = snapshot(transaction, shop, customers, book)
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
