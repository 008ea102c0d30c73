"""CRMs that have the plugin of `acme`."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from acme import HORSE, Acme
from ecrm import CRM

KEY = Fernet.generate_key().decode()


@pytest.fixture
def open_crm(database_url, clock):
    """Open CRMs on one database; without a plugin there is Acme as it is."""
    opened = []

    def open_(*plugins, secrets=None, **given):
        secrets = {"settings": KEY, "acme.api_secret": HORSE} if secrets is None else secrets
        crm = CRM(database_url, clock=clock, plugins=plugins or [Acme()], secrets=secrets, **given)
        opened.append(crm)
        return crm

    yield open_
    for crm in opened:
        crm.close()


@pytest.fixture
def acme(open_crm):
    """A CRM whose shop has set Acme up."""
    return open_crm()
