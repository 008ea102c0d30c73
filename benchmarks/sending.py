"""Deliveries by a channel that does nothing, two workers on PostgreSQL.

The hand-written loop claims a batch by SKIP LOCKED with a lease and a fence, calls a function for each message,
and acknowledges the batch. It asks for no consent, no suppressed address, no budget, no quiet hours, renders
nothing, keeps no receipt and tells no timeline. The job queues are in `jobs`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import jobs
import psycopg
from harness import Figure, compare, postgresql

from ecrm import CRM, Who
from ecrm.hookspecs import Channel, Receipt, hookimpl
from ecrm.messages import Content, Transactional

MESSAGES = 10_000
PEOPLE = 2_000
BATCH = 500
ROUNDS = 5
TAKEN = Receipt("accepted")
CLAIM = (
    "UPDATE bench_message SET state = 'sending', fence = fence + 1, leased_until = now() + interval '90 s' "
    "WHERE id IN (SELECT id FROM bench_message WHERE state = 'waiting' AND due_at <= now() ORDER BY due_at, id "
    "LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id, fence, address, body"
)
SETTLE = (
    "UPDATE bench_message m SET state = 'sent', settled_at = now(), leased_until = NULL "
    "FROM unnest(%s::bigint[], %s::bigint[]) AS r (id, fence) WHERE m.id = r.id AND m.fence = r.fence"
)


class Nowhere:
    """A channel that delivers to nobody."""

    name = "nowhere"

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel."""
        return [Channel("nowhere", "email", self.deliver, batch=BATCH)]

    def deliver(self, messages: Any, _: Any) -> Iterator[Receipt]:
        """Take each message."""
        for _ in messages:
            yield TAKEN


def nothing(_: Any) -> Receipt:
    """Take a message."""
    return TAKEN


def deliver(url: str, start: Any) -> None:
    """Deliver until nothing is due."""
    with CRM(url, plugins=[Nowhere()]) as crm:
        deliverer = crm._core.postroom.deliverer
        start.wait()
        while deliverer.deliver().looked_at:
            pass


def loop(url: str, start: Any) -> None:
    """Do the same by hand."""
    with psycopg.connect(url, autocommit=True) as connection:
        start.wait()
        while rows := connection.execute(CLAIM, (BATCH,)).fetchall():
            for row in rows:
                nothing(row)
            connection.execute(SETTLE, ([row[0] for row in rows], [row[1] for row in rows]))


def sending_side(url: str, work: Callable[..., None], table: str) -> Callable[[int], float]:
    """Give what times a round, in µs a message: all wait again, two workers send them."""
    back = f"UPDATE {table} SET state = 'waiting'"  # a constant of ours
    if table == "ecrm_message":
        back += ", tries = 0, authorised_at = NULL"

    def side(_: int) -> float:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(back)
            connection.execute("TRUNCATE ecrm_inbox")
            connection.execute(f"VACUUM ANALYZE {table}")
        took = jobs.timed(work, url)
        with psycopg.connect(url) as connection:
            left = connection.execute(f"SELECT count(*) FROM {table} WHERE state <> 'sent'").fetchone()
            assert left == (0,), left
        return took / MESSAGES * 1e6

    return side


def prepare(url: str) -> None:
    """Put messages into both tables."""
    expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    with CRM(url, plugins=[Nowhere()], on_error="raise") as crm:
        crm.upgrade()
        crm.messages.configure(delivery="live", public_url="https://shop.example")
        for number in range(MESSAGES):
            who = Who(email=f"p{number % PEOPLE}@example.org")
            content = Content(subject="Your order", text=f"Order {number} is on its way.")
            crm.messages.send(
                Transactional(to=who, channel="nowhere", purpose="order_updates", content=content, reason="shipped",
                              expires_at=expires_at)
            )  # fmt: skip
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE bench_message AS SELECT row_number() OVER () AS id, state, due_at, 0::bigint AS fence, "
            "NULL::timestamptz AS leased_until, NULL::timestamptz AS settled_at, 'p@example.org' AS address, "
            "message AS body FROM ecrm_message"
        )
        connection.execute("ALTER TABLE bench_message ADD PRIMARY KEY (id)")
        connection.execute("CREATE INDEX ON bench_message (due_at, id) WHERE state = 'waiting'")


def measure() -> Iterator[Figure]:
    """Give the figures of sending."""
    with postgresql() as url:
        prepare(url)
        note = f"{MESSAGES:,} messages, two workers"
        ours = sending_side(url, deliver, "ecrm_message")
        by_hand = sending_side(url, loop, "bench_message")
        yield compare("a delivery against a hand-written loop", "PostgreSQL", 1.43, (ours, by_hand), note, ROUNDS)
        sides = ours, jobs.procrastinate_side(url)
        yield compare("a delivery against procrastinate's jobs", "PostgreSQL", 0.025, sides, "", ROUNDS)
        with jobs.celery_side() as celery:
            yield compare("a delivery against Celery's tasks", "PostgreSQL, Redis", 0.025, (ours, celery), "", ROUNDS)


if __name__ == "__main__":
    list(measure())
