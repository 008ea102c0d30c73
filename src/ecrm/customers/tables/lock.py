"""The lock of one shop's general writers on PostgreSQL; SQLite's one writer needs none."""

from __future__ import annotations

from ecrm.database.transaction import Transaction

__all__ = ["SHARED_SHOP_LOCK", "hold_shop"]

# The form with two numbers is a space of its own beside the positions' locks.
_KEY = "1701013869, hashtext(%(shop)s)"
SHARED_SHOP_LOCK = f"pg_advisory_xact_lock_shared({_KEY})"


def hold_shop(transaction: Transaction, shop: str) -> None:
    """Wait until no other transaction stores or regroups for this shop; released at its end."""
    if not transaction.is_sqlite:
        transaction.run(f"SELECT pg_advisory_xact_lock({_KEY})", {"shop": shop})
