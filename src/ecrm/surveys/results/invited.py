"""From invitations to answers: how many were asked, began, finished, and after which question the others stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from ecrm.surveys.model import Question, Survey
from ecrm.surveys.results.counting import Outcomes
from ecrm.surveys.scoring import Estimate, share
from ecrm.surveys.tables.invitation import ANSWERED, EXPIRED, INVITED

__all__ = ["Invited", "Stop", "invited_of", "stops_of"]


@attrs.frozen
class Invited:
    """Keep what became of those who were asked in a time, whenever they answered.

    Args:
        asked: For how many a message was asked for.
        sent: To how many it went.
        answered: How many of those answered.
        waiting: How many of those have not answered and still can.
        begun: How many began, by a link for everybody too.
        finished: How many of those answered to the end.
    """

    asked: int
    sent: int
    answered: int
    waiting: int
    begun: int
    finished: int

    @property
    def response_rate(self) -> Estimate:
        """Give the share of those it went to who answered; who still can answer has not."""
        return share(self.answered, self.sent, counted="invitation")

    @property
    def completion_rate(self) -> Estimate:
        """Give the share of those who began who answered to the end."""
        return share(self.finished, self.begun, counted="beginning")


@attrs.frozen
class Stop:
    """Be how many stopped after a question.

    Args:
        key: The question's key; empty for those who began and answered nothing.
        reached: How many surely came so far.
        stopped: How many of them answered it, and nothing after it.
        share: How many of those who came so far stopped.
    """

    key: str
    reached: int
    stopped: int
    share: Estimate


def invited_of(outcomes: Outcomes) -> Invited:
    """Count invitations by what became of them."""
    counts: Counter[str] = Counter()
    for (_, state, was_asked, is_begun, _), count in outcomes.items():
        if was_asked:
            counts["asked"] += count
            counts["sent"] += count if state in {INVITED, ANSWERED, EXPIRED} else 0
            counts["answered"] += count if state == ANSWERED else 0
            counts["waiting"] += count if state == INVITED else 0
        if is_begun:
            counts["begun"] += count
            counts["finished"] += count if state == ANSWERED else 0
    return Invited(**{field.name: counts[field.name] for field in attrs.fields(Invited)})


def stops_of(outcomes: Outcomes, surveys: Mapping[int, Survey], answered: Mapping[str, int]) -> tuple[Stop, ...]:
    """Say after which question those stopped who did not finish.

    What they answered is not kept; how far they came is. Who still can answer has stopped so far. Whoever
    stopped came past every question that is asked of everybody and stands before the one they stopped at, and past no
    other for sure.

    Args:
        outcomes: Invitations that were begun, and others, which do not count.
        surveys: The versions, by their number.
        answered: How many answered each question, of those who finished.

    Returns:
        Those who answered nothing first, then each question of the newest version, in its order.
    """
    finished = sum(n for (_, state, _, begun, _), n in outcomes.items() if begun and state == ANSWERED)
    stopped: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for (version, state, _, is_begun, reached), count in outcomes.items():
        if not is_begun or state == ANSWERED:
            continue
        stopped[reached or ""] += count
        for question in _before(surveys[version].questions if version in surveys else (), reached):
            passed[question.key] += count
    newest = surveys[max(surveys)].questions if surveys else ()
    begun = finished + sum(stopped.values())
    stops = [Stop("", begun, stopped[""], share(stopped[""], begun, counted="beginning"))]
    for question in newest:
        if question.takes_answer:
            to_the_end = finished if question.when is None else min(answered.get(question.key, 0), finished)
            here = stopped[question.key]
            came = to_the_end + passed[question.key] + here
            stops.append(Stop(question.key, came, here, share(here, came, counted="beginning")))
    return tuple(stops)


def _before(questions: Sequence[Question], reached: str | None) -> list[Question]:
    """Give what was surely asked before a question: nobody knows the order within a block."""
    place = next((place for place, one in enumerate(questions) if one.key == reached), 0)
    block = questions[place].block if questions else ""
    return [one for one in questions[:place] if one.when is None and (not block or one.block != block)]
