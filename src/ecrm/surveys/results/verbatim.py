"""What people wrote: the newest first, found by what is in it, in any case of letters."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ecrm.database.types import id_of, moment
from ecrm.surveys.model.choosing import OTHER
from ecrm.surveys.results.making import score_in
from ecrm.surveys.scoring import band_of
from ecrm.values.casing import folded

__all__ = ["Verbatim", "verbatims_in"]

Row = tuple[Any, ...]


@attrs.frozen(kw_only=True, repr=False)
class Verbatim:
    """Be what somebody wrote.

    Args:
        text: The words, as they are.
        question: The key of the question; `text` where the event that told of it names none.
        at: When it was answered.
        customer_id: Who wrote it.
        version: The version that was answered; None where it is not known.
        kind: nps, csat or ces; None where the answer has no score.
        score: The score.
        band: Its band, as detractor.
        interaction_id: The answer on the timeline.
    """

    text: str
    question: str
    at: dt.datetime
    customer_id: UUID | None
    version: str | None
    kind: str | None
    score: int | None
    band: str | None
    interaction_id: UUID

    def __repr__(self) -> str:
        return f"<Verbatim {self.interaction_id} {self.question}>"


def verbatims_in(
    pages: Iterable[Sequence[Row]], keys: Mapping[str, bool], search: str | None, band: str | None
) -> Iterator[Verbatim]:
    """Give what people wrote.

    Args:
        pages: As `read_texts` gives them.
        keys: Of the questions that may hold words: whether only what was written beside the choices is meant.
        search: What is in the text; None is anything.
        band: The band of the score; None is any.
    """
    wanted = None if search is None else folded(search)
    for page in pages:
        for row in page:
            score = score_in(row[4])
            if band is not None and (score is None or band_of(*score) != band):
                continue
            for question, text in _texts(row, keys):
                if wanted is None or wanted in folded(text):
                    yield _verbatim(row, question, text, score)


def _texts(row: Row, keys: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    answers = json.loads(row[6]) if isinstance(row[6], str) else {}
    found = False
    for key, is_beside_choices in keys.items():
        for text in _written(answers.get(key), is_beside_choices=is_beside_choices):
            found = True
            yield key, text
    if not found and isinstance(row[5], str) and row[5]:
        yield "text", row[5]


def _written(answer: Any, *, is_beside_choices: bool) -> Iterator[str]:
    if not is_beside_choices:
        if isinstance(answer, str) and answer:
            yield answer
        return
    for one in answer if isinstance(answer, list) else [answer]:
        if isinstance(one, dict) and isinstance(one.get(OTHER), str):
            yield one[OTHER]


def _verbatim(row: Row, question: str, text: str, score: tuple[str, int] | None) -> Verbatim:
    id_, at, customer, version, *_ = row
    is_stored = isinstance(id_, bytes)
    kind, value = score or (None, None)
    return Verbatim(
        text=text, question=question, at=moment(at) if isinstance(at, int) else at.astimezone(dt.UTC),
        customer_id=id_of(customer) if is_stored and customer is not None else customer, version=version,
        kind=kind, score=value, band=None if score is None else band_of(*score),
        interaction_id=id_of(id_) if is_stored else id_,
    )  # fmt: skip
