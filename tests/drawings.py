"""Fields that plugins draw: one that escapes nothing itself, one that fails."""

from __future__ import annotations


def draw_raw(drawing):
    """Give a text."""
    return f"<b>{drawing.value}</b>"


def draw_nothing(drawing):
    """Fail, and say the answer."""
    raise KeyError(drawing.value)
