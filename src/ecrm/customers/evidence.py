"""What a batch of events says of identities, beside what is known of them already.

It collects; `regrouping` decides and writes where something new was seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from uuid import UUID

import attrs

from ecrm.customers.model.claim import Claim
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.profile import EdgeRow, ProfileRow
from ecrm.database import Transaction

__all__ = ["Evidence", "Held"]


@attrs.define(repr=False)
class Held:
    """A profile while its batch is worked on."""

    kind: str
    value: str
    id: UUID
    customer_id: UUID
    is_junk: bool
    is_proven: bool
    first_at: dt.datetime
    last_at: dt.datetime
    is_new: bool = False
    is_changed: bool = False

    def row(self) -> ProfileRow:
        """Give it as it is stored."""
        return ProfileRow(
            self.kind, self.value, self.id, self.customer_id, self.is_junk, self.is_proven, self.first_at, self.last_at
        )  # fmt: skip

    def seen(self, at: dt.datetime, *, is_proven: bool) -> None:
        """Widen the time it was seen in."""
        if at < self.first_at or at > self.last_at or (is_proven and not self.is_proven):
            self.first_at = min(self.first_at, at)
            self.last_at = max(self.last_at, at)
            self.is_proven = self.is_proven or is_proven
            self.is_changed = True


class Evidence:
    """Collect profiles seen and pairs seen together."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self.profiles: dict[tuple[str, str], Held] = {}
        self.edges: dict[tuple[UUID, UUID], EdgeRow] = {}
        self.new_id = new_id
        self._new_ids: set[UUID] = set()

    @property
    def is_new(self) -> bool:
        """Tell whether customers may change: a profile or a pair was not known."""
        return bool(self.edges or self._new_ids)

    @property
    def new_profiles(self) -> list[Held]:
        """Give the profiles that were not known."""
        return [held for held in self.profiles.values() if held.is_new]

    def load(self, transaction: Transaction, shop: str, keys: Collection[tuple[str, str]]) -> None:
        """Load what is known of the identities, locking it against other writers."""
        for row in profile_table.find_profiles(transaction, shop, keys, lock=True):
            self.profiles[row.kind, row.value] = Held(*row)

    def see(self, claims: tuple[Claim, ...], at: dt.datetime) -> Held:
        """Note the claims of one event; give the profile the event hangs on."""
        seen = [self._held(claim, at) for claim in claims]
        main = next((held for held in seen if not held.is_junk), seen[0])
        proof = {held.id: claim.is_proven for held, claim in zip(seen, claims, strict=True)}
        for held in seen:
            if held is not main and not held.is_junk:
                self.tie(main.id, held.id, at, is_proven=proof[main.id] and proof[held.id])
        return main

    def tie(self, a: UUID, b: UUID, at: dt.datetime, *, is_proven: bool = False) -> None:
        """Note that two profiles were seen together; `a` is the stronger."""
        known = self.edges.get((a, b))
        if known is not None:
            at, is_proven = min(at, known.first_at), is_proven or known.is_proven
        self.edges[a, b] = EdgeRow(a, b, at, is_proven, None)

    def load_edges(self, transaction: Transaction, shop: str) -> None:
        """Forget the pairs that say nothing new."""
        old = [pair for pair in self.edges if not self._new_ids.intersection(pair)]
        for row in profile_table.find_edges(transaction, shop, old):
            seen = self.edges[row.a, row.b]
            if row.first_at <= seen.first_at and (row.is_proven or not seen.is_proven):
                del self.edges[row.a, row.b]

    def save_sightings(self, transaction: Transaction, shop: str) -> None:
        """Write when known profiles were first and last seen."""
        rows = [
            (held.kind, held.value, held.is_proven, held.first_at, held.last_at)
            for held in self.profiles.values()
            if held.is_changed and not held.is_new
        ]
        profile_table.mark_seen(transaction, shop, rows)

    def _held(self, claim: Claim, at: dt.datetime) -> Held:
        held = self.profiles.get((claim.kind, claim.value))
        if held is None:
            id_ = self.new_id()
            held = Held(claim.kind, claim.value, id_, id_, False, claim.is_proven, at, at, is_new=True)  # noqa: FBT003
            self.profiles[claim.kind, claim.value] = held
            self._new_ids.add(id_)
        else:
            held.seen(at, is_proven=claim.is_proven)
        return held
