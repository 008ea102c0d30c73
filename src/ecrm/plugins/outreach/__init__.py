"""Outreach: what was sent to a customer and what they did with it, as facts; whether they may be written to."""
