"""Whether a survey can be asked as it is written: keys, blocks, conditions, endings, languages and places in texts.

Each mistake is an InvalidError that names the question or ending and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from ecrm.errors import InvalidError
from ecrm.surveys.model.choosing import Matrix
from ecrm.surveys.model.condition import AtLeast, AtMost, Condition, Contains, Equals, IsAnswered, Leaf, OneOf, leaves
from ecrm.surveys.model.ending import Ending
from ecrm.surveys.model.piping import Pipe, pipes_of
from ecrm.surveys.model.question import Question
from ecrm.surveys.model.wording import Wording

__all__ = ["check_endings", "check_questions", "check_wordings"]

_MOST_QUESTIONS = 100
_MOST_ENDINGS = 20


def check_questions(questions: tuple[Any, ...]) -> None:
    """Refuse questions that are none, share a key, or can not be asked in this order.

    Raises:
        InvalidError: The first mistake.
    """
    if not all(isinstance(one, Question) for one in questions) or not 1 <= len(questions) <= _MOST_QUESTIONS:
        raise InvalidError.of("questions", f"give a list of 1 to {_MOST_QUESTIONS} questions")
    _check_once("questions", [question.key for question in questions])
    if not any(question.takes_answer for question in questions):
        raise InvalidError.of("questions", "ask something: there are only messages")
    blocks = [block for block, _ in groupby(question.block for question in questions) if block]
    apart = next((block for block in blocks if blocks.count(block) > 1), None)
    if apart is not None:
        raise InvalidError.of("questions", f"let the questions of the block {apart} follow each other")
    for index, question in enumerate(questions):
        # In a block nobody knows what was asked before.
        before = [one for one in questions[:index] if not one.block or one.block != question.block]
        _check_condition(f"questions.{question.key}.when", question.when, before)


def check_endings(endings: tuple[Any, ...], questions: tuple[Question, ...]) -> None:
    """Refuse endings that are none, share a key, or leave somebody without one.

    Raises:
        InvalidError: The first mistake.
    """
    if not all(isinstance(one, Ending) for one in endings) or len(endings) > _MOST_ENDINGS:
        raise InvalidError.of("endings", f"give a list of at most {_MOST_ENDINGS} endings")
    _check_once("endings", [ending.key for ending in endings])
    for ending in endings[:-1]:
        if ending.when is None:
            raise InvalidError.of(f"endings.{ending.key}.when", "give a condition: those after it are never shown")
    if endings and endings[-1].when is not None:
        raise InvalidError.of(f"endings.{endings[-1].key}.when", "let the last ending be for everybody else")
    for ending in endings:
        _check_condition(f"endings.{ending.key}.when", ending.when, questions)


def check_wordings(said: Iterable[tuple[str, Wording]], questions: tuple[Question, ...], language: str) -> None:
    """Refuse texts that are not said in the default language, or have places that may stay empty.

    Raises:
        InvalidError: The first mistake.
    """
    by_key = {question.key: question for question in questions}
    order = {question.key: index for index, question in enumerate(questions)}
    for where, wording in said:
        if not wording.is_said_in(language):
            raise InvalidError.of(where, "say it in the default language of the survey too")
        parts = where.split(".")
        before = order[parts[1]] if parts[0] == "questions" else 0 if where == "title" else len(questions)
        known = {key: by_key[key] for key, index in order.items() if index < before}
        for pipe in _pipes(where, wording):
            _check_pipe(where, pipe, known, by_key[parts[1]].block if parts[0] == "questions" else "")


def _pipes(where: str, wording: Wording) -> list[Pipe]:
    try:
        return list(pipes_of(wording))
    except InvalidError as error:
        language, messages = next(iter(error.fields.items()))
        raise InvalidError.of(f"{where}.{language}", messages[0]) from error


def _check_pipe(where: str, pipe: Pipe, known: Mapping[str, Question], block: str) -> None:
    if pipe.of.of == "answer":
        question = known.get(pipe.of.name)
        if question is None or (block and question.block == block):
            raise InvalidError.of(where, f"let the question come before it that {pipe.of} is of")
        _check_row(where, question, pipe.of.row)
        if any(True for _, wording in question.offers() for _ in pipes_of(wording)):
            raise InvalidError.of(where, f"say {pipe.of} only where the choices have no places of their own")
        if question.is_always_answered:
            return
    if pipe.fallback is None:
        raise InvalidError.of(where, f"state what is said where it is missing, as {{{pipe.of}|…}}")


def _check_row(where: str, question: Question, row: str) -> None:
    rows = [one.key for one in question.rows] if isinstance(question, Matrix) else []
    if row not in (rows or [""]):
        raise InvalidError.of(where, f"name a row of the matrix after answer.{question.key}, of others no row")


def _check_condition(where: str, condition: Condition | None, before: Iterable[Question]) -> None:
    known = {question.key: question for question in before}
    for leaf in leaves(condition):
        if leaf.of.of == "fact":
            continue
        question = known.get(leaf.of.name)
        if question is None or not question.takes_answer:
            raise InvalidError.of(where, f"ask {leaf.of} only of a question that comes before it")
        if isinstance(leaf, IsAnswered) and not leaf.of.row:
            continue
        _check_row(where, question, leaf.of.row)
        if isinstance(leaf, Contains) and question.HOLDS == "one":
            raise InvalidError.of(where, f"ask {leaf.of} with another condition: nothing is in it")
        if not isinstance(leaf, Contains) and question.HOLDS == "list":
            raise InvalidError.of(where, f"ask with Contains what is among {leaf.of}: it is a list")
        if not all(question.compares(value, leaf.of.row) for value in _compared(leaf)):
            raise InvalidError.of(where, f"compare {leaf.of} with an answer that can be given")


def _compared(leaf: Leaf) -> tuple[Any, ...]:
    if isinstance(leaf, OneOf):
        return leaf.values
    return (leaf.value,) if isinstance(leaf, Equals | Contains | AtLeast | AtMost) else ()


def _check_once(field: str, keys: list[str]) -> None:
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise InvalidError.of(field, f"name each once: {twice} is there twice")
