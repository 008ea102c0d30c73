"""What opens a CRM with a plugin, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ecrm import CRM
from ecrm.testing import FrozenClock


@pytest.fixture
def opened(bare_database_url: str, clock: FrozenClock) -> Iterator[Callable[..., CRM]]:
    """Open CRMs on one database, each with the plugins it is given."""
    crms = []

    def open_(*plugins: Any) -> CRM:
        crm = CRM(bare_database_url, clock=clock, plugins=plugins)
        crm.upgrade()
        crms.append(crm)
        return crm

    yield open_
    for crm in crms:
        crm.close()
