"""The databases and the CRM that tests ask for.

`crm` and `database_url` run a test on SQLite and on PostgreSQL; `sqlite_url` and `postgresql_url` on one of
them; `bare_database_url` gives a database that was never migrated.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from database_servers import PostgreSQLServer, PostgreSQLTemplate, SQLiteTemplate, open_postgresql

if TYPE_CHECKING:
    from ecrm import CRM
    from ecrm.testing import FrozenClock

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def points(request: pytest.FixtureRequest) -> int:
    """How many points a fault harness tries."""
    return int(request.config.getoption("--points"))


@pytest.fixture(scope="session")
def postgresql_server(testrun_uid: str) -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server, shared by the processes of the run."""
    with open_postgresql(testrun_uid) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgreSQLServer) -> Iterator[PostgreSQLTemplate]:
    """The migrated PostgreSQL database of this process."""
    with postgresql_server.database() as url:
        yield PostgreSQLTemplate(url, _migrate)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SQLiteTemplate:
    """The migrated SQLite file of this process."""
    return SQLiteTemplate.make(tmp_path_factory.mktemp("template") / "crm.db", _migrate)


@pytest.fixture
def sqlite_url(sqlite_template: SQLiteTemplate, tmp_path: Path) -> str:
    """A migrated, empty SQLite file."""
    return sqlite_template.copy(tmp_path / "crm.db")


@pytest.fixture
def postgresql_url(postgresql_template: PostgreSQLTemplate) -> str:
    """A migrated, empty PostgreSQL database."""
    postgresql_template.restore()
    return postgresql_template.url


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database, on SQLite and on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def bare_sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'bare.db'}"


@pytest.fixture
def bare_postgresql_url(postgresql_server: PostgreSQLServer) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture(params=BOTH)
def bare_database_url(request: pytest.FixtureRequest) -> str:
    """A database that was never migrated, on SQLite and on PostgreSQL."""
    return request.getfixturevalue(f"bare_{request.param}_url")


@pytest.fixture
def clock() -> FrozenClock:
    """The clock of `crm`."""
    from ecrm.testing import FrozenClock

    return FrozenClock()


@pytest.fixture
def crm(database_url: str, clock: FrozenClock) -> Iterator[CRM]:
    """A CRM on an empty database, on SQLite and on PostgreSQL, without plugins."""
    from ecrm import CRM

    with CRM(database_url, clock=clock, plugins=[]) as opened:
        yield opened


def _migrate(url: str) -> None:
    from ecrm import CRM

    crm = CRM(url, plugins=[])
    crm.upgrade()
    crm.close()
