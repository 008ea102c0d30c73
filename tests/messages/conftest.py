"""A CRM with pigeons, live, at noon."""

from __future__ import annotations

import pytest

from ecrm import CRM
from messages.pigeon import Pigeons


@pytest.fixture
def pigeons():
    return Pigeons()


@pytest.fixture
def opened(database_url, clock):
    """Open CRMs with plugins of the test's; they close at its end."""
    found = []

    def open_(*plugins, **more):
        made = CRM(database_url, clock=clock, plugins=list(plugins), on_error="raise", **more)
        found.append(made)
        made.messages.configure(
            delivery="live", public_url="https://shop.example/crm", channels=["pigeon", "raven"], caps=[]
        )
        return made

    yield open_
    for made in found:
        made.close()


@pytest.fixture
def crm(opened, pigeons):
    return opened(pigeons)
