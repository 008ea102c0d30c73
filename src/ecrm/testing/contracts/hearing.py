"""Ask a plugin's reactions and timers directly, each twice, and take down what they answer."""

from __future__ import annotations

import copy
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid5

import attrs

from ecrm.deadlines import DeadlineError
from ecrm.reactions.model.effect import Effect, Keep, SetTimer
from ecrm.reactions.model.timer import Due
from ecrm.testing.contracts.picture import customers_of, timeline_of
from ecrm.testing.contracts.stage import Stage
from ecrm.testing.frozen import FrozenCRM

__all__ = ["Heard", "hear"]

_SPACE = UUID("2b7f8c34-7a3e-4d3c-9a55-0d3f1c0f2a11")
_MOST_FIRINGS = 1_000


@attrs.frozen
class Heard:
    """Hold what a reaction or a timer answered.

    Args:
        name: Of the reaction or the timer.
        is_timer: Which of the two.
        first: What it answered, as a list where it was something to go through.
        second: What it answered to the same question.
        was_changed: Whether it changed what it was given.
        took_s: How long the slower answer took, in seconds.
        deadline_s: How long it may take.
        allowed: What it may answer with.
    """

    name: str
    is_timer: bool
    first: Any
    second: Any
    was_changed: bool
    took_s: float
    deadline_s: float
    allowed: tuple[type[Effect], ...]

    def __str__(self) -> str:
        return f"the {'timer' if self.is_timer else 'reaction'} {self.name}"


def hear(stage: Stage, crm: FrozenCRM) -> list[Heard]:
    """Ask every reaction about everything that happened, and every timer that this sets."""
    heard: list[Heard] = []
    waiting: list[Due] = []
    for answer, given in _reactions(stage, crm):
        heard.append(answer)
        waiting += _set_by(answer, given.id, given.at, given.profile_id)
    for _ in range(_MOST_FIRINGS):
        if not waiting:
            break
        due = waiting.pop(0)
        if due.timer not in stage.contributions.timers:
            continue
        answer = _fired(stage, crm, due)
        heard.append(answer)
        waiting += _set_by(answer, due.id, due.due_at, due.profile_id)
    return heard


def _reactions(stage: Stage, crm: FrozenCRM) -> Iterator[tuple[Heard, Any]]:
    parts = crm._core.crew.parts  # noqa: SLF001 - a contract asks as the worker does
    happened = [one for found in customers_of(crm) for one in timeline_of(crm, found.id)]
    for owned in stage.contributions.reactions.values():
        reaction = owned.record
        allowed = (Keep,) if reaction.keeps else parts.appliers.kinds
        for one in happened:
            if not reaction.kinds or one.kind in reaction.kinds:
                ask = parts.questions(crm.shop.key, stage.name, one.profile_id, crm.clock())
                called = (reaction.name, reaction.react, one, ask, reaction.deadline_s)
                yield _twice(crm, called, allowed, is_timer=False), one


def _fired(stage: Stage, crm: FrozenCRM, due: Due) -> Heard:
    parts = crm._core.crew.parts  # noqa: SLF001 - a contract asks as the worker does
    timer = stage.contributions.timers[due.timer].record
    ask = parts.questions(crm.shop.key, stage.name, due.profile_id, due.due_at)
    return _twice(crm, (timer.name, timer.fire, due, ask, timer.deadline_s), parts.appliers.kinds, is_timer=True)


def _twice(
    crm: FrozenCRM,
    called: tuple[str, Callable[[Any, Any], Any], Any, Any, float],
    allowed: tuple[type[Effect], ...],
    *,
    is_timer: bool,
) -> Heard:
    name, function, given, ask, deadline_s = called
    runner = crm._core.crew.parts.runner  # noqa: SLF001 - under the deadline, as the worker does
    answers, slowest_s, was_changed = [], 0.0, False
    for _ in range(2):
        copied = copy.deepcopy(given)
        began = time.monotonic()
        try:
            answers.append(runner.call(lambda it=copied: _listed(function(it, ask)), deadline_s=deadline_s))  # type: ignore[misc]
        except DeadlineError:
            answers.append(None)
        except Exception as error:  # noqa: BLE001 - what a plugin fails with is another test's
            answers.append(type(error).__name__)
        slowest_s = max(slowest_s, time.monotonic() - began)
        was_changed = was_changed or copied != given
    first, second = answers
    return Heard(name, is_timer, first, second, was_changed, slowest_s, deadline_s, allowed)


def _listed(returned: Any) -> Any:
    is_several = hasattr(returned, "__iter__") and not isinstance(returned, str | bytes | dict)
    return list(returned) if is_several else returned


def _set_by(heard: Heard, cause: UUID, at: dt.datetime, whose: UUID) -> list[Due]:
    effects = heard.first if isinstance(heard.first, list) else []
    return [
        Due(
            timer=one.timer,
            key=one.timer_key,
            due_at=one.at,
            details=json.loads(json.dumps(dict(one.details))),
            set_by=cause,
            set_at=at,
            profile_id=whose,
            id=uuid5(_SPACE, f"{one.timer}\n{one.timer_key}\n{cause}"),
        )
        for one in effects
        if isinstance(one, SetTimer)
    ]
