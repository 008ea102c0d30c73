"""Erase a person: every row of theirs in every table, in one transaction; marks stay, and totals of nobody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

import attrs

from ecrm.audit.tables import append
from ecrm.customers.model.claim import order_claim
from ecrm.customers.suppressing import set_tombstones
from ecrm.customers.tables.lock import hold_shop
from ecrm.database import Transaction
from ecrm.database.shredding import overwrite_deleted, shred
from ecrm.errors import InvalidError, UnavailableError
from ecrm.interactions.tables import orders as order_table
from ecrm.interactions.tables.inbox import INBOX
from ecrm.privacy.finding import find_person
from ecrm.privacy.model.person import Erased, Person
from ecrm.privacy.model.sought import Sought
from ecrm.privacy.parts import PrivacyParts
from ecrm.privacy.tables.held import delete_rows
from ecrm.privacy.tables.raw import delete_raw, walk_raw
from ecrm.privacy.tables.remainder import add_remainder
from ecrm.privacy.tables.request import REQUEST, blank_evidence
from ecrm.shops.service import Shop
from ecrm.values import Actor
from ecrm.values.who import Someone

__all__ = ["erase_person"]

# Rows that were being written while the inbox was walked have ids from a little before its end on.
_LOOKED_AT_AGAIN = 1_000
Counts = dict[str, int]


def erase_person(
    parts: PrivacyParts,
    shop: Shop,
    who: Someone,
    because: str,
    actor: Actor | None,
    *,
    is_marked: bool = True,
    is_shredded: bool = True,
) -> Erased:
    """Erase a person of a shop.

    Args:
        parts: What privacy shares.
        shop: The shop.
        who: Whom.
        because: Why, without anything that names them; it stays in the audit.
        actor: Who does it.
        is_marked: Whether marks stay, so that what comes of them later is stored nowhere.
        is_shredded: Whether a SQLite file is rid of what is gone at once; else whoever calls sees to it.

    Raises:
        NotFoundError: It is an id that nobody has.
        InvalidError: Nothing, or something of theirs, is given as the reason.
    """
    overwrite_deleted(parts.database)
    with parts.database.read() as transaction:
        person = find_person(transaction, shop.key, who, shop.settings)
    sought = _sought(person, shop)
    _check_because(because, sought)
    found, looked_to = _named_in_inbox(parts, shop.key, sought)

    def work(transaction: Transaction) -> Erased:
        hold_shop(transaction, shop.key)
        # Read again under the lock: more may have come to be known of them.
        now_known = find_person(transaction, shop.key, who if person.customer_id is None else person.customer_id,
                                shop.settings)  # fmt: skip
        fresh = _sought(now_known, shop)
        late = walk_raw(transaction, shop.key, looked_to - _LOOKED_AT_AGAIN)
        rows = sorted({*found, *(id_ for id_, raw, delivery in late if _is_theirs(fresh, raw, delivery))})
        return _erase(transaction, parts, shop, now_known, rows, (because, actor), is_marked=is_marked)

    erased = parts.database.transact(work)
    left = _erase_in_host(parts, shop.key, sought)
    is_gone = is_shredded and shred(parts.database)
    return attrs.evolve(erased, is_shredded=is_gone, left_in_host=left)


def _erase(
    transaction: Transaction,
    parts: PrivacyParts,
    shop: Shop,
    person: Person,
    inbox_rows: list[int],
    decision: tuple[str, Actor | None],
    *,
    is_marked: bool,
) -> Erased:
    now, ids = parts.now(), person.ids
    add_remainder(transaction, shop.key, _remainder(transaction, shop, person))
    marks = person.identities | {(claim.kind, claim.value) for claim in (order_claim(*key) for key in person.orders)}
    marked = set_tombstones(transaction, shop.key, marks, parts.kit.keys, now) if is_marked else 0
    counts: Counts = {INBOX.name: delete_raw(transaction, shop.key, inbox_rows)}
    if person.customer_id is not None:
        # Followers first: what they look up of the person is still there.
        for follower in parts.followers:
            hung = [person.customer_id] if follower.hangs_on == "customer" else sorted(person.profile_ids)
            counts[follower.table] = counts.get(follower.table, 0) + follower.erased(transaction, shop.key, hung)
        for held in parts.held:
            counts[held.table.name] = counts.get(held.table.name, 0) + delete_rows(transaction, shop.key, held, ids)
        counts[REQUEST.name] = blank_evidence(transaction, shop.key, ids)
    gone = {table: count for table, count in sorted(counts.items()) if count}
    because, actor = decision
    details = {"because": because, "rows": sum(gone.values()), "tombstones": marked}
    append(transaction, shop.key, "erase", person.customer_id, actor, details, now)
    return Erased(person.customer_id, now, gone, marked)


def _remainder(
    transaction: Transaction, shop: Shop, person: Person
) -> Mapping[tuple[dt.date, str], tuple[int, int, int]]:
    """Give what their orders add to the totals, by day and currency, of nobody any more."""
    left: dict[tuple[dt.date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for order in order_table.orders_of(transaction, shop.key, person.profile_ids):
        added = order.contribution()
        day = shop.settings.day_of(added.placed_at or order.updated_at)
        for currency in sorted({*added.spent, *added.revenue}):
            counts = left[day, currency]
            counts[0] += added.orders if currency == order.currency else 0
            counts[1] += added.spent.get(currency, 0)
            counts[2] += added.revenue.get(currency, 0)
    return {key: (counts[0], counts[1], counts[2]) for key, counts in left.items()}


def _sought(person: Person, shop: Shop) -> Sought:
    return Sought(person.identities, person.orders, shop.settings)


def _named_in_inbox(parts: PrivacyParts, shop: str, sought: Sought) -> tuple[list[int], int]:
    found, last = [], 0
    with parts.database.read() as transaction:
        for id_, raw, delivery in walk_raw(transaction, shop, -1):
            last = id_
            if _is_theirs(sought, raw, delivery):
                found.append(id_)
    return found, last


def _is_theirs(sought: Sought, raw: bytes, delivery: str) -> bool:
    return sought.is_in(raw) or sought.is_in_text(delivery)


def _erase_in_host(parts: PrivacyParts, shop: str, sought: Sought) -> int:
    """Delete rows of the inbox in the shop's own file; give how many had to be left, since the shop was writing."""
    if parts.host is None:
        return 0
    with parts.host.read() as transaction:
        found = [id_ for id_, raw, delivery in walk_raw(transaction, shop, -1) if _is_theirs(sought, raw, delivery)]
    if not found:
        return 0
    try:
        overwrite_deleted(parts.host)
        with parts.host.write() as transaction:
            delete_raw(transaction, shop, found)
    except UnavailableError:
        return len(found)
    return 0


def _check_because(because: str, sought: Sought) -> None:
    if not isinstance(because, str) or not because.strip():
        raise InvalidError.of("because", "say why: it stays in the audit")
    if sought.is_in(because.encode()):
        raise InvalidError.of("because", "say why without naming the person: it stays when they are gone")
