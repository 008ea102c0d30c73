"""The tables are made once, walk the revisions, and are those of the code: the core's, and each plugin's by itself."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from ecrm import CRM, SetupError, UnavailableError
from ecrm.database import Database
from ecrm.database.metadata import METADATA
from ecrm.database.migrating import (
    CORE,
    VERSION_TABLE,
    Owner,
    is_current,
    make_tables,
    new_owners,
    outdated,
    upgrade,
)
from ecrm.database.types import Instant, Key
from ecrm.hookspecs import Tables, hookimpl
from story import AYSE, visited

FIRST = Path(__file__).parent / "first"
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    {body}
"""
ADD_PAPER = 'op.add_column("ecrm_acme_gift", sa.Column("paper", sa.Text))'


@pytest.fixture
def database(bare_database_url):
    opened = Database(bare_database_url)
    yield opened
    opened.close()


@pytest.fixture
def migrations(tmp_path):
    """A folder of revisions, to which a test adds."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)

    def add(revision, body="pass", down=None):
        text = REVISION.format(revision=revision, down=down, body=body)
        (folder / "versions" / f"{revision}.py").write_text(text, encoding="utf-8")
        return folder

    return add


def gifts(*columns, name="acme", more=()):
    """Declare the tables of a plugin."""
    metadata = sa.MetaData()
    for table in ("gift", *more):
        key = [sa.Column("shop", Key, primary_key=True), sa.Column("id", Key, primary_key=True)]
        sa.Table(f"ecrm_{name}_{table}", metadata, *key, *(sa.Column(column, sa.Text) for column in columns))
    return metadata


def owner(*columns, name="acme", migrations=None, more=()):
    return Owner(f"plugin {name}", gifts(*columns, name=name, more=more), f"ecrm_{name}_version", migrations)


def schema_of(database):
    """Give every table as the database tells of it, whatever order its columns are in."""
    with database.read() as transaction:
        looked = sa.inspect(transaction.connection)
        return {
            name: (
                sorted((c["name"], str(c["type"]), c["nullable"], c["default"]) for c in looked.get_columns(name)),
                looked.get_pk_constraint(name)["constrained_columns"],
                sorted(
                    (i["name"], tuple(i["column_names"]), bool(i["unique"]), _where(i))
                    for i in looked.get_indexes(name)
                ),
            )
            for name in looked.get_table_names()
        }


def _where(index):
    return sorted((name, str(value)) for name, value in index["dialect_options"].items())


def version_of(database, table):
    with database.read() as transaction:
        return [row[0] for row in transaction.core(sa.text(f"SELECT version_num FROM {table}"))]  # noqa: S608 - ours


def columns_of(database, table):
    with database.read() as transaction:
        return {column["name"] for column in sa.inspect(transaction.connection).get_columns(table)}


def make_first(database):
    """Make the tables of the first revision, as its code did."""
    with database.write() as transaction:
        for statement in (FIRST / f"{database.dialect}.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                transaction.run(statement)
        if not transaction.is_sqlite:
            transaction.run("SELECT nextval('ecrm_interaction_position')")
        transaction.run(
            "CREATE TABLE ecrm_version (version_num VARCHAR(32) NOT NULL,"
            " CONSTRAINT ecrm_version_pkc PRIMARY KEY (version_num))"
        )
        transaction.run("INSERT INTO ecrm_version VALUES ('0001')")


def test_a_new_database_is_made_whole_and_again_is_no_change(database):
    assert new_owners(database) == [CORE]
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)
    assert new_owners(database) == []
    before = schema_of(database)
    upgrade(database)
    assert schema_of(database) == before
    assert set(before) == {*METADATA.tables, VERSION_TABLE}


def test_the_tables_are_those_of_the_code(database):
    upgrade(database)
    assert_is_of_the_code(database)


def test_the_first_tables_walk_to_those_of_the_code(database):
    make_first(database)
    assert not is_current(database)
    assert new_owners(database) == []
    upgrade(database)
    assert is_current(database)
    assert_is_of_the_code(database)
    walked = schema_of(database)
    with database.write() as transaction:
        METADATA.drop_all(transaction.connection)
        transaction.run("DROP TABLE ecrm_version")
    upgrade(database)
    assert walked == schema_of(database)


def assert_is_of_the_code(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.read() as transaction:
        options = {"compare_type": False, "version_table": VERSION_TABLE}
        context = MigrationContext.configure(transaction.connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_what_was_told_before_an_upgrade_is_there_after_it(database, bare_database_url):
    make_first(database)
    with database.write() as transaction:
        transaction.run("INSERT INTO ecrm_shop VALUES ('main', '{\"country\": \"TR\"}')")
    with CRM(bare_database_url, plugins=[]) as crm:
        crm.upgrade()
        assert crm.shop.settings.country == "TR"
        crm.emit(visited())
        assert crm.work().received == 1
        assert len(crm.timeline(AYSE)) == 1


def test_a_newer_database_is_refused(database):
    upgrade(database)
    with database.write() as transaction:
        transaction.run("UPDATE ecrm_version SET version_num = '9999'")
    assert not is_current(database)
    with pytest.raises(SetupError, match="newer ecrm"):
        upgrade(database)


def test_the_doctor_says_that_the_tables_are_missing(bare_postgresql_url):
    with CRM(bare_postgresql_url, plugins=[]) as crm:
        (finding,) = crm.doctor(recount=True)
        assert not finding.is_good
        assert "upgrade" in finding.detail
        with pytest.raises(SetupError, match="upgrade"):
            crm.record(visited())
        crm.upgrade()
        crm.record(visited())
        assert crm.doctor(recount=True)[0].is_good


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


def test_a_plugin_that_is_added_is_made_whole_and_the_core_left(database, migrations):
    upgrade(database)
    before = schema_of(database)
    folder = migrations("0001")
    added = owner(migrations=folder)
    assert outdated(database, (CORE, added)) == [added]
    upgrade(database, (CORE, added))
    assert outdated(database, (CORE, added)) == []
    assert version_of(database, "ecrm_acme_version") == ["0001"]
    after = schema_of(database)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"ecrm_acme_gift", "ecrm_acme_version"}


def test_a_plugin_without_revisions_gets_tables_it_adds_later(database):
    upgrade(database, (CORE, owner()))
    assert version_of(database, "ecrm_acme_version") == []
    later = owner(more=["card"])
    assert outdated(database, (CORE, later)) == [later]
    upgrade(database, (CORE, later))
    assert is_current(database, (CORE, later))
    assert columns_of(database, "ecrm_acme_card") == {"shop", "id"}


def test_a_plugin_that_is_upgraded_walks_its_own_revisions_and_the_others_stay(database, migrations):
    other = owner(name="other")
    upgrade(database, (CORE, owner(), other))
    before = schema_of(database)
    newer = owner("paper", migrations=migrations("p1", ADD_PAPER))
    assert outdated(database, (CORE, newer, other)) == [newer]
    upgrade(database, (CORE, newer, other))
    assert is_current(database, (CORE, newer, other))
    assert columns_of(database, "ecrm_acme_gift") == {"shop", "id", "paper"}
    assert version_of(database, "ecrm_acme_version") == ["p1"]
    after = schema_of(database)
    assert [name for name in before if before[name] != after[name]] == ["ecrm_acme_gift"]
    upgrade(database, (CORE, newer, other))
    assert schema_of(database) == after


def test_a_plugin_that_is_removed_leaves_its_tables_and_a_database_that_is_upgraded(database, migrations):
    removed = owner(migrations=migrations("p1"))
    upgrade(database, (CORE, removed))
    kept = schema_of(database)
    upgrade(database, (CORE, owner(name="other")))
    assert is_current(database, (CORE, owner(name="other")))
    assert {name: schema_of(database)[name] for name in kept} == kept
    back = owner("paper", migrations=migrations("p2", ADD_PAPER, down="p1"))
    upgrade(database, (CORE, back))
    assert version_of(database, "ecrm_acme_version") == ["p2"]
    assert "paper" in columns_of(database, "ecrm_acme_gift")


@pytest.mark.parametrize(
    "body",
    ["raise KeyError('ayse@example.com')", 'op.drop_table("no_such_table")', 'op.execute("SELECT 1 FROM nowhere")'],
)
def test_a_revision_that_fails_names_the_plugin_and_changes_nothing(database, migrations, body):
    other = owner(name="other")
    upgrade(database, (CORE, owner()))
    before = schema_of(database)
    broken = owner(migrations=migrations("p1", f"{ADD_PAPER}\n    {body}"))
    with pytest.raises(SetupError, match=r"the tables of plugin acme .* nothing was changed") as caught:
        upgrade(database, (CORE, other, broken))
    assert "ayse" not in str(caught.value)
    assert schema_of(database) == before
    assert version_of(database, "ecrm_acme_version") == []


def test_a_revision_that_waits_in_vain_is_tried_again_later(database, migrations):
    body = 'raise __import__("sqlite3").OperationalError("database is locked")'
    upgrade(database, (CORE, owner()))
    with pytest.raises(UnavailableError):
        upgrade(database, (CORE, owner(migrations=migrations("p1", body))))


@pytest.mark.parametrize("source", ["def upgrade(:", "revision = 'p1'"])
def test_a_revision_that_can_not_be_read_names_the_plugin(database, migrations, source):
    folder = migrations("p1")
    (folder / "versions" / "p1.py").write_text(source, encoding="utf-8")
    with pytest.raises(SetupError, match="plugin acme"):
        upgrade(database, (owner(migrations=folder),))
    upgrade(database, (owner(),))
    with pytest.raises(SetupError, match="plugin acme"):
        is_current(database, (owner(migrations=folder),))


def test_revisions_with_two_heads_name_the_plugin(database, migrations):
    migrations("p1")
    with pytest.raises(SetupError, match="plugin acme"):
        upgrade(database, (CORE, owner(migrations=migrations("p2"))))


def test_an_older_version_of_a_plugin_is_refused_by_name(database, migrations):
    upgrade(database, (CORE, owner(migrations=migrations("p1"))))
    with database.write() as transaction:
        transaction.run("UPDATE ecrm_acme_version SET version_num = 'p9'")
    for older in (owner(migrations=migrations("p1")), owner()):
        with pytest.raises(SetupError, match="plugin acme were made by a newer version"):
            upgrade(database, (CORE, older))
        assert outdated(database, (older,)) == [older]


def test_a_folder_with_blanks_and_signs_in_its_name_is_walked(database, tmp_path, migrations):
    upgrade(database, (CORE, owner()))
    folder = migrations("p1", ADD_PAPER).rename(tmp_path / "my plugin:100%, ş")
    upgrade(database, (CORE, owner("paper", migrations=folder)))
    assert version_of(database, "ecrm_acme_version") == ["p1"]


def facts(*names):
    """Declare the wide table of a plugin's facts."""
    metadata = sa.MetaData()
    columns = [sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in names]
    sa.Table("ecrm_acme_fact", metadata, sa.Column("shop", Key, primary_key=True), *columns, sa.Column("at", Instant))
    return Owner("plugin acme", metadata, None)


