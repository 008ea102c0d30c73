"""What the shop may do: purposes, the ledger of who agreed to what, and decisions from it."""

from ecrm.consent.model.decision import Decision, LedgerEntry, Suppression
from ecrm.consent.model.purpose import ConsentText, Purpose

__all__ = ["ConsentText", "Decision", "LedgerEntry", "Purpose", "Suppression"]
