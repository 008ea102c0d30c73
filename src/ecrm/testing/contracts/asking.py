"""What a kind of question must be: its answers are checked, kept as JSON, and the same when they are read again."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest

from ecrm.errors import EcrmError, InvalidError
from ecrm.hookspecs import QuestionKind
from ecrm.registry import load
from ecrm.surveys import PluginQuestion, Survey, survey_from_wire, survey_to_wire
from ecrm.testing.contracts.stage import Stage, Staged
from ecrm.values.open_values import thaw

__all__ = ["Asking", "QuestionCase"]

_WHEN, _WHO = "2026-01-05T10:00:00+00:00", "canary@example.org"


@attrs.frozen(repr=False)
class QuestionCase:
    """Describe a kind of question to the contract.

    Args:
        kind: Its name.
        right: Answers it takes, as a form or JSON brings them, one or more.
        wrong: Answers it refuses, one or more.
        options: What a survey chooses, where the kind has options.
        wrong_options: Options it refuses; one or more, where the kind has options.
    """

    kind: str
    right: Sequence[Any]
    wrong: Sequence[Any]
    options: Mapping[str, Any] = attrs.field(factory=dict)
    wrong_options: Sequence[Mapping[str, Any]] = ()


class Asking(Staged):
    """Test the kinds of questions a plugin brings."""

    @pytest.fixture
    def questions(self) -> Sequence[QuestionCase]:
        """Give a case for each kind of question the plugin brings."""
        return []

    def test_every_kind_of_question_is_tried(self, stage: Stage, questions: Sequence[QuestionCase]) -> None:
        """With answers it takes, answers it refuses, and options where it has any."""
        kinds = stage.contributions.question_kinds
        told = {case.kind: case for case in questions}
        assert told.keys() == kinds.keys(), (
            f"give a fixture `questions` with a QuestionCase for each of {', '.join(sorted(kinds))}, and for no other"
        )
        for name, case in told.items():
            assert case.right, f"give an answer that {name} takes"
            assert case.wrong, f"give an answer that {name} refuses"
            has_options = kinds[name].record.check_options is not None
            assert bool(case.wrong_options) == has_options, f"give options that {name} refuses where it has any"

    def test_what_renders_its_field_is_there(self, stage: Stage) -> None:
        """The import string leads to something that can be called."""
        for name, owned in stage.contributions.question_kinds.items():
            if owned.record.field is None:
                continue
            try:
                found = load(owned.record.field, f"the field of {name}")
            except EcrmError as error:
                pytest.fail(f"the field of {name} can not be loaded: {error}")
            assert callable(found), f"the field of {name} is nothing that can be called: {owned.record.field}"

    def test_a_question_is_the_same_after_json(self, stage: Stage, questions: Sequence[QuestionCase]) -> None:
        """With its options; a survey is kept so."""
        for case in questions:
            survey = _survey(stage, case)
            read = survey_from_wire(json.loads(json.dumps(survey_to_wire(survey))), _kinds(stage))
            assert read == survey, f"a question of kind {case.kind} is another after JSON: look at its options"

    def test_wrong_options_are_refused(self, stage: Stage, questions: Sequence[QuestionCase]) -> None:
        """When the survey is written, not when it is answered."""
        for case in questions:
            for options in case.wrong_options:
                try:
                    _survey(stage, attrs.evolve(case, options=options))
                except InvalidError:
                    continue
                pytest.fail(f"{case.kind} takes options that are wrong: raise InvalidError in check_options")

    def test_right_answers_are_taken_and_are_the_same_when_read_again(
        self, stage: Stage, questions: Sequence[QuestionCase]
    ) -> None:
        """From what is kept, through JSON: so a file that went out comes back."""
        for case in questions:
            question = _survey(stage, case)["asked"]
            for place, answer in enumerate(case.right):
                where = f"right answer {place} of {case.kind}"
                given = copy.deepcopy(answer)
                kept = _checked(question.checked, given, f"{where} is refused")
                assert kept is not None, f"{where} is taken for none: give what is to be kept"
                assert given == answer, f"{where} was changed while it was checked: work on a copy"
                assert question.checked(copy.deepcopy(answer)) == kept, f"{where} is kept in another way each time"
                again = json.loads(json.dumps(thaw(kept)))
                read = _checked(question.checked, again, f"{where} is refused as it is kept")
                assert read == kept, f"{where} is another when it is checked again: give back what was given"

    def test_wrong_answers_are_refused(self, stage: Stage, questions: Sequence[QuestionCase]) -> None:
        """By an exception of any kind; the customer is told to answer otherwise."""
        for case in questions:
            question = _survey(stage, case)["asked"]
            for place, answer in enumerate(case.wrong):
                try:
                    question.checked(answer)
                except InvalidError:
                    continue
                pytest.fail(f"wrong answer {place} of {case.kind} is taken: raise where it can be none")

    def test_an_answer_is_kept_on_the_timeline_as_it_was_checked(
        self, stage: Stage, questions: Sequence[QuestionCase]
    ) -> None:
        """In the database, and in what goes out of it."""
        crm = stage.open()
        for case in questions:
            survey = _survey(stage, case)
            crm.surveys.write(survey)
            crm.surveys.publish(survey.key)
            rows = [{"at": _WHEN, "id": str(place), "email": _WHO, "answers": {"asked": answer}}
                    for place, answer in enumerate(case.right)]  # fmt: skip
            taken = crm.surveys.take_in(survey.key, rows, source="contract")
            assert not taken.rejected, f"an answer of {case.kind} can not be kept: {taken.rejected[0].reasons}"
            wanted = [thaw(survey["asked"].checked(answer)) for answer in case.right]
            kept = {row["id"]: row["answers"]["asked"] for row in crm.surveys.export(survey.key).rows}
            assert [kept[str(place)] for place in range(len(rows))] == wanted, (
                f"an answer of {case.kind} is kept otherwise"
            )


def _kinds(stage: Stage) -> list[QuestionKind]:
    return [owned.record for owned in stage.contributions.question_kinds.values()]


def _survey(stage: Stage, case: QuestionCase) -> Survey:
    kind = stage.contributions.question_kinds[case.kind].record
    question = PluginQuestion("asked", "What is it?", of=kind, options=case.options)
    return Survey("contract", "A contract", [question])


def _checked(check: Any, value: Any, otherwise: str) -> Any:
    try:
        return check(value)
    except InvalidError as error:
        pytest.fail(f"{otherwise}: {error}")
