"""Answers as they stand on the log, and what became of invitations: read a page at a time, and counted elsewhere.

Nothing is kept twice: what was voided, erased or emptied since is not there, and what was replayed is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from typing import Any, Literal
from uuid import UUID

import attrs

from ecrm.database.streaming import stream
from ecrm.database.transaction import Transaction
from ecrm.database.types import id_of, micros
from ecrm.surveys.tables.invitation import PLANNED

__all__ = ["QUARTER_S", "Split", "Told", "Wanted"]

Split = Literal["", "channel", "location_id", "customer"]
# Whether there is an answer, what it is, or what it is where nobody knows of which type.
Told = Literal["whether", "what", "any"]
Page = list[tuple[Any, ...]]
# No zone is off by less, so that a quarter of an hour lies on one day everywhere.
QUARTER_S = 900
_SCALES = ("nps", "csat", "ces")


@attrs.frozen(kw_only=True)
class Wanted:
    """Say which answers are read.

    Args:
        shop: Whose.
        survey: Its key.
        since: From when on; None is from the first.
        until: Before when; None is to the last.
        version: Of which version; None is all.
    """

    shop: str
    survey: str
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    version: int | None = None


def read_answers(
    transaction: Transaction, wanted: Wanted, split: Split, keys: Sequence[tuple[str, Told]]
) -> Generator[Page]:
    """Give what was answered, a page at a time, in no order; inside a snapshot.

    Args:
        transaction: Of the snapshot.
        wanted: Which answers.
        split: What the answers are split by; nothing where it is empty.
        keys: Of which questions, and what is told of each.

    Returns:
        Rows of the part, the version, the score as `nps:9`, the quarter of an hour since 1970 in UTC, the seconds it
        took, and the answer to each question: as JSON where it is a list or a mapping.
    """
    words = _Words(transaction, wanted)
    part = {"": "NULL", "channel": "i.channel", "location_id": words.location(), "customer": "p.customer_id"}[split]
    said = [words.answered(key, place, told) for place, (key, told) in enumerate(keys)]
    columns = [part, words.body("version"), words.score(), words.quarter(), words.body("duration_s"), *said]
    sql = f"SELECT {', '.join(columns)} {words.source(with_customer=split == 'customer')}"
    return stream(transaction, sql, words.parameters)


def read_texts(transaction: Transaction, wanted: Wanted, most: int) -> Generator[Page]:
    """Give answers with all they say, the newest first, a page at a time; inside a snapshot.

    Args:
        transaction: Of the snapshot.
        wanted: Which answers.
        most: How many at most.

    Returns:
        Rows of the id, when it was, the customer, the version, the score as `nps:9`, the text, the answers as JSON.
    """
    words = _Words(transaction, wanted)
    answers = "json_extract(i.body, '$.answers')" if words.is_sqlite else "(i.body->'answers')::text"
    columns = ["i.id", "i.at", "p.customer_id", words.body("version"), words.score(), words.body("text"), answers]
    source = words.source(with_customer=True, is_taken_apart=False)
    sql = f"SELECT {', '.join(columns)} {source} ORDER BY i.at DESC, i.id DESC LIMIT {int(most)}"
    return stream(transaction, sql, words.parameters)


def read_outcomes(transaction: Transaction, wanted: Wanted, split: Split) -> Generator[Page]:
    """Count what became of invitations that were asked in the time wanted; inside a snapshot.

    Returns:
        Rows of the part, the version, the state, whether a message asked, whether it was begun, the last question that
        was answered, and how many. By channel nothing can be told.
    """
    words = _Words(transaction, wanted)
    part = {"location_id": "i.location_id", "customer": "i.customer_id"}.get(split, "NULL")
    columns = f"{part}, i.version, i.state, i.message_id IS NOT NULL, i.viewed_at IS NOT NULL, i.reached"
    sql = (
        f"SELECT {columns}, count(*) FROM ecrm_survey_invitation i WHERE i.shop = {words.named('shop')} "
        f"AND i.survey = {words.named('survey')} AND i.state <> '{PLANNED}' AND i.asked_at IS NOT NULL"
        f"{words.between('i.asked_at')}{words.of_version('i.version')} GROUP BY 1, 2, 3, 4, 5, 6"
    )
    return stream(transaction, sql, words.parameters)


def is_answered(transaction: Transaction, wanted: Wanted) -> bool:
    """Tell whether anybody ever answered the survey, in whatever time."""
    words = _Words(transaction, attrs.evolve(wanted, since=None, until=None))
    source = words.source(with_customer=False, is_taken_apart=False)
    return transaction.run(f"SELECT 1 {source} LIMIT 1", words.parameters).fetchone() is not None


def read_customers(transaction: Transaction, wanted: Wanted) -> set[UUID]:
    """Give whoever answered, or was asked, in the time wanted; inside a snapshot."""
    found: set[Any] = set()
    words = _Words(transaction, wanted)
    answered = f"SELECT DISTINCT p.customer_id {words.source(with_customer=True)}"
    asked = (
        f"SELECT DISTINCT i.customer_id FROM ecrm_survey_invitation i WHERE i.shop = {words.named('shop')} "
        f"AND i.survey = {words.named('survey')} AND i.asked_at IS NOT NULL{words.between('i.asked_at')}"
    )
    for sql in (answered, asked):
        for page in stream(transaction, sql, words.parameters):
            found.update(row[0] for row in page if row[0] is not None)
    return {id_of(one) for one in found} if words.is_sqlite else found


class _Words:
    """Say in the driver's words what is read."""

    def __init__(self, transaction: Transaction, wanted: Wanted) -> None:
        self.is_sqlite = transaction.is_sqlite
        self._wanted = wanted
        self.parameters: dict[str, Any] = {"shop": wanted.shop, "survey": wanted.survey}
        for name, at in (("since", wanted.since), ("until", wanted.until)):
            if at is not None:
                self.parameters[name] = micros(at) if self.is_sqlite else at
        if wanted.version is not None:
            self.parameters["version"] = wanted.version

    def named(self, name: str) -> str:
        return f":{name}" if self.is_sqlite else f"%({name})s"

    def body(self, name: str) -> str:
        return f"json_extract(i.body, '$.{name}')" if self.is_sqlite else f"(i.body->>'{name}')"

    def location(self) -> str:
        return "json_extract(i.context, '$.location_id')" if self.is_sqlite else "(i.context->>'location_id')"

    def score(self) -> str:
        """Give the kind and the value; events of others may hold the value alone, under the word of its scale."""
        scales = ", ".join(f"'{scale}:' || {self.body(scale)}" for scale in _SCALES)
        return f"coalesce({self.body('kind')} || ':' || {self.body('score')}, {scales})"

    def quarter(self) -> str:
        if self.is_sqlite:
            return f"i.at / {QUARTER_S}000000"
        return f"floor(date_part('epoch', i.at) / {QUARTER_S})::bigint"

    def answered(self, key: str, place: int, told: Told) -> str:
        name = f"q{place}"
        self.parameters[name] = f"$.answers.{key}" if self.is_sqlite else key
        said = f"json_extract(i.body, :{name})" if self.is_sqlite else f"(i.answers->>%({name})s::text)"
        if told == "whether":
            return f"CASE WHEN {said} IS NOT NULL THEN 1 END"
        if told == "any" and self.is_sqlite:
            # SQLite has no truth of its own: true would be 1.
            flags = "WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
            return f"CASE json_type(i.body, :{name}) {flags} ELSE {said} END"
        return said

    def between(self, column: str) -> str:
        since = f" AND {column} >= {self.named('since')}" if self._wanted.since is not None else ""
        return since + (f" AND {column} < {self.named('until')}" if self._wanted.until is not None else "")

    def of_version(self, column: str) -> str:
        return f" AND {column} = {self.named('version')}" if self._wanted.version is not None else ""

    def source(self, *, with_customer: bool, is_taken_apart: bool = True) -> str:
        """Give the answers that stand; the kind is written out, or their index would not be used."""
        version = f"CAST({self.named('version')} AS TEXT)"
        of_version = "" if self._wanted.version is None else f" AND {self.body('version')} = {version}"
        where = (
            f"i.shop = {self.named('shop')} AND i.kind = 'Survey Answered' "
            f"AND {self.body('survey_id')} = {self.named('survey')}{self.between('i.at')}{of_version} AND NOT EXISTS "
            "(SELECT 1 FROM ecrm_void v WHERE v.shop = i.shop AND v.profile_id = i.profile_id "
            "AND v.interaction_id = i.id)"
        )
        joined = " LEFT JOIN ecrm_profile p ON p.shop = i.shop AND p.id = i.profile_id" if with_customer else ""
        if self.is_sqlite or not is_taken_apart:
            return f"FROM ecrm_interaction i{joined} WHERE {where}"
        # The answers are taken out of each body once; OFFSET 0 keeps the planner from doing it for each question.
        inner = (
            "SELECT i.shop, i.id, i.profile_id, i.at, i.channel, i.context, i.body, i.body->'answers' AS answers "
            f"FROM ecrm_interaction i WHERE {where} OFFSET 0"
        )
        return f"FROM ({inner}) i{joined}"
