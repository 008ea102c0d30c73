"""What reactions and timers must be: functions that answer in time, always the same, and do nothing themselves."""

from __future__ import annotations

import pytest

from ecrm.testing.contracts.hearing import Heard, hear
from ecrm.testing.contracts.stage import Stage, Staged

__all__ = ["Purity"]


class Purity(Staged):
    """Test that reactions and timers are pure functions, and that the history leads to each of them."""

    @pytest.fixture
    def heard(self, stage: Stage) -> list[Heard]:
        """Give what each reaction and timer answers to everything in the history."""
        crm = stage.shop(stage.open(), "heard")
        stage.arrive(crm)
        for event in stage.history:
            crm.record(event)
        return hear(stage, crm)

    def test_the_history_leads_to_every_reaction_and_timer(self, stage: Stage, heard: list[Heard]) -> None:
        """Else nothing of it is tested: give another fixture `history`."""
        said = {(one.is_timer, one.name) for one in heard if one.first}
        wanted = [(False, name) for name in stage.contributions.reactions]
        wanted += [(True, name) for name in stage.contributions.timers]
        silent = [f"the {'timer' if is_timer else 'reaction'} {name}" for is_timer, name in wanted
                  if (is_timer, name) not in said]  # fmt: skip
        assert not silent, f"nothing in the history leads to an effect of {', '.join(silent)}: give one that does"

    def test_the_same_question_has_the_same_answer(self, heard: list[Heard]) -> None:
        """Chance, the machine's time, a counter, or a file would make another."""
        fickle = sorted({str(one) for one in heard if one.first != one.second})
        assert not fickle, f"asked twice about the same, {', '.join(fickle)} answered with other effects"

    def test_what_it_is_given_stays_as_it_is(self, heard: list[Heard]) -> None:
        """It is told, not lent."""
        changing = sorted({str(one) for one in heard if one.was_changed})
        assert not changing, f"{', '.join(changing)} changed what it was given: work on a copy"

    def test_every_answer_comes_in_time(self, heard: list[Heard]) -> None:
        """Who is late holds up everybody else's events."""
        late = sorted({f"{one} took {one.took_s:.2f} s of {one.deadline_s:g} s" for one in heard if _is_late(one)})
        assert not late, f"answers must come within their deadline: {'; '.join(late)}"

    def test_it_answers_with_effects(self, heard: list[Heard]) -> None:
        """With effects that somebody applies, or with nothing."""
        strange = sorted({f"{one}: {_shown(one)}" for one in heard if not _is_effects(one)})
        assert not strange, f"return a list of effects, yield them, or return None; {'; '.join(strange)}"


def _is_late(one: Heard) -> bool:
    return one.took_s >= one.deadline_s


def _is_effects(one: Heard) -> bool:
    if one.first is None:
        return True
    return isinstance(one.first, list) and all(isinstance(effect, one.allowed) for effect in one.first)


def _shown(one: Heard) -> str:
    if isinstance(one.first, str):
        return one.first
    return ", ".join(sorted({type(each).__name__ for each in one.first})) if isinstance(one.first, list) else "no list"
