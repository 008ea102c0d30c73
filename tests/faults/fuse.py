"""A fuse: the process kills itself, as kill -9 does, when something has happened so many times."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from ecrm.database import Database, Transaction

__all__ = ["Fuse", "fuse_statements", "fuse_transactions"]


class Fuse:
    """Kill this process at the n-th time it is burned; 0 never does."""

    def __init__(self, length: int) -> None:
        self._left = length

    def lengthen(self, length: int) -> None:
        """Begin again with another length."""
        self._left = length

    def burn(self) -> None:
        """Burn once."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class FusedDriver:
    """A driver's connection that burns the fuse before and after each statement."""

    def __init__(self, driver: Any, fuse: Fuse) -> None:
        self._driver = driver
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def execute(self, *arguments: Any) -> Any:
        """Run a statement between two burns."""
        self._fuse.burn()
        result = self._driver.execute(*arguments)
        self._fuse.burn()
        return result


def fuse_statements(fuse: Fuse) -> None:
    """Let every driver statement of ecrm in this process burn the fuse."""
    open_ = Database.open

    def opened(self: Database) -> Any:
        held = open_(self)
        held.driver = FusedDriver(held.driver, fuse)
        return held

    Database.open = opened


def fuse_transactions(fuse: Fuse) -> None:
    """Let each step of each transaction in this process burn the fuse: statements, begin, commit."""
    for name in ("run", "run_many", "core", "begin", "commit"):
        setattr(Transaction, name, _burning(getattr(Transaction, name), fuse))


def _burning(step: Callable[..., Any], fuse: Fuse) -> Callable[..., Any]:
    def burning(self: Transaction, *arguments: Any) -> Any:
        fuse.burn()
        outcome = step(self, *arguments)
        fuse.burn()
        return outcome

    return burning
