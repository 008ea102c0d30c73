"""The tables are made once, walk the revisions, and are those of the code."""

from __future__ import annotations

import re
import threading

import pytest
import sqlalchemy as sa

from ecrm import CRM, SetupError
from ecrm.database import Database
from ecrm.database.metadata import METADATA
from ecrm.database.migrating import VERSION_TABLE, is_current, is_new, upgrade
from story import AYSE, visited


@pytest.fixture
def database(bare_database_url):
    opened = Database(bare_database_url)
    yield opened
    opened.close()


def test_a_new_database_is_made_whole_and_again_is_no_change(database):
    assert is_new(database)
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)
    with database.read() as transaction:
        before = sa.inspect(transaction.connection).get_table_names()
    upgrade(database)
    with database.read() as transaction:
        assert sa.inspect(transaction.connection).get_table_names() == before
    assert set(before) == {*METADATA.tables, VERSION_TABLE}


def test_the_tables_are_those_of_the_code(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    upgrade(database)
    with database.read() as transaction:
        options = {"compare_type": False, "version_table": VERSION_TABLE}
        context = MigrationContext.configure(transaction.connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_a_newer_database_is_refused(database):
    upgrade(database)
    with database.write() as transaction:
        transaction.run("UPDATE ecrm_version SET version_num = '9999'")
    assert not is_current(database)
    with pytest.raises(SetupError, match="newer"):
        upgrade(database)


def test_the_doctor_says_that_the_tables_are_missing(bare_postgresql_url):
    with CRM(bare_postgresql_url) as crm:
        (finding,) = crm.doctor(recount=True)
        assert not finding.is_good
        assert "upgrade" in finding.detail
        with pytest.raises(SetupError, match="upgrade"):
            crm.record(visited())
        crm.upgrade()
        crm.record(visited())
        assert all(finding.is_good for finding in crm.doctor(recount=True))


def test_two_that_start_together_make_the_tables_once(bare_database_url):
    failures = []

    def start():
        try:
            with CRM(bare_database_url) as crm:
                crm.upgrade()
        except Exception as error:  # noqa: BLE001 - the test shows it
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with CRM(bare_database_url) as crm:
        crm.record(visited())
        assert len(crm.timeline(AYSE)) == 1


def test_a_schema_has_only_names_of_ours():
    assert all(name.startswith("ecrm_") for name in METADATA.tables)
    indexes = [index.name for table in METADATA.tables.values() for index in table.indexes]
    assert all(re.fullmatch(r"ecrm_\w+_(ix|uq)", name) for name in indexes)
    assert len(set(indexes)) == len(indexes)
