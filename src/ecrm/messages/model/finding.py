"""A finding: what is wrong with a template, where, and what to do about it."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = ["Finding"]


@attrs.frozen
class Finding:
    """Say what is wrong with a template.

    Args:
        code: What, in words joined by dots: `variable.unknown`, `law.tr.mersis`, …
        place: Where: subject, text, html, parameters.0, or "" for the whole.
        say: What to do about it.
        is_refused: Whether the template may not go live with it; else it is advice.
        source: The law or standard it follows from; "" where it is the shop's own rule.

    >>> str(Finding("subject.missing", "subject", "give the e-mail a subject"))
    'subject: give the e-mail a subject (subject.missing)'
    """

    code: str
    place: str
    say: str
    is_refused: bool = True
    source: str = attrs.field(default="", kw_only=True)

    @property
    def severity(self) -> Literal["error", "advice"]:
        """Give it in a word."""
        return "error" if self.is_refused else "advice"

    def __str__(self) -> str:
        cited = f"; {self.source}" if self.source else ""
        return f"{self.place or 'template'}: {self.say} ({self.code}{cited})"
