"""The pytest plugin that comes with ecrm: a `crm` fixture on a SQLite file of the test, and its clock.

pytest finds it by itself once ecrm is installed; a project's own fixtures of these names go before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ecrm.crm import CRM
    from ecrm.testing.clock import FrozenClock

__all__ = ["crm", "ecrm_clock"]


@pytest.fixture
def ecrm_clock() -> FrozenClock:
    """Give the clock that `crm` goes by."""
    from ecrm.testing.clock import FrozenClock

    return FrozenClock()


@pytest.fixture
def crm(tmp_path: Path, ecrm_clock: FrozenClock) -> Iterator[CRM]:
    """Give a CRM on an empty SQLite file; whatever fails in `emit` is raised."""
    from ecrm.crm import CRM

    with CRM(f"sqlite:///{tmp_path / 'ecrm.db'}", clock=ecrm_clock, on_error="raise") as opened:
        yield opened
