"""What the log says of consent, kept on the ledger in the same transaction.

Nothing else writes the ledger: so no send can pass a withdrawal that is committed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from ecrm.audit.tables import append as append_audit
from ecrm.consent.deciding import ADDRESS_OF, purposes_of
from ecrm.consent.model.decision import LedgerEntry, Suppression
from ecrm.consent.model.purpose import Purpose
from ecrm.consent.tables import ledger as ledger_table
from ecrm.consent.tables import purpose as purpose_table
from ecrm.consent.tables import suppression as suppression_table
from ecrm.customers.tables.profile import ProfileRow, profiles_by_id, profiles_of
from ecrm.database import Transaction
from ecrm.hookspecs import Follower, Regrouping
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.projecting import Projection, Told
from ecrm.shops.model import Settings
from ecrm.values import Actor

__all__ = ["GRANTED", "UNSUBSCRIBED", "WITHDRAWN", "consent_followers", "consent_projection"]

GRANTED, WITHDRAWN, UNSUBSCRIBED = "Consent Granted", "Consent Withdrawn", "Unsubscribed"
CONFIRMED = "double_opt_in"
_WORDS = frozenset({GRANTED, WITHDRAWN, UNSUBSCRIBED})
_SUPPRESSING: Mapping[str, str] = {
    "Email Bounced": "bounced",
    "Message Bounced": "bounced",
    "Email Marked as Spam": "complained",
}


def consent_projection(now: Callable[[], dt.datetime]) -> Projection:
    """Make what keeps the ledger and the suppressed addresses.

    Args:
        now: Gives the time a line is recorded at.
    """

    def apply(transaction: Transaction, shop: str, _: Settings, told: Sequence[Told]) -> None:
        ledger_table.hold_consent(transaction, shop)
        words = [one for one in told if one.entry.kind in _WORDS]
        if words:
            _append(transaction, shop, words, now())
        suppressed = [one for one in told if one.entry.kind in _SUPPRESSING]
        if suppressed:
            _suppress(transaction, shop, suppressed)

    def void(transaction: Transaction, shop: str, wrong: Interaction) -> None:
        ledger_table.hold_consent(transaction, shop)
        if wrong.kind in _WORDS:
            for entry, _ in ledger_table.every_entry_of(transaction, shop, [wrong.profile_id]):
                if entry.id == wrong.id or entry.evidence.get("interaction_id") == str(wrong.id):
                    ledger_table.void_entry(transaction, shop, wrong.profile_id, entry.id, now())
        elif _is_final(wrong.kind, wrong.properties):
            row = profiles_by_id(transaction, shop, [wrong.profile_id])[0]
            address = _address_at(_kind_of(wrong.channel), [(row.kind, row.value)])
            if address is not None:
                suppression_table.drop_at(transaction, shop, address, wrong.at)

    return Projection(_WORDS | _SUPPRESSING.keys(), apply, void)


def consent_followers() -> tuple[Follower, ...]:
    """Give how the ledger follows customers: lines stay with the profile that spoke, and are theirs to see."""

    def follow(transaction: Transaction, regrouping: Regrouping) -> None:
        # Who is one customer decides what may be sent: nobody may be deciding meanwhile.
        ledger_table.hold_consent(transaction, regrouping.shop)

    return (
        Follower(ledger_table.CONSENT.name, follow, "profile_id", "profile"),
        Follower(ledger_table.CONSENT_VOID.name, lambda *_: None, "profile_id", "profile"),
        Follower(
            suppression_table.SUPPRESSION.name, lambda *_: None, "value", "profile",
            export=suppression_table.rows_of_profiles, erase=suppression_table.drop_of_profiles,
        ),
    )  # fmt: skip


def _append(transaction: Transaction, shop: str, words: Sequence[Told], now: dt.datetime) -> None:
    purposes = purposes_of(transaction, shop)
    covers = _covers(transaction, shop, {one.customer_id for one in words})
    versions = {
        (str(said["purpose"]), str(said["text_version"]))
        for one in words
        if (said := one.interaction.properties).get("text_version") and said.get("purpose")
    }
    hashes: dict[tuple[str, str], str] = {}
    for text in purpose_table.texts_of(transaction, shop, sorted(versions)):
        hashes.setdefault((text.purpose, text.version), text.hash)
    entries = [
        entry for one in words for entry in _entries(one, purposes, covers.get(one.customer_id, frozenset()), hashes)
    ]
    ledger_table.append_entries(transaction, shop, entries)
    customers = {one.interaction.profile_id: one.customer_id for one in words}
    for entry in entries:
        told = {"purpose": entry.purpose, "channel": entry.channel, "status": entry.status, "entry": str(entry.id)}
        actor = _actor(entry.actor)
        append_audit(transaction, shop, "consent", customers[entry.profile_id], actor, told, now)


def _entries(
    one: Told,
    purposes: Mapping[str, Purpose],
    covers: frozenset[UUID],
    hashes: Mapping[tuple[str, str], str],
) -> Iterable[LedgerEntry]:
    interaction, said = one.interaction, one.interaction.properties
    if interaction.kind == UNSUBSCRIBED:
        # It names no purpose: it ends all that is advertising on that channel.
        for name in sorted(name for name, one in purposes.items() if one.is_commercial):
            id_ = uuid5(interaction.id, name)
            evidence = {"interaction_id": str(interaction.id)}
            channel = interaction.channel or "email"
            yield _entry(one, id_, name, (channel, "withdrawn"), covers, evidence=evidence)
        return
    purpose, version = str(said["purpose"]), said.get("text_version")
    declared = purposes.get(purpose)
    status = "objected" if said.get("is_objection") else "withdrawn"
    if interaction.kind == GRANTED:
        waits = declared is not None and declared.needs_confirmation and said.get("method") != CONFIRMED
        status = "pending" if waits else "granted"
    evidence = {**(said.get("evidence") or {})}
    if said.get("evidence_ref"):
        evidence["ref"] = said["evidence_ref"]
    text = (version, hashes.get((purpose, version)) if version else None)
    yield _entry(one, interaction.id, purpose, (said.get("channel"), status), covers, evidence=evidence, text=text)


def _entry(
    one: Told,
    id_: UUID,
    purpose: str,
    said: tuple[str | None, Any],
    covers: frozenset[UUID],
    *,
    evidence: Mapping[str, Any],
    text: tuple[str | None, str | None] = (None, None),
) -> LedgerEntry:
    interaction = one.interaction
    actor = interaction.context.get("actor") or {}
    spoke = ":".join(part for part in (actor.get("kind"), actor.get("id")) if part)
    return LedgerEntry(
        id=id_,
        profile_id=interaction.profile_id,
        purpose=purpose,
        channel=said[0],
        status=said[1],
        at=interaction.at,
        recorded_at=interaction.recorded_at,
        covers=covers | {interaction.profile_id},
        text_version=text[0],
        text_hash=text[1],
        source=interaction.source,
        method=interaction.properties.get("method"),
        evidence=evidence,
        actor="customer" if one.entry.is_by_customer else spoke,
    )


def _actor(spoke: str) -> Actor | None:
    kind, _, id_ = spoke.partition(":")
    return Actor(kind, id_ or None) if kind in {"customer", "staff", "system"} else None  # type: ignore[arg-type]


def _covers(transaction: Transaction, shop: str, customers: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in profiles_of(transaction, shop, sorted(customers)):
        found[row.customer_id].add(row.id)
    return {customer: frozenset(ids) for customer, ids in found.items()}


def _suppress(transaction: Transaction, shop: str, told: Sequence[Told]) -> None:
    final = [one for one in told if _is_final(one.entry.kind, one.interaction.properties)]
    rows: dict[UUID, list[ProfileRow]] = defaultdict(list)
    for row in profiles_of(transaction, shop, sorted({one.customer_id for one in final})):
        rows[row.customer_id].append(row)
    found = []
    for one in final:
        kind = _kind_of(one.interaction.channel)
        named = [(claim.kind, claim.value) for claim in one.entry.claims.usable]
        known = [(row.kind, row.value) for row in rows[one.customer_id]]
        # Where the event names no address, the only one they have is meant.
        address = _address_at(kind, named) or _address_at(kind, known, only=True)
        if address is not None:
            found.append(Suppression(*address, _SUPPRESSING[one.entry.kind], one.interaction.at))
    suppression_table.suppress(transaction, shop, found)


def _is_final(kind: str, properties: Mapping[str, Any]) -> bool:
    return kind == "Email Marked as Spam" or bool(properties.get("is_hard"))


def _kind_of(channel: str | None) -> str:
    return ADDRESS_OF.get(channel or "email", "email")


def _address_at(kind: str, identities: Sequence[tuple[str, str]], *, only: bool = False) -> tuple[str, str] | None:
    found = [("email", value.partition(":")[2]) if k == "relay" else (k, value) for k, value in identities]
    found = [address for address in found if address[0] == kind]
    return found[0] if found and (len(found) == 1 or not only) else None
