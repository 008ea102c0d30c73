"""Chance that can be repeated: the same seed, the same points."""

from __future__ import annotations

import random

__all__ = ["chance_of"]


def chance_of(seed: object) -> random.Random:
    """Give the chance of a seed."""
    return random.Random(str(seed))  # noqa: S311 - it chooses points, and keeps no secret
