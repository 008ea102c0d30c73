"""What a harness asks a CRM after the fault: what is lost, what is not right."""

from __future__ import annotations

from collections.abc import Iterable

from ecrm import CRM

__all__ = ["lost", "stored", "wrong"]


def stored(crm: CRM) -> list[str]:
    """Give the source id of every interaction, as often as it is stored."""
    with crm.database.read() as transaction:
        rows = transaction.run("SELECT source_id FROM ecrm_interaction").fetchall()
    return sorted(row[0] for row in rows)


def lost(crm: CRM, acknowledged: Iterable[str]) -> set[str]:
    """Give what was acknowledged and is not stored."""
    return set(acknowledged) - set(stored(crm))


def wrong(crm: CRM) -> list[str]:
    """Give what the doctor finds wrong, facts and orders counted anew."""
    return [found.detail for found in crm.doctor(recount=True) if not found.is_good]
