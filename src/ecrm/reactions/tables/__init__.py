"""The tables of reactions."""
