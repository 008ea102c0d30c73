"""Audit: who did what to personal data. Each row holds the hash of the one before; who changes one is found."""
