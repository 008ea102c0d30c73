"""Apply new evidence, a person's merge or unmerge: load all it touches, group it, write the difference."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from uuid import UUID

from ecrm.customers.evidence import Evidence
from ecrm.customers.model.claim import KINDS
from ecrm.customers.model.grouping import Edge, Grouping, Link, Node, group
from ecrm.customers.refresh import refresh_customers
from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import decision as decision_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.decision import MergeRow
from ecrm.customers.tables.profile import EdgeRow, ProfileRow
from ecrm.database import Transaction
from ecrm.hookspecs import Follower, Move, Regrouping

__all__ = ["regroup", "regroup_customers", "strongest"]

_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_Graph = tuple[dict[UUID, ProfileRow], dict[tuple[UUID, UUID], EdgeRow]]


def regroup(
    transaction: Transaction, shop: str, evidence: Evidence, shared_limit: int, followers: Iterable[Follower]
) -> None:
    """Group again what new evidence touches, and write it; the evidence's customers are set."""
    new = {held.id: held.row() for held in evidence.new_profiles}
    seen = evidence.pairs
    profiles, edges = _closure(transaction, shop, {end for pair in seen for end in pair} - new.keys())
    fresh = _merged(edges, seen)
    outcome = _decide(transaction, shop, (profiles | new, edges | fresh), shared_limit)
    for held in evidence.profiles.values():
        held.customer_id = outcome.customer_of.get(held.id, held.customer_id)
        held.is_junk = held.is_junk or held.id in outcome.junk
    profile_table.insert_profiles(transaction, shop, [held.row() for held in evidence.new_profiles])
    evidence.save_sightings(transaction, shop)
    profile_table.put_edges(transaction, shop, _with_refusals(edges, fresh, outcome))
    customer_table.insert_customers(transaction, shop, _founders(outcome, profiles, new))
    moves = _move(transaction, shop, profiles, outcome, followers)
    at = max((edge.first_at for edge in seen.values()), default=_LONG_AGO)
    _journal_rules(transaction, shop, profiles, moves, (evidence.new_id, at))


def regroup_customers(
    transaction: Transaction,
    shop: str,
    customers: Collection[UUID],
    shared_limit: int,
    followers: Iterable[Follower],
) -> list[Move]:
    """Group customers again after a person's decision; give the moves it led to."""
    reached = {row.id for row in profile_table.profiles_of(transaction, shop, customers)}
    profiles, edges = _closure(transaction, shop, reached)
    outcome = _decide(transaction, shop, (profiles, edges), shared_limit)
    profile_table.put_edges(transaction, shop, _with_refusals(edges, {}, outcome))
    customer_table.insert_customers(transaction, shop, _founders(outcome, profiles, {}))
    return _move(transaction, shop, profiles, outcome, followers)


def strongest(profiles: Iterable[ProfileRow]) -> ProfileRow:
    """Give the profile that stands for a customer: the strongest identity, then the oldest."""
    return min(profiles, key=lambda row: (KINDS[row.kind].rank, row.id))


def _closure(transaction: Transaction, shop: str, ids: Collection[UUID]) -> _Graph:
    profiles: dict[UUID, ProfileRow] = {}
    edges: dict[tuple[UUID, UUID], EdgeRow] = {}
    reached = set(ids)
    while reached:
        found = profile_table.profiles_by_id(transaction, shop, reached)
        customers = {row.customer_id for row in found if not row.is_junk}
        found += profile_table.profiles_of(transaction, shop, customers)
        fresh = {row.id: row for row in found if row.id not in profiles}
        profiles |= fresh
        alive = [row.id for row in fresh.values() if not row.is_junk]
        touching = profile_table.edges_of(transaction, shop, alive)
        edges |= {(edge.a, edge.b): edge for edge in touching}
        ends = {end for edge in touching for end in (edge.a, edge.b)}
        linked = {
            end
            for row in decision_table.merges_of(transaction, shop, alive)
            for end in (row.keep_profile, row.absorb_profile)
            if not row.is_rule and row.undone_at is None
        }
        reached = (ends | linked) - profiles.keys()
    return profiles, edges


