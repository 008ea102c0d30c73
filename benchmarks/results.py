"""Results over a million answers: crm.surveys.results beside the same counts in hand-written SQL over the same rows.

The survey has a score, a second scale, three questions with choices, and a text. Both count each answer by value and by
score, the score by day, how long it took, and invitations by what became of them; both leave out what was voided. The
baseline knows the survey by heart and is one statement: it takes the answers out of the JSON once, keeps them, and
groups seven times; one statement a figure, or GROUPING SETS, took longer. It works no interval out, which takes ours a
hundredth of a second, and reads no definition.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
from harness import Figure, compare, folder, postgresql

from ecrm import CRM
from ecrm.surveys import Csat, LongText, Multiple, Nps, Single, Survey, YesNo

ANSWERS = int(os.environ.get("SURVEY_ANSWERS", "1000000"))
# Five of thirteen did not answer.
SILENT = ANSWERS * 5 // 8
ROUNDS = 5
BEGIN = 1_735_689_600_000_000
YEAR = 365 * 86_400_000_000
CHOICES = ("late", "wet", "price", "other")
LIKED = ("price", "speed", "taste", "help")
SURVEY = Survey("mood", "Mood", [
    Nps("score", "Would you recommend us?"), LongText("comment", "Why?"),
    Single("why", "Which?", choices=dict.fromkeys(CHOICES, "Word")),
    Multiple("liked", "What?", choices=dict.fromkeys(LIKED, "Word")),
    YesNo("again", "Again?"), Csat("ease", "How easy?"),
])  # fmt: skip
LOG = (
    "position", "shop", "id", "profile_id", "at", "recorded_at", "kind", "is_live", "source", "source_id", "body",
)  # fmt: skip
ASKED = (
    "shop", "id", "survey", "version", "cause", "state", "asked_at", "viewed_at", "reminders", "message_id", "reached",
)  # fmt: skip


def answers() -> Iterator[tuple[int, int, str]]:
    """A year of answers, one after the other: the number, the time, the body as ecrm writes it."""
    chance = random.Random(7)
    for number in range(ANSWERS):
        score = min(10, max(0, int(chance.gauss(8, 2.2))))
        said: dict[str, Any] = {"score": score, "why": CHOICES[min(3, int(abs(chance.gauss(0, 1.3))))]}
        liked = [one for one in LIKED if chance.random() < 0.4]
        said |= {"liked": liked} if liked else {}
        said |= {"again": chance.random() < 0.5 + score / 25, "ease": min(5, max(1, int(chance.gauss(4, 1))))}
        said |= {"comment": "It was all right, I think."} if chance.random() < 0.1 else {}
        body = {
            "survey_id": "mood", "invitation_id": f"{number:032x}", "version": "1", "kind": "nps",
            "score": str(score), "nps": str(score), "answers": said, "duration_s": int(chance.expovariate(1 / 60)),
        }  # fmt: skip
        yield number, BEGIN + number * YEAR // ANSWERS, json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def invitations() -> Iterator[tuple[int, int, str, bool]]:
    """Who was asked: the number, the time, what became of it, whether it was begun."""
    for number in range(ANSWERS + SILENT):
        at = BEGIN + number * YEAR // (ANSWERS + SILENT)
        yield number, at, "answered" if number < ANSWERS else "expired", number < ANSWERS or number % 4 == 0


def seeded(url: str) -> CRM:
    """A CRM whose survey is live."""
    crm = CRM(url, on_error="raise", plugins=[])
    crm.upgrade()
    crm.shop.configure(zone="Europe/Istanbul")
    crm.surveys.write(SURVEY)
    crm.surveys.publish("mood")
    return crm


def fill_sqlite(path: str) -> None:
    """Add the rows by hand."""
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA synchronous=OFF")
    bare.execute("BEGIN")
    bare.executemany(
        f"INSERT INTO ecrm_interaction ({', '.join(LOG)}) VALUES ({', '.join('?' * len(LOG))})",
        ((1_000 + n, "main", id_(n), id_(n + 7), at, at, "Survey Answered", 1, "surveys", str(n), body)
         for n, at, body in answers()),
    )  # fmt: skip
    bare.executemany(
        f"INSERT INTO ecrm_survey_invitation ({', '.join(ASKED)}) VALUES ({', '.join('?' * len(ASKED))})",
        (("main", id_(n), "mood", 1, id_(n), state, at, at if begun else None, 0, id_(n), reached(state, begun=begun))
         for n, at, state, begun in invitations()),
    )  # fmt: skip
    bare.execute("COMMIT")
    bare.execute("ANALYZE")
    bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bare.close()


def fill_postgresql(url: str) -> None:
    """Add the rows by hand."""
    with psycopg.connect(url, autocommit=True) as bare:
        bare.execute("SET synchronous_commit = off")
        with bare.cursor().copy(f"COPY ecrm_interaction ({', '.join(LOG)}) FROM STDIN") as copy:
            for n, micros, body in answers():
                at = moment(micros)
                copy.write_row(
                    (1_000 + n, "main", UUID(int=n), UUID(int=n + 7), at, at, "Survey Answered", True, "surveys",
                     str(n), body)
                )  # fmt: skip
        with bare.cursor().copy(f"COPY ecrm_survey_invitation ({', '.join(ASKED)}) FROM STDIN") as copy:
            for n, micros, state, begun in invitations():
                at, own = moment(micros), UUID(int=n)
                copy.write_row(
                    ("main", own, "mood", 1, own, state, at, at if begun else None, 0, own,
                     reached(state, begun=begun))
                )  # fmt: skip
        bare.execute("VACUUM ANALYZE ecrm_interaction")
        bare.execute("VACUUM ANALYZE ecrm_survey_invitation")


def id_(number: int) -> bytes:
    """An id as SQLite keeps it."""
    return number.to_bytes(16, "big")


def moment(micros: int) -> dt.datetime:
    """A time as PostgreSQL takes it."""
    return dt.datetime.fromtimestamp(micros / 1e6, dt.UTC)


def reached(state: str, *, begun: bool) -> str | None:
    """How far somebody came."""
    return ("ease" if state == "answered" else "score") if begun else None


def ours(crm: CRM) -> Callable[[int], int]:
    """All of it, with intervals."""

    def side(_: int) -> int:
        results = crm.surveys.results("mood")
        assert results.n == ANSWERS
        assert results.invited.sent == ANSWERS + SILENT
        assert len(results.trend("day")) in {365, 366}
        return ANSWERS

    return side


COLUMNS = ("score", "why", "liked", "again", "ease", "comment")
GROUPED = " UNION ALL ".join([
    *(f"SELECT '{name}', {name}, score, count(*) FROM said GROUP BY 2, 3" for name in COLUMNS if name != "score"),
    "SELECT 'day', day, score, count(*) FROM said GROUP BY 2, 3",
    "SELECT 'took', took, NULL, count(*) FROM said GROUP BY 2",
    "SELECT state, reached, CASE WHEN viewed_at IS NULL THEN 'not begun' END, count(*) FROM ecrm_survey_invitation "
    "WHERE shop = 'main' AND survey = 'mood' AND asked_at IS NOT NULL GROUP BY 1, 2, 3",
])  # fmt: skip
STANDS = (
    "NOT EXISTS (SELECT 1 FROM ecrm_void v WHERE v.shop = i.shop AND v.profile_id = i.profile_id "
    "AND v.interaction_id = i.id)"
)


def raw_sqlite(path: str) -> Callable[[int], int]:
    """One statement by sqlite3; the zone has one offset in that year."""
    connection = sqlite3.connect(path)
    taken = ", ".join(f"json_extract(body, '$.answers.{name}') AS {name}" for name in COLUMNS[:-1])
    sql = (
        f"WITH said AS MATERIALIZED (SELECT {taken}, json_extract(body, '$.answers.comment') IS NOT NULL AS comment, "
        "date(at / 1000000, 'unixepoch', '+3 hours') AS day, json_extract(body, '$.duration_s') AS took "
        "FROM ecrm_interaction i WHERE shop = 'main' AND kind = 'Survey Answered' "
        f"AND json_extract(body, '$.survey_id') = 'mood' AND {STANDS}) {GROUPED}"
    )
    return _counting(lambda: connection.execute(sql).fetchall())


def raw_postgresql(url: str) -> Callable[[int], int]:
    """One statement by psycopg."""
    connection = psycopg.connect(url, autocommit=True)
    taken = ", ".join(f"answers->>'{name}' AS {name}" for name in COLUMNS[:-1])
    sql = (
        f"WITH said AS MATERIALIZED (SELECT {taken}, (answers ? 'comment')::text AS comment, day, took FROM (SELECT "
        "body->'answers' AS answers, ((at AT TIME ZONE 'Europe/Istanbul')::date)::text AS day, "
        "body->>'duration_s' AS took FROM ecrm_interaction i WHERE shop = 'main' AND kind = 'Survey Answered' "
        f"AND body->>'survey_id' = 'mood' AND {STANDS} OFFSET 0) a) {GROUPED}"
    )
    return _counting(lambda: connection.execute(sql).fetchall())


def _counting(run: Callable[[], list[tuple[Any, ...]]]) -> Callable[[int], int]:
    def side(_: int) -> int:
        rows = run()
        assert sum(row[3] for row in rows if row[0] == "day") == ANSWERS
        assert sum(row[3] for row in rows if row[0] in {"answered", "expired"}) == ANSWERS + SILENT
        return ANSWERS

    return side


def measure() -> Iterator[Figure]:
    """Give the figures of results."""
    what, rows = "surveys.results()", f"{ANSWERS:,} answers"
    with folder() as place:
        crm = seeded(f"sqlite:///{place}/crm.db")
        fill_sqlite(f"{place}/crm.db")
        yield compare(what, f"SQLite, {rows}", 2, (ours(crm), raw_sqlite(f"{place}/crm.db")), rounds=ROUNDS)
        crm.close()
    with postgresql() as url:
        crm = seeded(url.replace("postgresql:", "postgresql+psycopg:", 1))
        fill_postgresql(url)
        yield compare(what, f"PostgreSQL, {rows}", 2, (ours(crm), raw_postgresql(url)), rounds=ROUNDS)
        crm.close()
