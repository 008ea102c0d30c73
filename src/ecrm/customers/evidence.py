"""What a batch of events says of identities, beside what is known of them already.

It collects; `regrouping` decides and writes where something new was seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

import attrs

from ecrm.customers.model.claim import Claim
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.profile import EdgeRow, ProfileRow
from ecrm.database import Transaction

__all__ = ["Evidence", "Held"]

_NOBODY = UUID(int=0)


@attrs.define(repr=False, eq=False)
class Held:
    """A profile while its batch is worked on: what the batch saw of it, and whose it is."""

    kind: str
    value: str
    is_proven: bool
    first_at: dt.datetime
    last_at: dt.datetime
    id: UUID = _NOBODY
    customer_id: UUID = _NOBODY
    is_junk: bool = False
    is_new: bool = True

    def row(self) -> ProfileRow:
        """Give it as it is stored."""
        return ProfileRow(*(getattr(self, name) for name in ProfileRow._fields))


class Evidence:
    """Collect the profiles a batch saw, and the pairs it saw together."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self.profiles: dict[tuple[str, str], Held] = {}
        self.edges: dict[tuple[Held, Held], tuple[dt.datetime, bool]] = {}
        self.new_id = new_id
        self._known: dict[tuple[str, str], tuple[UUID, UUID, bool]] = {}

    @property
    def is_new(self) -> bool:
        """Tell whether customers may change: a profile or a pair was not known."""
        return bool(self.edges) or any(held.is_new for held in self.profiles.values())

    @property
    def new_profiles(self) -> list[Held]:
        """Give the profiles that were not known."""
        return [held for held in self.profiles.values() if held.is_new]

    @property
    def pairs(self) -> dict[tuple[UUID, UUID], EdgeRow]:
        """Give the pairs that say something new, by their profiles' ids."""
        return {(a.id, b.id): EdgeRow(a.id, b.id, *seen, None) for (a, b), seen in self.edges.items()}

    def note(self, claims: Sequence[Claim], at: dt.datetime) -> list[Held]:
        """Note the claims of one event; give their profiles, not known by id before `load`."""
        found = []
        for claim in claims:
            key = (claim.kind, claim.value)
            held = self.profiles.get(key)
            if held is None:
                held = self.profiles[key] = Held(claim.kind, claim.value, claim.is_proven, at, at)
            else:
                if at < held.first_at:
                    held.first_at = at
                elif at > held.last_at:
                    held.last_at = at
                if claim.is_proven:
                    held.is_proven = True
            found.append(held)
        return found

    def load(self, transaction: Transaction, shop: str, also: Collection[tuple[str, str]]) -> None:
        """Load whose the profiles are, beginning those that are new; `also` are looked for alone."""
        keys = {**dict.fromkeys(self.profiles), **dict.fromkeys(also)}
        for kind, value, id_, customer_id, is_junk in profile_table.find_owners(transaction, shop, keys):
            self._known[kind, value] = id_, customer_id, is_junk
        for key, held in self.profiles.items():
            known = self._known.get(key)
            if known is None:
                held.id = held.customer_id = self.new_id()
            else:
                held.id, held.customer_id, held.is_junk = known
                held.is_new = False

    def tie(self, seen: Sequence[Held], claims: Sequence[Claim], at: dt.datetime) -> Held:
        """Note that the profiles of one event were seen together; give the one it hangs on."""
        main = next((held for held in seen if not held.is_junk), seen[0])
        is_proven = any(held is main and claim.is_proven for held, claim in zip(seen, claims, strict=True))
        for held, claim in zip(seen, claims, strict=True):
            if held is not main and not held.is_junk:
                self.see(main, held, at, is_proven=is_proven and claim.is_proven)
        return main

    def see(self, a: Held, b: Held, at: dt.datetime, *, is_proven: bool = False) -> None:
        """Note that two profiles were seen together; `a` is the stronger."""
        known = self.edges.get((a, b))
        if known is None:
            self.edges[a, b] = at, is_proven
        elif at < known[0] or is_proven > known[1]:
            self.edges[a, b] = min(at, known[0]), is_proven or known[1]

    def held(self, claim: Claim) -> Held | None:
        """Give a profile that this batch saw, or that `load` was asked to look for; None where there is none."""
        key = (claim.kind, claim.value)
        if key not in self.profiles and key in self._known:
            id_, customer_id, is_junk = self._known[key]
            epoch = dt.datetime.max.replace(tzinfo=dt.UTC), dt.datetime.min.replace(tzinfo=dt.UTC)
            self.profiles[key] = Held(*key, False, *epoch, id_, customer_id, is_junk, is_new=False)  # noqa: FBT003
        return self.profiles.get(key)

    def known_by_id(self, transaction: Transaction, shop: str, ids: Collection[UUID]) -> dict[UUID, Held]:
        """Give profiles by id, loading those that the batch has not seen."""
        held = {each.id: each for each in self.profiles.values() if each.id in ids}
        for row in profile_table.profiles_by_id(transaction, shop, [id_ for id_ in ids if id_ not in held]):
            held[row.id] = Held(
                row.kind, row.value, row.is_proven, row.first_at, row.last_at, row.id, row.customer_id, row.is_junk,
                is_new=False,
            )  # fmt: skip
        return held

    def forget_known_edges(self, transaction: Transaction, shop: str) -> None:
        """Forget the pairs that say nothing new."""
        old = [(pair, seen) for pair, seen in self.edges.items() if not (pair[0].is_new or pair[1].is_new)]
        told = [(a.id, b.id, *seen) for (a, b), seen in old]
        for place in profile_table.known_pairs(transaction, shop, told):
            del self.edges[old[place][0]]

    def save_sightings(self, transaction: Transaction, shop: str) -> None:
        """Write when known profiles were seen."""
        rows = [
            (held.kind, held.value, held.is_proven, held.first_at, held.last_at)
            for held in self.profiles.values()
            if not held.is_new
        ]
        profile_table.mark_seen(transaction, shop, rows)
