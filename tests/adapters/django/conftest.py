"""A Django project, configured once a process, and its CRM, empty for each test."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from djangoproject import ECRM, configure


@pytest.fixture(scope="session")
def project(tmp_path_factory, postgresql_server) -> Iterator[None]:
    """Django, set up, on a SQLite file and on a database of PostgreSQL."""
    import sqlalchemy as sa

    with postgresql_server.database() as url:
        named = sa.make_url(url)
        configure(
            tmp_path_factory.mktemp("django"),
            {"NAME": named.database, "USER": named.username, "HOST": named.host, "PORT": str(named.port or "")},
        )
        from django.db import connections

        from ecrm.adapters.django.shop import close

        yield
        close()
        connections.close_all()


@pytest.fixture(params=["default", "postgresql"])
def alias(request, project) -> Iterator[str]:
    """The database of the shop, with its CRM."""
    with opened(request.param):
        yield request.param


@pytest.fixture
def shop(project) -> Iterator[None]:
    """The project on SQLite with its CRM, and without users."""
    from django.contrib.auth import get_user_model

    with opened("default"):
        get_user_model().objects.all().delete()
        yield


@contextlib.contextmanager
def opened(alias) -> Iterator[None]:
    """Open a CRM for a shop of its own: what other tests told is not seen by it."""
    from django.db import connections
    from django.test import override_settings

    from ecrm.adapters.django.migrating import migrate

    with override_settings(ECRM=ECRM | {"DATABASE": alias, "SHOP": f"shop-{uuid4().hex[:12]}"}):
        migrate(alias)
        yield
    connections[alias].close()
