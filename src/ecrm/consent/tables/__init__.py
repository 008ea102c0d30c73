"""The tables of consent, and their statements."""