def _decide(transaction: Transaction, shop: str, graph: _Graph, shared_limit: int) -> Grouping:
    profiles, edges = graph
    links = [
        Link(row.keep_profile, row.absorb_profile, row.keep, row.absorb, row.at)
        for row in decision_table.merges_of(transaction, shop, profiles)
        if not row.is_rule and row.undone_at is None
    ]
    parted = decision_table.never_merges_of(transaction, shop, profiles)
    nodes = [Node(row.id, row.kind, row.value, row.is_junk) for row in profiles.values()]
    seen = [Edge(edge.a, edge.b, edge.first_at) for edge in edges.values()]
    return group(nodes, seen, links, parted, shared_limit)


def _merged(
    known: Mapping[tuple[UUID, UUID], EdgeRow], seen: Mapping[tuple[UUID, UUID], EdgeRow]
) -> dict[tuple[UUID, UUID], EdgeRow]:
    merged = {}
    for pair, edge in seen.items():
        held = known.get(pair, edge)
        at, is_proven = min(edge.first_at, held.first_at), edge.is_proven or held.is_proven
        merged[pair] = EdgeRow(*pair, at, is_proven, held.refused)
    return merged


def _with_refusals(
    known: Mapping[tuple[UUID, UUID], EdgeRow],
    fresh: Mapping[tuple[UUID, UUID], EdgeRow],
    outcome: Grouping,
) -> list[EdgeRow]:
    changed = []
    for pair, edge in ({**known, **fresh}).items():
        refused = outcome.refused.get(pair)
        if pair in fresh or refused != edge.refused:
            changed.append(edge._replace(refused=refused))
    return changed


def _founders(outcome: Grouping, profiles: Mapping[UUID, ProfileRow], new: Mapping[UUID, ProfileRow]) -> set[UUID]:
    held = {row.customer_id for row in profiles.values()}
    mine = {outcome.customer_of[id_] for id_ in (*profiles, *new)}
    return mine - held


def _move(
    transaction: Transaction,
    shop: str,
    profiles: Mapping[UUID, ProfileRow],
    outcome: Grouping,
    followers: Iterable[Follower],
) -> list[Move]:
    changed = [
        (row.kind, row.value, outcome.customer_of[id_], row.is_junk or id_ in outcome.junk)
        for id_, row in profiles.items()
        if outcome.customer_of[id_] != row.customer_id or (id_ in outcome.junk and not row.is_junk)
    ]
    profile_table.move_profiles(transaction, shop, changed)
    moves = [
        Move(id_, row.customer_id, outcome.customer_of[id_])
        for id_, row in profiles.items()
        if outcome.customer_of[id_] != row.customer_id
    ]
    if moves:
        regrouping = Regrouping(shop, tuple(moves))
        refresh_customers(transaction, shop, regrouping.touched)
        for follower in followers:
            follower.follow(transaction, regrouping)
    return moves


def _journal_rules(
    transaction: Transaction,
    shop: str,
    profiles: Mapping[UUID, ProfileRow],
    moves: Iterable[Move],
    stamp: tuple[Callable[[], UUID], dt.datetime],
) -> None:
    new_id, at = stamp
    left: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    for move in moves:
        left[move.before, move.after].append(move.profile_id)
    sides: dict[UUID, list[ProfileRow]] = defaultdict(list)
    for row in profiles.values():
        sides[row.customer_id].append(row)
    rows = []
    for (before, after), moved in left.items():
        stood, gone = sides.get(after), [profiles[id_] for id_ in moved]
        # A visitor who is identified has not been merged: only two known people are journaled.
        if stood and not KINDS[strongest(gone).kind].is_weak and not KINDS[strongest(stood).kind].is_weak:
            rows.append(
                MergeRow(
                    id=new_id(),
                    keep=after,
                    absorb=before,
                    keep_profile=strongest(stood).id,
                    absorb_profile=strongest(gone).id,
                    is_rule=True,
                    because="seen together",
                    actor="system",
                    at=at,
                    moved=json.dumps([str(id_) for id_ in moved]),
                    undone_at=None,
                )
            )
    decision_table.insert_merges(transaction, shop, rows)
