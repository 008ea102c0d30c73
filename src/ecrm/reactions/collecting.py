"""Ask plugins what is to be done: under a deadline, outside any transaction, one cause after the other.

A cause of which a plugin raises, exits, returns garbage or does not come back is a failure of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from ecrm.deadlines import DeadlineError, Runner
from ecrm.reactions.model.cause import Cause, Failure, Outcome, said_of
from ecrm.reactions.model.effect import Effect, check_effects

__all__ = ["Collected", "Question", "collect"]

# A batch is cut off here, so that its lease and its transaction stay short; what is left comes next.
BUDGET_S = 5.0
# Two reactions that derive from each other would fill the log.
DEEPEST = 10


class Question:
    """Hold what a plugin is asked; its cause is made where something comes of it, since mostly nothing does.

    Args:
        cause_of: Makes the cause: about what.
        ask: Calls the plugin's function.
    """

    __slots__ = ("_cause", "_cause_of", "ask")

    def __init__(self, cause_of: Callable[[], Cause], ask: Callable[[], Any]) -> None:
        self.ask = ask
        self._cause_of = cause_of
        self._cause: Cause | None = None

    @property
    def cause(self) -> Cause:
        """Give about what is asked, the same each time."""
        if self._cause is None:
            self._cause = self._cause_of()
        return self._cause


@attrs.frozen
class Collected:
    """Hold what a batch led to.

    Args:
        outcomes: What is to be done, where anything is.
        failures: Of which causes nothing came.
        count: How many of the questions were asked, from the first on.
        has_hung: Whether the last one did not come back.
    """

    outcomes: tuple[Outcome, ...]
    failures: tuple[Failure, ...]
    count: int
    has_hung: bool = False


def collect(
    runner: Runner, questions: Sequence[Question], deadline_s: float, allowed: tuple[type[Effect], ...]
) -> Collected:
    """Ask questions one after the other, until all are asked, time is up, or one does not come back.

    Args:
        runner: Calls under a deadline.
        questions: What is asked.
        deadline_s: How long each may take, in seconds of the machine.
        allowed: The kinds of effects that somebody applies.
    """
    answers: list[Outcome | Failure | None] = []
    try:
        runner.call(lambda: _ask_all(questions, allowed, answers), deadline_s=deadline_s, steps=lambda: len(answers))
    except DeadlineError as error:
        # What is left behind may still append: its answers count up to here.
        given = tuple(answers[: len(questions)])
        late = Failure(questions[len(given)].cause, str(error))
        return _collected((*given, late), has_hung=True)
    return _collected(tuple(answers))


def _ask_all(
    questions: Sequence[Question], allowed: tuple[type[Effect], ...], answers: list[Outcome | Failure | None]
) -> None:
    began = time.monotonic()
    for question in questions:
        answers.append(_answer(question, allowed))
        if time.monotonic() - began > BUDGET_S:
            return


def _answer(question: Question, allowed: tuple[type[Effect], ...]) -> Outcome | Failure | None:
    try:
        returned = question.ask()
        effects = () if returned is None else check_effects(returned, allowed)
    except Exception as error:  # noqa: BLE001 - a plugin's code may raise anything: the others must go on
        # Where the database is away, applying finds it so too, and nothing of this is kept.
        return Failure(question.cause, said_of(error))
    except (SystemExit, KeyboardInterrupt, GeneratorExit):
        return Failure(question.cause, "it tried to end the program")
    if not effects:
        return None
    if question.cause.depth >= DEEPEST:
        return Failure(question.cause, "reactions derive from each other without an end: mend one of them")
    return Outcome(question.cause, effects)


def _collected(answers: Sequence[Outcome | Failure | None], *, has_hung: bool = False) -> Collected:
    outcomes = tuple(one for one in answers if isinstance(one, Outcome))
    failures = tuple(one for one in answers if isinstance(one, Failure))
    return Collected(outcomes, failures, len(answers), has_hung)
