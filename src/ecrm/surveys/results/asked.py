"""The questions of all versions of a survey, put together: those with the same key and kind are one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from ecrm.surveys.model import PluginQuestion, Question, Scale, Survey
from ecrm.surveys.tables.answerwords import Told

__all__ = ["Asked", "asked_in", "kind_of"]

_WHETHER = frozenset({"short_text", "long_text", "email", "phone", "consent"})


@attrs.frozen
class Asked:
    """Be a question, in all versions that asked it.

    Args:
        name: Its key; with its kind behind it where a newer version asks something else by that key.
        question: As it was asked last.
        earlier: As it was asked before, the newest first.
        versions: In which versions.
        is_newest: Whether the newest version asks it: then answers of a version nobody knows are to it.
    """

    name: str
    question: Question
    earlier: tuple[Question, ...]
    versions: frozenset[str]
    is_newest: bool

    @property
    def way(self) -> str:
        """Give the word for how it is answered: its kind, of nps, csat and ces alike `scale`."""
        return "scale" if isinstance(self.question, Scale) else self.question.kind

    @property
    def told(self) -> Told:
        """Give what is told of its answers: of what somebody wrote, or ticked, only that there is one."""
        if self.question.kind in _WHETHER:
            return "whether"
        return "any" if isinstance(self.question, PluginQuestion) else "what"

    def is_in(self, version: str, known: frozenset[str]) -> bool:
        """Tell whether an answer of a version is one to it."""
        return version in self.versions if version in known else self.is_newest

    def words(self, of: str, language: str, fallback: str) -> Mapping[str, str]:
        """Give what choices or rows say, by key: as they were said last, those of earlier versions after them.

        Args:
            of: choices or rows.
            language: In which language.
            fallback: In which where it is not said in that.
        """
        found: dict[str, str] = {}
        for question in (self.question, *self.earlier):
            for choice in getattr(question, of, ()):
                found.setdefault(choice.key, choice.says.said(language, fallback))
        return found


def asked_in(surveys: Sequence[Survey]) -> tuple[Asked, ...]:
    """Put the questions of versions together.

    Args:
        surveys: The versions, the oldest first.

    Returns:
        Those of the newest version in its order, then those only older ones asked.
    """
    found: dict[tuple[str, str], list[tuple[Question, str]]] = {}
    for survey in reversed(surveys):
        for question in survey.questions:
            if question.takes_answer:
                found.setdefault((question.key, question.kind), []).append((question, str(survey.version)))
    newest = {(one.key, one.kind) for one in surveys[-1].questions} if surveys else set()
    taken: set[str] = set()
    asked = []
    for (key, kind), held in found.items():
        name = f"{key}:{kind}" if key in taken else key
        taken.add(key)
        questions, versions = [one for one, _ in held], frozenset(version for _, version in held)
        asked.append(Asked(name, questions[0], tuple(questions[1:]), versions, (key, kind) in newest))
    return tuple(asked)


def kind_of(surveys: Iterable[Survey]) -> str | None:
    """Give the kind of score of the newest version that has one.

    Args:
        surveys: The versions, the oldest first.
    """
    scales = (survey.scale for survey in reversed(list(surveys)))
    return next((scale.kind for scale in scales if scale is not None), None)
