"""The job queues beside reactions: procrastinate on PostgreSQL and Celery on Redis, one no-op job an event.

Only the jobs' way through two workers is timed; putting them into the queue, which a reaction does not need,
costs them nothing here. Both run with their defaults: procrastinate ten jobs at once in each of two processes,
Celery two processes, no results.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import celery
import procrastinate
import redis

REDIS = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/9")
JOBS = 1_000
WORKERS = 2
AT_ONCE = 10
QUEUE, IDLE_QUEUE = "ecrm-bench", "ecrm-bench-idle"
FORK = multiprocessing.get_context("fork")

app = celery.Celery("jobs", broker=REDIS)
app.conf.update(task_default_queue=QUEUE, task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="ecrm-bench.nothing")
def nothing(number: int) -> None:
    """Do nothing about an event."""


def procrastinate_app(url: str) -> tuple[procrastinate.App, Any]:
    """Make an app on the database, and its one task."""
    made = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @made.task(name="nothing")
    def nothing(number: int) -> None:
        """Do nothing about an event."""

    return made, nothing


async def _put(url: str, *, is_new: bool) -> None:
    made, task = procrastinate_app(url)
    async with made.open_async():
        if is_new:
            await made.schema_manager.apply_schema_async()
        await task.batch_defer_async(*({"number": number} for number in range(JOBS)))


async def _drain(url: str, start: Any) -> None:
    made, _ = procrastinate_app(url)
    async with made.open_async():
        start.wait()
        await made.run_worker_async(wait=False, concurrency=AT_ONCE, listen_notify=False)


def drain(url: str, start: Any) -> None:
    """Do jobs until none waits."""
    asyncio.run(_drain(url, start))


def timed(work: Callable[..., None], *arguments: Any) -> float:
    """Give how many seconds two processes work, from when both are ready."""
    start = FORK.Barrier(WORKERS + 1)
    workers = [FORK.Process(target=work, args=(*arguments, start)) for _ in range(WORKERS)]
    for each in workers:
        each.start()
    start.wait()
    began = time.perf_counter()
    for each in workers:
        each.join()
    took = time.perf_counter() - began
    assert [each.exitcode for each in workers] == [0] * WORKERS
    return took


def procrastinate_side(url: str) -> Callable[[int], float]:
    """Give what times a round of procrastinate, in µs a job."""

    def side(number: int) -> float:
        asyncio.run(_put(url, is_new=number == -1))
        return timed(drain, url) / JOBS * 1e6

    return side


@contextlib.contextmanager
def celery_side() -> Iterator[Callable[[int], float]]:
    """Give what times a round of Celery, in µs a job, while its worker runs.

    Its client is in a process of its own: one that has talked to Redis is not forked.
    """
    broker = redis.Redis.from_url(REDIS)
    broker.flushdb()
    broker.close()
    command = [
        sys.executable, "-m", "celery", "-A", "jobs", "worker", "--concurrency", str(WORKERS), "--pool", "prefork",
        "--queues", IDLE_QUEUE, "--loglevel", "ERROR",
    ]  # fmt: skip
    here = Path(__file__).parent
    worker = subprocess.Popen(command, cwd=here, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    client = subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, __file__], cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdin is not None
    assert client.stdout is not None

    def side(_: int) -> float:
        print("round", file=client.stdin, flush=True)
        return float(client.stdout.readline())

    try:
        yield side
    finally:
        client.stdin.close()
        client.wait(30)
        worker.terminate()
        worker.wait(30)


def celery_round(broker: Any) -> float:
    """Queue tasks while nobody takes them, then let the worker; give how many µs each took."""
    app.control.cancel_consumer(QUEUE, reply=True)
    with app.producer_pool.acquire(block=True) as producer:
        for number in range(JOBS):
            nothing.apply_async((number,), producer=producer)
    assert broker.llen(QUEUE) == JOBS
    began = time.perf_counter()
    app.control.add_consumer(QUEUE)
    while broker.llen(QUEUE) or broker.hlen("unacked"):
        time.sleep(0.005)
    return (time.perf_counter() - began) / JOBS * 1e6


def main() -> None:
    """Time a round of Celery for each line that comes in."""
    broker = redis.Redis.from_url(REDIS)
    while not app.control.ping(timeout=1):
        pass
    for _ in sys.stdin:
        print(celery_round(broker), flush=True)
    broker.flushdb()


if __name__ == "__main__":
    main()
