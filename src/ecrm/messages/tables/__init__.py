"""The tables of messages, and their statements."""