def test_columns_of_facts_are_added_as_they_are_declared_and_those_gone_stay(database):
    first, second = facts("gifts"), facts("wishes")
    assert new_owners(database, (first,)) == [first]
    upgrade(database, (first,))
    assert is_current(database, (first,))
    with database.write() as transaction:
        transaction.run("INSERT INTO ecrm_acme_fact (shop, gifts) VALUES ('main', 7)")
    assert outdated(database, (second,)) == [second]
    upgrade(database, (second,))
    assert is_current(database, (first, second))
    with database.read() as transaction:
        assert transaction.run("SELECT gifts, wishes FROM ecrm_acme_fact").fetchone() == (7, 0)


def test_a_column_that_can_not_be_added_is_named(database):
    metadata = sa.MetaData()
    sa.Table("ecrm_acme_fact", metadata, sa.Column("shop", Key, primary_key=True), sa.Column("x", Key, nullable=False))
    upgrade(database, (facts(),))
    with pytest.raises(SetupError, match="ecrm_acme_fact"):
        upgrade(database, (Owner("plugin acme", metadata, None),))


def test_a_hosts_own_file_gets_the_inbox_alone_and_the_columns_it_lacks(bare_sqlite_url):
    host = Database(bare_sqlite_url)
    make_first(host)
    make_tables(host, ["ecrm_inbox"])
    assert columns_of(host, "ecrm_inbox") >= set(METADATA.tables["ecrm_inbox"].columns.keys())
    host.close()


