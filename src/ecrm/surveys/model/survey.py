"""A survey: its questions and endings, which of them somebody is shown, and what their answers are worth.

Whether a survey can be what its author wrote is checked in `soundness`; who is asked, and when, is elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import check_name
from ecrm.surveys.model.choosing import Matrix
from ecrm.surveys.model.condition import Condition, leaves
from ecrm.surveys.model.ending import THANKS, Ending
from ecrm.surveys.model.piping import fill, pipes_of
from ecrm.surveys.model.place import Place
from ecrm.surveys.model.question import Question
from ecrm.surveys.model.scale import Scale, Score
from ecrm.surveys.model.shuffling import shuffled
from ecrm.surveys.model.soundness import check_endings, check_questions, check_wordings
from ecrm.surveys.model.wording import ANY_LANGUAGE, Wording, check_language, worded
from ecrm.values.open_values import FrozenDict

__all__ = ["Survey"]

# Together with all else an answer is one event, and that has a greatest size.
_LONGEST_IN_ALL = 150_000
_NO_FACTS: Mapping[str, Any] = FrozenDict()


def _check_version(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidError.of(field.name, "give a whole number from 1 up")


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str | Mapping) else (value,)


@attrs.frozen
class Survey:
    """Hold one version of a survey.

    Args:
        key: Its name, the same in all versions.
        title: What customers see above the questions.
        questions: 1 to 100, in order.
        endings: At most 20; the first that holds is shown, the last has no condition. Empty: a word of thanks.
        default_language: The language of readers whose own the survey does not speak; every text is said in it.
        version: From 1 up.
        scored_by: The key of the scale whose answer is the survey's score; the first scale where it is empty.

    Raises:
        InvalidError: It can not be asked as it is; the question or ending is named.

    >>> from ecrm.surveys import Nps, LongText, AtMost
    >>> survey = Survey("nps", "Your opinion", [Nps("score", "How likely are you to recommend us?"),
    ...     LongText("why", "What went wrong?", when=AtMost("answer.score", 6))], default_language="en")
    >>> [question.key for question in survey.path({"score": 9})]
    ['score']
    """

    key: str = attrs.field(validator=check_name)
    title: Wording = attrs.field(converter=worded)
    questions: tuple[Question, ...] = attrs.field(converter=_listed)
    endings: tuple[Ending, ...] = attrs.field(default=(), converter=_listed)
    default_language: str = attrs.field(default="en", validator=check_language, kw_only=True)
    version: int = attrs.field(default=1, validator=_check_version, kw_only=True)
    scored_by: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_questions(self.questions)
        check_endings(self.endings, self.questions)
        check_wordings(self.wordings(), self.questions, self.default_language)
        if self.scored_by != "" and not isinstance(self._question(self.scored_by), Scale):
            raise InvalidError.of("scored_by", "name a question of kind nps, csat or ces")

    def __getitem__(self, key: str) -> Question:
        """Give a question by its key.

        Raises:
            KeyError: There is none.
        """
        question = self._question(key)
        if question is None:
            raise KeyError(key)
        return question

    @property
    def languages(self) -> tuple[str, ...]:
        """Give the languages it speaks throughout, the default one first."""
        spoken = {language for _, wording in self.wordings() for language in wording.texts} - {ANY_LANGUAGE}
        whole = {one for one in spoken if all(wording.is_said_in(one) for _, wording in self.wordings())}
        return (self.default_language, *sorted(whole - {self.default_language}))

    @property
    def facts(self) -> frozenset[str]:
        """Give the names of the facts it looks at, in conditions and texts."""
        conditions = [question.when for question in self.questions] + [ending.when for ending in self.endings]
        places = [leaf.of for condition in conditions for leaf in leaves(condition)]
        places += [pipe.of for _, wording in self.wordings() for pipe in pipes_of(wording)]
        return frozenset(place.name for place in places if place.of == "fact")

    @property
    def scale(self) -> Scale | None:
        """Give the scale whose answer is the survey's score, the first one where none is named; None where it has none.

        >>> from ecrm.surveys import Csat, Nps
        >>> Survey("two", "Two", [Nps("one", "Would you?"), Csat("other", "How was it?")], scored_by="other").scale.kind
        'csat'
        """
        scales = (one for one in self.questions if isinstance(one, Scale) and self.scored_by in {"", one.key})
        return next(scales, None)

    def path(
        self, answers: Mapping[str, Any], facts: Mapping[str, Any] = _NO_FACTS, *, seed: str = ""
    ) -> tuple[Question, ...]:
        """Give the questions that are asked, in order, by what is answered so far.

        Args:
            answers: Checked answers, by question. Those of questions that are not asked count for nothing.
            facts: What is known of the customer, by name.
            seed: Decides the order where it is random, as an invitation's id; empty: as they are written.
        """
        asked: list[Question] = []
        counted: dict[str, Any] = {}
        for question in self.questions:
            if _holds(question.when, counted, facts):
                asked.append(question)
                if question.key in answers:
                    counted[question.key] = answers[question.key]
        # A question without a block is a run of its own, whatever blocks are called.
        runs = groupby(asked, lambda question: (question.block, "" if question.block else question.key))
        ordered = [
            shuffled(run, seed and f"{seed}\0{block}", lambda question: question.key) for (block, _), run in runs
        ]
        return tuple(question for run in ordered for question in run)

    def checked(
        self, answers: Any, facts: Mapping[str, Any] = _NO_FACTS, *, is_partial: bool = False
    ) -> Mapping[str, Any]:
        """Check answers: give those that count, in the form they are kept in.

        Args:
            answers: As they came, by question.
            facts: What is known of the customer, by name.
            is_partial: Whether more is to come: then nothing is missed.

        Returns:
            The answers by question, in the order of the survey; what JSON can hold, numbers as int or Decimal.
            Answers to questions that are not asked on this way are left out.

        Raises:
            InvalidError: Some can not be, or are missing; `fields` has each question. No answer is repeated.

        >>> from ecrm.surveys import Nps
        >>> Survey("nps", "Your opinion", [Nps("score", "Would you recommend us?")]).checked({"score": "9"})
        {'score': 9}
        """
        if not isinstance(answers, Mapping):
            raise InvalidError.of("answers", "give a mapping of questions to answers")
        if not set(answers) <= {question.key for question in self.questions}:
            raise InvalidError.of("answers", "remove what answers no question of this survey")
        clean: dict[str, Any] = {}
        wrong: dict[str, list[str]] = {}
        for question in self.questions:
            if _holds(question.when, clean, facts):
                _check_one(question, answers.get(question.key), clean, wrong, is_partial=is_partial)
        _check_length(clean, wrong)
        if wrong:
            raise InvalidError("; ".join(f"{key}: {said[0]}" for key, said in wrong.items()), wrong)
        return FrozenDict(clean)

    def score(self, answers: Mapping[str, Any]) -> Score | None:
        """Give what checked answers score; None where the scale that scores was not answered.

        What was answered on another scale is an answer to another question, and no score of this one.

        >>> from ecrm.surveys import Nps
        >>> Survey("nps", "Your opinion", [Nps("score", "Would you recommend us?")]).score({"score": 9})
        Score(kind='nps', value=9)
        """
        scale = self.scale
        value = None if scale is None else answers.get(scale.key)
        return None if scale is None or value is None else Score(scale.kind, value)

    def ending(self, answers: Mapping[str, Any], facts: Mapping[str, Any] = _NO_FACTS) -> Ending:
        """Give how it ends for somebody who answered so.

        Args:
            answers: Checked answers, by question.
            facts: What is known of the customer, by name.
        """
        return next((ending for ending in self.endings if _holds(ending.when, answers, facts)), THANKS)

    def said(
        self,
        wording: Wording,
        language: str,
        answers: Mapping[str, Any] = _NO_FACTS,
        facts: Mapping[str, Any] = _NO_FACTS,
        *,
        zone: dt.tzinfo = dt.UTC,
        is_html: bool = False,
    ) -> str:
        """Give a text of the survey as a reader sees it, answers and facts filled in.

        Args:
            wording: A title, question, choice or ending of it.
            language: Of the reader, BCP 47.
            answers: Checked answers, by question.
            facts: What is known of the customer, by name.
            zone: Of the shop: where the time of a fact is on which day.
            is_html: Escape all of it for HTML; not for a template that escapes by itself.

        >>> from ecrm.surveys import Nps
        >>> survey = Survey("nps", "Hello {fact.customer.name|there}", [Nps("score", "Would you recommend us?")])
        >>> survey.said(survey.title, "en", facts={"customer.name": "<Ayşe>"}, is_html=True)
        'Hello &lt;Ayşe&gt;'
        """

        def value_of(place: Place) -> Any:
            value = place.look(answers, facts)
            question = self._question(place.name) if place.of == "answer" else None
            if isinstance(question, Matrix):
                return question.said_row(value, language, self.default_language)
            return question.said(value, language, self.default_language) if question is not None else value

        return fill(wording.said(language, self.default_language), value_of, language, zone=zone, is_html=is_html)

    def wordings(self) -> Iterator[tuple[str, Wording]]:
        """Give all it says, by where: `title`, `questions.score.asks`, `endings.thanks.title`."""
        yield "title", self.title
        for question in self.questions:
            yield from ((f"questions.{question.key}.{where}", wording) for where, wording in question.wordings())
        for ending in self.endings:
            yield from ((f"endings.{ending.key}.{where}", wording) for where, wording in ending.wordings())

    def next_version(self, **changes: Any) -> Survey:
        """Give the next version, with changes; this one stays as it is, and so do its answers.

        >>> from ecrm.surveys import Nps
        >>> Survey("nps", "Opinion", [Nps("score", "Would you?")]).next_version(title="Your opinion").version
        2
        """
        return attrs.evolve(self, **{**changes, "version": self.version + 1})

    def _question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)


def _holds(condition: Condition | None, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return condition is None or condition.holds(answers, facts)


def _check_one(
    question: Question, given: Any, clean: dict[str, Any], wrong: dict[str, list[str]], *, is_partial: bool
) -> None:
    try:
        answer = question.checked(given, is_partial=is_partial)
    except InvalidError as error:
        # Under the question's own key, whatever a check below it named.
        wrong[question.key] = next(iter(error.fields.values()), [str(error)])[:1]
        return
    if answer is not None:
        clean[question.key] = answer


def _check_length(clean: Mapping[str, Any], wrong: dict[str, list[str]]) -> None:
    length = 0
    for key, answer in clean.items():
        length += len(answer) if isinstance(answer, str) else 0
        if length > _LONGEST_IN_ALL:
            wrong[key] = [f"shorten it: all answers together may have {_LONGEST_IN_ALL:,} characters"]
            return
