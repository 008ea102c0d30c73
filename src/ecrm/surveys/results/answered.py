"""From counts of answers to one question to what is said of it. Counts by answer, in the form the log gives them."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from ecrm.surveys.model import Scale
from ecrm.surveys.model.choosing import OTHER
from ecrm.surveys.results.asked import Asked
from ecrm.surveys.results.quantile import quantile_of
from ecrm.surveys.results.question import (
    Bin,
    ChoiceResult,
    DateResult,
    MatrixResult,
    NumberResult,
    QuestionResult,
    RankingResult,
    ScaleResult,
    ValueResult,
)
from ecrm.surveys.scoring import Moments, mean_of_amounts, mean_on_scale, scored, share
from ecrm.surveys.scoring.interval import note_of

__all__ = ["question_result", "read_answer"]

Language = tuple[str, str]
_LONGEST_SHOWN = 200


def question_result(asked: Asked, counts: Mapping[Any, int], language: Language) -> QuestionResult:
    """Say what was answered to a question.

    Args:
        asked: The question.
        counts: How often, by answer as the log gives it.
        language: In which texts are, and in which where they are not said in that.
    """
    read: Counter[Any] = Counter()
    unread = 0
    for value, count in counts.items():
        answer: Any = read_answer(asked, value)
        if answer is None:
            unread += count
        else:
            read[answer] += count
    n = sum(read.values())
    said = {
        "key": asked.question.key,
        "kind": asked.question.kind,
        "asks": asked.question.asks.said(*language),
        "versions": tuple(sorted(asked.versions, key=int)),
        "n": n,
        "unread": unread,
        "note": note_of(n),
    }
    return _MADE.get(asked.way, _plain)(asked, read, language, said)


def read_answer(asked: Asked, value: Any) -> Any:
    """Read an answer as the log gives it: what can be compared and counted; None where it is no answer to this.

    Args:
        asked: The question.
        value: As `read_answers` gives it: a number, a text, or JSON of a list or mapping.

    Returns:
        An int of a scale, 0 or 1 of yes and no, a key of a choice, a tuple of keys, pairs of row and choice, a
        Decimal, a day, or a text.
    """
    read: Callable[[Asked, Any], Any] = _READ.get(asked.way, _any)
    try:
        return read(asked, value)
    except (ValueError, TypeError, ArithmeticError):
        return None


def _scale(asked: Asked, value: Any) -> int | None:
    number = Decimal(str(value))
    steps = asked.question.steps if isinstance(asked.question, Scale) else range(0)
    return int(number) if number == int(number) and int(number) in steps else None


def _flag(_: Asked, value: Any) -> int | None:
    return {"true": 1, "1": 1, "false": 0, "0": 0}.get(str(value))


def _single(asked: Asked, value: Any) -> str | None:
    return _chosen(asked, json.loads(value) if str(value).startswith("{") else value)


def _chosen(asked: Asked, value: Any) -> str | None:
    if isinstance(value, dict):
        return OTHER if set(value) == {OTHER} else None
    return value if value in asked.words("choices", "", "") else None


def _multiple(asked: Asked, value: Any) -> tuple[str, ...] | None:
    keys = [_chosen(asked, one) for one in _list(value)]
    return tuple(dict.fromkeys(key for key in keys if key is not None)) if keys and None not in keys else None


def _ranking(asked: Asked, value: Any) -> tuple[str, ...] | None:
    keys = _list(value)
    known = asked.words("choices", "", "")
    return tuple(keys) if keys and len(set(keys)) == len(keys) and all(key in known for key in keys) else None


def _matrix(asked: Asked, value: Any) -> tuple[tuple[str, str], ...] | None:
    held = json.loads(value)
    rows, choices = asked.words("rows", "", ""), asked.words("choices", "", "")
    good = isinstance(held, dict) and held and all(row in rows and one in choices for row, one in held.items())
    return tuple((row, held[row]) for row in rows if row in held) if good else None


def _number(_: Asked, value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _date(_: Asked, value: Any) -> dt.date:
    return dt.date.fromisoformat(value)


def _any(asked: Asked, value: Any) -> str:
    """Give the answer to a question of a plugin as JSON that is the same wherever it comes from."""
    if asked.told == "whether":
        return "answered"
    with contextlib.suppress(ValueError):
        value = json.loads(value) if isinstance(value, str) else value
    said = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return said if len(said) <= _LONGEST_SHOWN else f"{said[:_LONGEST_SHOWN]}…"


def _list(value: Any) -> list[Any]:
    held = json.loads(value)
    return held if isinstance(held, list) else []


_READ: Mapping[str, Callable[[Asked, Any], Any]] = {
    "scale": _scale,
    "yes_no": _flag,
    "single": _single,
    "multiple": _multiple,
    "ranking": _ranking,
    "matrix": _matrix,
    "number": _number,
    "date": _date,
}


def _plain(asked: Asked, read: Counter[Any], _: Language, said: Mapping[str, Any]) -> QuestionResult:
    if asked.told == "whether":
        return QuestionResult(**said)
    return ValueResult(counts=dict(sorted(read.items(), key=lambda pair: (-pair[1], pair[0]))), **said)


def _of_scale(asked: Asked, read: Counter[Any], _: Language, said: Mapping[str, Any]) -> QuestionResult:
    return ScaleResult(score=scored(asked.question.kind, read), **said)


def _of_flag(_: Asked, read: Counter[Any], __: Language, said: Mapping[str, Any]) -> QuestionResult:
    counts = {"yes": read[1], "no": read[0]}
    return ChoiceResult(bins=_bins(counts, {"yes": "yes", "no": "no"}, said["n"]), **said)


def _of_single(asked: Asked, read: Counter[Any], language: Language, said: Mapping[str, Any]) -> QuestionResult:
    return ChoiceResult(bins=_bins(read, _words(asked, language), said["n"]), **said)


def _of_multiple(asked: Asked, read: Counter[Any], language: Language, said: Mapping[str, Any]) -> QuestionResult:
    counts: Counter[str] = Counter()
    for keys, count in read.items():
        for key in keys:
            counts[key] += count
    return ChoiceResult(bins=_bins(counts, _words(asked, language), said["n"]), **said)


def _of_ranking(asked: Asked, read: Counter[Any], language: Language, said: Mapping[str, Any]) -> QuestionResult:
    words = _words(asked, language)
    places: dict[str, Counter[int]] = {key: Counter() for key in words}
    for keys, count in read.items():
        for place, key in enumerate(keys, 1):
            places[key][place] += count
    lowest = max((len(keys) for keys in read), default=1)
    ranks = {key: mean_on_scale(counts, range(1, lowest + 1)) for key, counts in places.items()}
    firsts = _bins({key: counts[1] for key, counts in places.items()}, words, said["n"])
    return RankingResult(ranks=ranks, firsts=firsts, **said)


def _of_matrix(asked: Asked, read: Counter[Any], language: Language, said: Mapping[str, Any]) -> QuestionResult:
    says, words = asked.words("rows", *language), _words(asked, language)
    counts: dict[str, Counter[str]] = {row: Counter() for row in says}
    for pairs, count in read.items():
        for row, chosen in pairs:
            counts[row][chosen] += count
    rows = {row: _bins(held, words, sum(held.values())) for row, held in counts.items()}
    return MatrixResult(rows=rows, says=says, **said)


def _of_number(_: Asked, read: Counter[Any], __: Language, said: Mapping[str, Any]) -> QuestionResult:
    exact = {Fraction(value): count for value, count in read.items()}
    sums = (sum(count * value**power for value, count in exact.items()) for power in (1, 2, 3))
    quartiles = (quantile_of(read, 0.25), quantile_of(read, 0.75))
    return NumberResult(
        mean=mean_of_amounts(Moments(said["n"], *sums), counted="answer"), median=quantile_of(read, 0.5),
        quartiles=None if quartiles[0] is None or quartiles[1] is None else (quartiles[0], quartiles[1]),
        least=min(read, default=None), most=max(read, default=None), **said,
    )  # fmt: skip


def _of_date(_: Asked, read: Counter[Any], __: Language, said: Mapping[str, Any]) -> QuestionResult:
    return DateResult(counts=dict(sorted(read.items())), **said)


def _words(asked: Asked, language: Language) -> dict[str, str]:
    words = dict(asked.words("choices", *language))
    if any(getattr(one, "has_other", False) for one in (asked.question, *asked.earlier)):
        words[OTHER] = words.get(OTHER, OTHER)
    return words


def _bins(counts: Mapping[str, int], words: Mapping[str, str], n: int) -> tuple[Bin, ...]:
    shown = {**words, **{key: key for key in counts if key not in words}}
    return tuple(Bin(key, says, counts.get(key, 0), share(counts.get(key, 0), n)) for key, says in shown.items())


_MADE: Mapping[str, Callable[[Asked, Counter[Any], Language, Mapping[str, Any]], QuestionResult]] = {
    "scale": _of_scale,
    "yes_no": _of_flag,
    "single": _of_single,
    "multiple": _of_multiple,
    "ranking": _of_ranking,
    "matrix": _of_matrix,
    "number": _of_number,
    "date": _of_date,
}