class Gifts:
    """A plugin with a table."""

    def __init__(self, metadata):
        self.metadata = metadata

    @hookimpl
    def register_tables(self):
        return [Tables(self.metadata)]


def test_a_sqlite_file_gets_the_tables_of_a_plugin_that_comes_later(sqlite_url):
    with CRM(sqlite_url, plugins=[]) as crm:
        crm.record(visited())
    with CRM(sqlite_url, plugins=[Gifts(gifts(name="gifts"))]) as crm:
        assert columns_of(crm.database, "ecrm_gifts_gift") == {"shop", "id"}
        assert crm.doctor()[0].is_good
        assert len(crm.timeline(AYSE)) == 1


def test_a_file_of_an_older_ecrm_is_not_walked_without_being_asked(bare_sqlite_url):
    host = Database(bare_sqlite_url)
    make_first(host)
    host.close()
    with CRM(bare_sqlite_url, plugins=[Gifts(gifts(name="gifts"))]) as crm:
        assert columns_of(crm.database, "ecrm_gifts_gift") == {"shop", "id"}
        assert version_of(crm.database, VERSION_TABLE) == ["0001"]
        assert not crm.doctor()[0].is_good
        crm.upgrade()
        assert crm.doctor()[0].is_good


def test_on_postgresql_the_tables_of_a_plugin_are_made_by_upgrade(postgresql_url):
    with CRM(postgresql_url, plugins=[Gifts(gifts(name="gifts"))]) as crm:
        (finding,) = crm.doctor()
        assert "plugin gifts" in finding.detail
        crm.upgrade()
        assert crm.doctor()[0].is_good


def test_a_hosts_own_file_is_not_locked_once_its_inbox_is_there(bare_sqlite_url):
    first, second = Database(bare_sqlite_url), Database(bare_sqlite_url)
    make_tables(first, ["ecrm_inbox"])
    with first.write():
        make_tables(second, ["ecrm_inbox"])
    first.close()
    second.close()
