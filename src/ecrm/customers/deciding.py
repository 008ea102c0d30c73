"""A person's decisions: two customers are one, or are not one after all; each leaves a row in the audit."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from uuid import UUID

from ecrm.audit.tables import append
from ecrm.customers.model.merge import Merge
from ecrm.customers.regrouping import regroup_customers, strongest
from ecrm.customers.tables import decision as decision_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.decision import MergeRow
from ecrm.customers.tables.lock import hold_shop
from ecrm.customers.tables.profile import ProfileRow
from ecrm.database import Transaction
from ecrm.errors import ConflictError, NotFoundError
from ecrm.hookspecs import Follower
from ecrm.shops.service import Shop
from ecrm.values import Actor

__all__ = ["keep_apart", "merge_customers", "unmerge_customers"]


def merge_customers(
    transaction: Transaction,
    shop: Shop,
    sides: tuple[ProfileRow, ProfileRow],
    decision: tuple[str, Actor],
    at: dt.datetime,
    merge_id: UUID,
    followers: Collection[Follower],
) -> Merge:
    """Join two customers by a person's decision.

    Args:
        transaction: An open transaction.
        shop: Whose.
        sides: A profile of who stays and one of who is absorbed.
        decision: Why, and who decided.
        at: When.
        merge_id: The merge's id.
        followers: What follows the profiles.

    Raises:
        ConflictError: They are one customer already.
    """
    hold_shop(transaction, shop.key)
    # Read again under the lock: a rule may have joined them meanwhile.
    now = {row.id: row for row in profile_table.profiles_by_id(transaction, shop.key, [side.id for side in sides])}
    keep, absorb = (now[side.id].customer_id for side in sides)
    if keep == absorb:
        message = "they are one customer already"
        raise ConflictError(message)
    kept, absorbed = (profile_table.profiles_of(transaction, shop.key, [side]) for side in (keep, absorb))
    _forget_partings(transaction, shop.key, kept, absorbed)
    because, actor = decision
    said = ":".join(part for part in (actor.kind, actor.id) if part)
    row = MergeRow(
        id=merge_id,
        keep=keep,
        absorb=absorb,
        keep_profile=strongest(kept).id,
        absorb_profile=strongest(absorbed).id,
        is_rule=False,
        because=because,
        actor=said,
        at=at,
        moved="[]",
        undone_at=None,
    )
    decision_table.insert_merges(transaction, shop.key, [row])
    moves = regroup_customers(transaction, shop.key, [keep, absorb], shop.settings.shared_limit, followers)
    moved = [str(move.profile_id) for move in moves]
    decision_table.set_moved(transaction, shop.key, merge_id, moved)
    append(transaction, shop.key, "merge", keep, actor, {"merge": str(merge_id), "absorb": str(absorb)}, at)
    return row._replace(moved=json.dumps(moved)).merge()


def unmerge_customers(
    transaction: Transaction,
    shop: Shop,
    merge_id: UUID,
    actor: Actor,
    at: dt.datetime,
    followers: Collection[Follower],
) -> Merge:
    """Take a merge back, and keep the pair apart from the rules.

    Raises:
        NotFoundError: There is no such merge.
        ConflictError: It has been undone.
    """
    hold_shop(transaction, shop.key)
    row = decision_table.find_merge(transaction, shop.key, merge_id)
    if row is None:
        message = "there is no such merge in this shop: take its id from crm.customers.merges(who)"
        raise NotFoundError(message)
    if row.undone_at is not None:
        message = "this merge has been undone already"
        raise ConflictError(message)
    decision_table.undo_merge(transaction, shop.key, merge_id, at)
    pair = row.keep_profile, row.absorb_profile
    decision_table.put_never_merge(transaction, shop.key, pair, at)
    touched = {found.customer_id for found in profile_table.profiles_by_id(transaction, shop.key, pair)}
    regroup_customers(transaction, shop.key, touched, shop.settings.shared_limit, followers)
    details = {"merge": str(merge_id), "absorb": str(row.absorb)}
    append(transaction, shop.key, "unmerge", row.keep, actor, details, at)
    return row._replace(undone_at=at).merge()


def keep_apart(
    transaction: Transaction,
    shop: Shop,
    sides: tuple[ProfileRow, ProfileRow],
    actor: Actor,
    at: dt.datetime,
    followers: Collection[Follower],
) -> None:
    """Decide that two customers are two people, whatever is seen together.

    Raises:
        ConflictError: They are one customer: take the merge back instead.
    """
    hold_shop(transaction, shop.key)
    now = {row.id: row for row in profile_table.profiles_by_id(transaction, shop.key, [side.id for side in sides])}
    one, other = (now[side.id].customer_id for side in sides)
    if one == other:
        message = "they are one customer: take the merge back with crm.customers.unmerge"
        raise ConflictError(message)
    pair = tuple(strongest(profile_table.profiles_of(transaction, shop.key, [side])).id for side in (one, other))
    decision_table.put_never_merge(transaction, shop.key, (pair[0], pair[1]), at)
    regroup_customers(transaction, shop.key, [one, other], shop.settings.shared_limit, followers)
    append(transaction, shop.key, "keep_apart", one, actor, {"other": str(other)}, at)


def _forget_partings(
    transaction: Transaction, shop: str, kept: Collection[ProfileRow], absorbed: Collection[ProfileRow]
) -> None:
    ours, theirs = {row.id for row in kept}, {row.id for row in absorbed}
    crossing = [
        (a, b)
        for a, b in decision_table.never_merges_of(transaction, shop, ours)
        if (a in ours and b in theirs) or (a in theirs and b in ours)
    ]
    decision_table.drop_never_merges(transaction, shop, crossing)
