"""The pytest plugin that comes with ecrm: a `crm` fixture on a SQLite file of the test, its clock and plugins.

pytest finds it by itself once ecrm is installed; a project's own fixtures of these names go before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ecrm.testing.clock import FrozenClock
    from ecrm.testing.frozen import FrozenCRM

__all__ = ["crm", "ecrm_clock", "ecrm_plugins"]

pytest.register_assert_rewrite("ecrm.testing.contracts")


@pytest.fixture
def ecrm_clock() -> FrozenClock:
    """Give the clock that `crm` goes by."""
    from ecrm.testing.clock import FrozenClock

    return FrozenClock()


@pytest.fixture
def ecrm_plugins() -> Iterable[Any] | None:
    """Give the plugins of `crm`: None is every plugin that is built in or installed."""
    return None


@pytest.fixture
def crm(tmp_path: Path, ecrm_clock: FrozenClock, ecrm_plugins: Iterable[Any] | None) -> Iterator[FrozenCRM]:
    """Give a CRM on an empty SQLite file, whose time `advance` moves; whatever fails in `emit` is raised."""
    from ecrm.testing.frozen import FrozenCRM

    url = f"sqlite:///{tmp_path / 'ecrm.db'}"
    with FrozenCRM(url, clock=ecrm_clock, plugins=ecrm_plugins, on_error="raise") as opened:
        yield opened
