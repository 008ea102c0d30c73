"""Which answers move with the score: pairs of an answer and a score, as `key_drivers` takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecrm.surveys.model.choosing import OTHER
from ecrm.surveys.results.answered import read_answer
from ecrm.surveys.results.asked import Asked

__all__ = ["pairs_by_driver"]

Pairs = dict[str, Counter[tuple[float, float]]]


def pairs_by_driver(asked: Asked, counts: Mapping[tuple[Any, int], int]) -> Pairs:
    """Give pairs of answers and scores, by driver: the question, or each of its choices.

    Args:
        asked: The question.
        counts: How often, by answer as the log gives it and by score.

    Returns:
        Nothing for texts, days, ticks, and kinds of plugins: they have no order.
    """
    spread = _WAYS.get(asked.way)
    pairs: Pairs = {}
    if spread is None:
        return pairs
    for (value, score), count in counts.items():
        answer = read_answer(asked, value)
        if answer is not None:
            for name, number in spread(asked, answer):
                pairs.setdefault(name, Counter())[number, score] += count
    return pairs


def _number(asked: Asked, answer: Any) -> Iterator[tuple[str, float]]:
    yield asked.name, float(answer)


def _choices(asked: Asked, answer: Any) -> Iterator[tuple[str, float]]:
    chosen = {answer} if isinstance(answer, str) else set(answer)
    for key in dict.fromkeys((*asked.words("choices", "", ""), *_other(asked))):
        yield f"{asked.name}.{key}", float(key in chosen)


def _ranking(asked: Asked, answer: Any) -> Iterator[tuple[str, float]]:
    for place, key in enumerate(answer, 1):
        # The first place is the best: what moves with the score stands higher.
        yield f"{asked.name}.{key}", -float(place)


def _matrix(asked: Asked, answer: Any) -> Iterator[tuple[str, float]]:
    for row, chosen in answer:
        for key in asked.words("choices", "", ""):
            yield f"{asked.name}.{row}.{key}", float(key == chosen)


def _other(asked: Asked) -> tuple[str, ...]:
    return (OTHER,) if getattr(asked.question, "has_other", False) else ()


_WAYS: Mapping[str, Callable[[Asked, Any], Iterator[tuple[str, float]]]] = {
    "scale": _number,
    "number": _number,
    "yes_no": _number,
    "single": _choices,
    "multiple": _choices,
    "ranking": _ranking,
    "matrix": _matrix,
}
