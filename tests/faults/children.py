"""The processes the harnesses start and kill, and what these do until then.

They are forked from a server that has imported ecrm once, so that one more costs milliseconds.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import resource
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ecrm import CRM
from ecrm.errors import UnavailableError
from ecrm.interactions.receiving import Receiver
from faults.fuse import Fuse, fuse_statements
from faults.happenings import happening
from faults.ledger import Ledger

__all__ = [
    "CHILDREN",
    "emit",
    "receive",
    "receive_beside",
    "record",
    "record_under_a_limit",
    "running",
    "shop_engine",
    "work_for_ever",
]

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["faults.children"])
PATIENCE_S = 60
Plant = Callable[[], None] | None


@contextmanager
def running(work: Callable[..., None], *arguments: Any) -> Iterator[BaseProcess]:
    """Run work in a process of its own; at the end it is killed if it still runs."""
    child = CHILDREN.Process(target=work, args=arguments, daemon=True)
    with outside_pytest():
        child.start()
    try:
        yield child
    finally:
        child.kill()
        child.join(PATIENCE_S)


@contextmanager
def outside_pytest() -> Iterator[None]:
    """Hide the main module, pytest, which each child would import; show the server our import path."""
    main, path = sys.modules["__main__"], os.environ.get("PYTHONPATH")
    sys.modules["__main__"] = types.ModuleType("__main__")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        del os.environ["PYTHONPATH"]
        if path is not None:
            os.environ["PYTHONPATH"] = path


def shop_engine(url: str) -> sa.Engine:
    """Open the shop's own database, where its orders are, as a shop does."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS shop_order (id text PRIMARY KEY)")
    return engine


def record(url: str, ledger: Path, writer: str, statements: int, plant: Plant = None) -> None:
    """Record one event after the other, each written into the ledger when `record` has returned."""
    fuse_statements(Fuse(statements))
    if plant is not None:
        plant()
    acknowledged = Ledger(ledger)
    with CRM(url, plugins=[]) as crm:
        for number in itertools.count():
            event = happening(writer, number)
            crm.record(event)
            acknowledged.append(event.source_id)


def emit(url: str, host: str | None, ledger: Path, writer: str, steps: int, plant: Plant = None) -> None:
    """Place one order after the other in the shop's database, its event in the same transaction."""
    if plant is not None:
        plant()
    fuse = Fuse(steps)
    acknowledged = Ledger(ledger)
    engine = shop_engine(host or url)
    with CRM(url, host=host, on_error="raise", plugins=[]) as crm:
        for number in itertools.count():
            event = happening(writer, number)
            with engine.begin() as connection:
                fuse.burn()
                connection.execute(sa.text("INSERT INTO shop_order VALUES (:id)"), {"id": event.source_id})
                fuse.burn()
                crm.emit(event, connection=connection)
                fuse.burn()
            fuse.burn()
            acknowledged.append(event.source_id)


def receive(url: str, host: str | None, batch: int, statements: int, plant: Plant = None) -> None:
    """Receive all that waits, in batches of the given size."""
    fuse_statements(Fuse(statements))
    if plant is not None:
        plant()
    Receiver.receive.__defaults__ = (batch,)
    with CRM(url, host=host, plugins=[]) as crm:
        crm.work()


def receive_beside(url: str, host: str | None, batch: int, met: Any, counts: Any, plant: Plant = None) -> None:
    """Receive beside another worker: a batch, wait until the other had one too, then all that is left."""
    if plant is not None:
        plant()
    Receiver.receive.__defaults__ = (batch,)
    with CRM(url, host=host, plugins=[]) as crm:
        first = crm._core.crew.receiver.receive().settled
        met.wait(PATIENCE_S)
        counts.put((first, crm.work().received))


def work_for_ever(url: str, host: str | None, started: Any, plant: Plant = None) -> None:
    """Run a worker until killed."""
    if plant is not None:
        plant()
    with CRM(url, host=host, plugins=[]) as crm:
        worker = crm.worker()
        worker._wait_s = 0.002
        started.set()
        worker.run_forever()


def record_under_a_limit(url: str, ledger: Path, writer: str, size: int) -> None:
    """Record with files that may not grow past a size, then without: write what was acknowledged."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    acknowledged = Ledger(ledger)
    with CRM(url, plugins=[]) as crm:
        number, refused = 0, 0
        while refused < 2:
            event = happening(writer, number)
            try:
                crm.record(event)
                acknowledged.append(event.source_id)
            except UnavailableError:
                refused += 1
            number += 1
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        crm.record(happening(f"after-{writer}", 0))
        acknowledged.append(f"after-{writer}-0")
