"""Which profiles are one customer: a pure function of what was seen together and what people decided.

It takes the events' evidence in the order it *happened*, so the same history in any order of arrival
gives the same customers. How evidence is stored and applied is in `resolving`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

import attrs

from ecrm.customers.model.claim import KINDS, exclusive_key

__all__ = ["Edge", "Grouping", "Link", "Node", "group"]

Pair = tuple[UUID, UUID]
EXCLUSIVE = "two values of one exclusive kind"
PARTED = "parted by a person"
SHARED = "shared by too many"


class Node(NamedTuple):
    """A profile: one identity."""

    id: UUID
    kind: str
    value: str
    is_junk: bool = False

    def __repr__(self) -> str:
        return f"<Node {self.kind}>"


class Edge(NamedTuple):
    """Two profiles seen together; `a` is the stronger identity."""

    a: UUID
    b: UUID
    first_at: dt.datetime


class Link(NamedTuple):
    """A person's decision that two customers are one, given by a profile of each.

    `kept` is the customer whose id stays, `absorbed` the one whose id does not.
    """

    keep: UUID
    absorb: UUID
    kept: UUID
    absorbed: UUID
    at: dt.datetime


@attrs.frozen
class Grouping:
    """Hold the outcome.

    Args:
        customer_of: The customer of each profile: the id of the profile it is founded on.
        refused: Pairs seen together that are not joined, with the reason.
        junk: Profiles found to be shared by too many.
    """

    customer_of: Mapping[UUID, UUID]
    refused: Mapping[Pair, str]
    junk: frozenset[UUID]


def group(
    nodes: Iterable[Node],
    edges: Iterable[Edge],
    links: Iterable[Link] = (),
    parted: Iterable[Pair] = (),
    shared_limit: int = 20,
) -> Grouping:
    """Decide which profiles are one customer.

    Evidence and people's links are taken in the order of their times. Strong identities seen together join,
    unless that would give a customer two values of an exclusive kind or undo a parting; a link joins what
    is one customer by then, whatever they hold. Weak ones attach to the strong identity they were first
    seen with. A phone or e-mail with more partners than the limit joins nobody.

    Args:
        nodes: The profiles.
        edges: Pairs seen together, both ends among the nodes.
        links: Decisions that hold.
        parted: Pairs of profiles that are never one customer.
        shared_limit: Partners a phone or e-mail may have.

    Returns:
        The customer of every profile.

    >>> from uuid import UUID
    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> a, b = Node(UUID(int=1), "account", "web:1"), Node(UUID(int=2), "email", "a@b.org")
    >>> group([a, b], [Edge(a.id, b.id, at)]).customer_of[b.id] == a.id
    True
    """
    by_id = {node.id: node for node in nodes}
    ordered = sorted(edges, key=lambda edge: _order(edge, by_id))
    junk = _shared(by_id, ordered, shared_limit)
    ordered = [edge for edge in ordered if edge.a not in junk and edge.b not in junk]
    kept = sorted(links, key=lambda link: link.at)
    blocks = _Blocks(by_id, frozenset(parted), kept)
    strong = [e for e in ordered if not _is_weak(e.a, by_id) and not _is_weak(e.b, by_id)]
    refused = _join_strong(blocks, strong, kept)
    weak = [e for e in ordered if _is_weak(e.a, by_id) or _is_weak(e.b, by_id)]
    _attach_weak(blocks, weak)
    refused |= {(e.a, e.b): SHARED for e in weak if blocks.root[e.a] != blocks.root[e.b]}
    return Grouping(_founded(blocks, kept), refused, frozenset(junk))


class _Blocks:
    """Sets of profiles that only grow, with what each holds."""

    def __init__(self, nodes: Mapping[UUID, Node], parted: frozenset[Pair], links: Iterable[Link]) -> None:
        self.root = {id_: id_ for id_ in nodes}
        self.members = {id_: [id_] for id_ in nodes}
        self.was_weak = {id_: _is_weak(id_, nodes) for id_ in nodes}
        self.is_weak = dict(self.was_weak)
        self._exclusive = {id_: _exclusive(node) for id_, node in nodes.items()}
        self._parted = [(a, b) for a, b in parted if a in nodes and b in nodes]
        # What links will have joined in the end: a parting holds against that, not only against the present.
        self._fate = {id_: id_ for id_ in nodes}
        for link in links:
            self._share_fate(link.keep, link.absorb)

    def unite(self, one: UUID, other: UUID) -> None:
        """Make two blocks one."""
        a, b = self.root[one], self.root[other]
        if a == b:
            return
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        for id_ in self.members[b]:
            self.root[id_] = a
        self.members[a] += self.members.pop(b)
        self.is_weak[a] = self.is_weak[a] and self.is_weak[b]
        self._exclusive[a] = self._exclusive[a] | self._exclusive.pop(b)
        self._share_fate(a, b)

    def objection(self, one: UUID, other: UUID) -> str | None:
        """Say why two blocks must not become one; None where they may."""
        a, b = self.root[one], self.root[other]
        if a == b:
            return None
        fates = {self._fated(a), self._fated(b)}
        if any({self._fated(x), self._fated(y)} == fates for x, y in self._parted):
            return PARTED
        held = {key for key, _ in self._exclusive[a]} & {key for key, _ in self._exclusive[b]}
        if held:
            return EXCLUSIVE
        return None

    def _fated(self, id_: UUID) -> UUID:
        while self._fate[id_] != id_:
            id_ = self._fate[id_]
        return id_

    def _share_fate(self, one: UUID, other: UUID) -> None:
        self._fate[self._fated(one)] = self._fated(other)


def _join_strong(blocks: _Blocks, edges: list[Edge], links: list[Link]) -> dict[Pair, str]:
    refused = {}
    # A person joins two customers as they are: what was seen of either before goes along, and what
    # is seen after must fit the whole.
    steps: list[Edge | Link] = [*edges, *links]
    for step in sorted(steps, key=_when):
        if isinstance(step, Link):
            blocks.unite(step.keep, step.absorb)
            continue
        why = blocks.objection(step.a, step.b)
        if why is None:
            blocks.unite(step.a, step.b)
        else:
            refused[step.a, step.b] = why
    return {pair: why for pair, why in refused.items() if blocks.root[pair[0]] != blocks.root[pair[1]]}


def _when(step: Edge | Link) -> tuple[dt.datetime, bool]:
    return (step.at, True) if isinstance(step, Link) else (step.first_at, False)


def _attach_weak(blocks: _Blocks, edges: list[Edge]) -> None:
    waiting = edges
    while waiting:
        # Each attachment may bring others within reach (an order seen with a cookie), hence the rounds.
        left = [edge for edge in waiting if not _attach(blocks, edge)]
        if len(left) == len(waiting):
            break
        waiting = left
    for edge in waiting:
        are_weak = blocks.is_weak[blocks.root[edge.a]] and blocks.is_weak[blocks.root[edge.b]]
        if are_weak and blocks.objection(edge.a, edge.b) is None:
            blocks.unite(edge.a, edge.b)


def _attach(blocks: _Blocks, edge: Edge) -> bool:
    if blocks.is_weak[blocks.root[edge.a]] == blocks.is_weak[blocks.root[edge.b]]:
        return False
    if blocks.objection(edge.a, edge.b) is not None:
        return False
    blocks.unite(edge.a, edge.b)
    return True


def _founded(blocks: _Blocks, links: list[Link]) -> dict[UUID, UUID]:
    standing: dict[UUID, int] = {}
    for link in links:
        # An id says nothing where its profile has left those the decision was about.
        ids = [id_ for id_ in (link.kept, link.absorbed) if blocks.root.get(id_) == blocks.root[link.keep]]
        standing |= {id_: -1 if id_ == link.kept else 1 for id_ in ids}
    # A strong profile founds: a visitor's cookie may yet turn out to be somebody else's.
    founder = {
        root: min(members, key=lambda id_: (standing.get(id_, 0), blocks.was_weak[id_], id_))
        for root, members in blocks.members.items()
    }
    return {id_: founder[root] for id_, root in blocks.root.items()}


def _shared(nodes: Mapping[UUID, Node], edges: list[Edge], limit: int) -> set[UUID]:
    partners: Counter[UUID] = Counter()
    for edge in edges:
        if not (_is_weak(edge.a, nodes) or _is_weak(edge.b, nodes)):
            partners[edge.a] += 1
            partners[edge.b] += 1
    shared = {id_ for id_, count in partners.items() if count > limit and KINDS[nodes[id_].kind].is_shareable}
    return shared | {node.id for node in nodes.values() if node.is_junk}


def _is_weak(id_: UUID, nodes: Mapping[UUID, Node]) -> bool:
    return KINDS[nodes[id_].kind].is_weak


def _exclusive(node: Node) -> frozenset[tuple[str, str]]:
    key = exclusive_key(node.kind, node.value)
    return frozenset() if key is None else frozenset({(key, node.value)})


def _order(edge: Edge, nodes: Mapping[UUID, Node]) -> tuple[dt.datetime, str, str, str, str]:
    a, b = nodes[edge.a], nodes[edge.b]
    return edge.first_at, a.kind, a.value, b.kind, b.value
