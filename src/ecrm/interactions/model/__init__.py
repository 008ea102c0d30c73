"""The rules of what happened: entries, orders, facts; no database, no clock."""
