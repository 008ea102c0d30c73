"""Answers as they stand on the log, and what became of invitations: counted, or read with all they say.

Nothing is kept twice: what was voided, erased or emptied since is not there, and what was replayed is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from ecrm.database.streaming import stream
from ecrm.database.transaction import Transaction
from ecrm.database.types import id_of
from ecrm.surveys.tables.answerwords import QUARTER_S, Split, Told, Wanted, Words

__all__ = ["SCORES", "TIMES"]

Page = list[tuple[Any, ...]]
# What a row counts: the number of a question, or one of these.
SCORES, TIMES = -1, -2


def count_answers(
    transaction: Transaction, wanted: Wanted, split: Split, keys: Sequence[tuple[str, Told]], zone: ZoneInfo
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Count answers, a page of counts at a time; inside a snapshot.

    Args:
        transaction: Of the snapshot.
        wanted: Which answers.
        split: What they are split by.
        keys: Of which questions, and what is told of each.
        zone: Of the shop: on which day it was.

    Returns:
        Rows of what is counted, the part, the version, the value, the score as `nps:9`, and how many. The value is the
        day of `SCORES`, the seconds of `TIMES`, and the answer to a question: JSON where it is a list or a mapping.
    """
    words = Words(wanted, is_sqlite=transaction.is_sqlite)
    said = [f"{words.answered(key, place, told)} AS q{place}" for place, (key, told) in enumerate(keys)]
    columns = [f"{words.part(split)} AS part", f"{words.body('version')} AS version", f"{words.score()} AS score",
               f"{words.body('duration_s')} AS took", *said]  # fmt: skip
    if transaction.is_sqlite:
        sql = f"SELECT i.at / {QUARTER_S}000000, {', '.join(columns)} {words.answers_apart(split)}"
        return _counted(stream(transaction, sql, words.parameters), split, zone)
    words.parameters["zone"] = zone.key
    day = "((i.at AT TIME ZONE %(zone)s)::date)::text AS day"
    taken = f"SELECT {day}, {', '.join(columns)} {words.answers_apart(split)}"
    return stream(transaction, _grouped(taken, len(keys)), words.parameters)


def count_outcomes(transaction: Transaction, wanted: Wanted, split: Split) -> Generator[Page]:
    """Count what became of invitations that were asked in the time wanted; inside a snapshot.

    Returns:
        Rows of the part, the version, the state, whether a message asked, whether it was begun, the last question that
        was answered, and how many. By channel nothing can be told.
    """
    words = Words(wanted, is_sqlite=transaction.is_sqlite)
    part = words.part_asked(split)
    columns = f"{part}, i.version, i.state, i.message_id IS NOT NULL, i.viewed_at IS NOT NULL, i.reached, count(*)"
    sql = f"SELECT {columns} {words.invitations()} GROUP BY 1, 2, 3, 4, 5, 6"
    parts = _parts_of(split) if transaction.is_sqlite and split.by == "customer" else None
    for page in stream(transaction, sql, words.parameters):
        yield page if parts is None else [(parts.get(row[0]), *row[1:]) for row in page]


def read_texts(transaction: Transaction, wanted: Wanted, most: int) -> Generator[Page]:
    """Give answers with all they say, the newest first, a page at a time; inside a snapshot.

    Args:
        transaction: Of the snapshot.
        wanted: Which answers.
        most: How many at most.

    Returns:
        Rows of the id, when it was, the customer, the version, the score as `nps:9`, the text, the answers as JSON.
    """
    words = Words(wanted, is_sqlite=transaction.is_sqlite)
    answers = "json_extract(i.body, '$.answers')" if words.is_sqlite else "(i.body->'answers')::text"
    columns = ["i.id", "i.at", "p.customer_id", words.body("version"), words.score(), words.body("text"), answers]
    source = words.answers(with_customer=True)
    sql = f"SELECT {', '.join(columns)} {source} ORDER BY i.at DESC, i.id DESC LIMIT {int(most)}"
    return stream(transaction, sql, words.parameters)


def is_answered(transaction: Transaction, wanted: Wanted) -> bool:
    """Tell whether anybody ever answered the survey, in whatever time."""
    words = Words(attrs.evolve(wanted, since=None, until=None), is_sqlite=transaction.is_sqlite)
    return transaction.run(f"SELECT 1 {words.answers()} LIMIT 1", words.parameters).fetchone() is not None


def read_customers(transaction: Transaction, wanted: Wanted) -> set[UUID]:
    """Give whoever answered, or was asked, in the time wanted; inside a snapshot."""
    found: set[Any] = set()
    words = Words(wanted, is_sqlite=transaction.is_sqlite)
    answered = f"SELECT DISTINCT p.customer_id {words.answers(with_customer=True)}"
    asked = f"SELECT DISTINCT i.customer_id {words.invitations()}"
    for sql in (answered, asked):
        for page in stream(transaction, sql, words.parameters):
            found.update(row[0] for row in page if row[0] is not None)
    return {id_of(one) for one in found} if words.is_sqlite else found


def _grouped(taken: str, questions: int) -> str:
    """Group answers in the database: each is taken apart once, and grouped for each figure."""
    counted = "SELECT {} AS what, part, version, {} AS value, score, count(*) FROM said{} GROUP BY 2, 3, 4, 5"
    figures = [
        counted.format(SCORES, "day", ""),
        f"SELECT {TIMES}, part, NULL, took, NULL, count(*) FROM said WHERE took IS NOT NULL GROUP BY 2, 4",
        *(counted.format(place, f"q{place}", f" WHERE q{place} IS NOT NULL") for place in range(questions)),
    ]
    return f"WITH said AS MATERIALIZED ({taken}) " + " UNION ALL ".join(figures)


def _counted(pages: Iterable[Page], split: Split, zone: ZoneInfo) -> Iterator[Page]:
    """Count answers here: SQLite would sort them all for each figure, and knows no zones.

    Each column of a page is counted by itself; no row is looked at alone.
    """
    days = _Days(zone)
    parts = _parts_of(split) if split.by == "customer" else None
    scores: Counter[Any] = Counter()
    times: Counter[Any] = Counter()
    answers: list[Counter[Any]] = []
    for page in pages:
        quarters, of_row, versions, values, seconds, *said = zip(*page, strict=True)
        if parts is not None:
            of_row = tuple(map(parts.get, of_row))
        scores.update(zip(of_row, versions, map(days.__getitem__, quarters), values, strict=True))
        times.update(zip(of_row, repeat(None), seconds, repeat(None)))
        answers = answers or [Counter() for _ in said]
        for counter, column in zip(answers, said, strict=True):
            counter.update(zip(of_row, versions, column, values, strict=True))
    for what, counter in ((SCORES, scores), (TIMES, times), *enumerate(answers)):
        yield [(what, *key, count) for key, count in counter.items() if key[2] is not None]


def _parts_of(split: Split) -> Mapping[bytes, str]:
    """Give the parts by id as SQLite keeps it."""
    return {who.bytes: part for who, part in split.parts.items()}


class _Days(dict[int, str]):
    """Know on which day of the shop a quarter of an hour lies; each is worked out once."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, quarter: int) -> str:
        day = dt.datetime.fromtimestamp(quarter * QUARTER_S, dt.UTC).astimezone(self._zone).date().isoformat()
        self[quarter] = day
        return day
