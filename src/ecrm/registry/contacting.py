"""The one question plugins are asked at run time: whether somebody may be contacted. Any no wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ecrm.deadlines import DeadlineError, EndedError, Runner
from ecrm.hookspecs import Contact

__all__ = ["Answer", "Objection", "ask_contact"]

_LONGEST = 500
_COUNTS_AS_NO = "which counts as a no"


@attrs.frozen
class Objection:
    """Be what speaks against a contact.

    Args:
        plugin: Who says so.
        reason: Why, in words a shop reads.
    """

    plugin: str
    reason: str

    def __str__(self) -> str:
        return f"{self.plugin}: {self.reason}"


@attrs.frozen
class Answer:
    """Say whether somebody may be contacted.

    Args:
        reasons: All that speaks against it.

    >>> Answer().is_allowed
    True
    """

    reasons: tuple[Objection, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Tell whether nothing speaks against it."""
        return not self.reasons


def ask_contact(
    answers: Mapping[str, Callable[[Contact], Any]], contact: Contact, runner: Runner, deadline_s: float
) -> Answer:
    """Ask each plugin for itself; one that fails to answer says no.

    Args:
        answers: The plugins' functions, by plugin.
        contact: What is asked.
        runner: Calls them.
        deadline_s: How long each may take, in seconds.
    """
    reasons = ((plugin, _reason(answer, contact, runner, deadline_s)) for plugin, answer in answers.items())
    return Answer(tuple(Objection(plugin, reason) for plugin, reason in reasons if reason is not None))


def _reason(answer: Callable[[Contact], Any], contact: Contact, runner: Runner, deadline_s: float) -> str | None:
    try:
        said = runner.call(lambda: answer(contact), deadline_s=deadline_s)
    except DeadlineError:
        return f"it did not answer within {deadline_s:g} s, {_COUNTS_AS_NO}"
    except EndedError:
        return f"it tried to end the program, {_COUNTS_AS_NO}"
    except Exception as error:  # noqa: BLE001 - a plugin's failure must not let a message out, nor stop the others
        return f"it failed with {type(error).__name__}, {_COUNTS_AS_NO}"
    if said is None:
        return None
    if not isinstance(said, str) or not said.strip():
        return f"it answered with {type(said).__name__} instead of a reason, {_COUNTS_AS_NO}"
    return said.strip()[:_LONGEST]
