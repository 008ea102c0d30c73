from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecrm import CRM
from ecrm.cli.program import program
from ecrm.database import Database
from story import AYSE, ordered, visited


@pytest.fixture
def run(sqlite_url, bare_postgresql_url):
    with CRM(sqlite_url) as crm:
        crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY")
        crm.record(ordered())

    def run(*arguments, before=(), source=sqlite_url, target=bare_postgresql_url):
        return CliRunner().invoke(program, [*before, "move", source, target, *arguments])

    return run


def test_a_crm_is_moved_and_again_is_no_change(run, sqlite_url, bare_postgresql_url):
    result = run("--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["is_alike"], told["left_behind"]) == (True, [])
    assert told["copied_rows"] > 0
    assert {"table", "source_rows", "target_rows", "is_alike"} == set(told["tables"][0])
    again = run()
    assert (again.exit_code, "0 rows copied" in again.stdout, "ecrm_order" in again.stdout) == (0, True, True)
    with CRM(bare_postgresql_url) as moved, CRM(sqlite_url) as before:
        assert moved.facts(AYSE) == before.facts(AYSE)
        assert moved.facts(AYSE)["orders.count"] == 1
        # Of the plugins that are built in too.
        assert moved.doctor(recount=True)[0].is_good


def test_a_comparison_alone_writes_nothing_and_tells_a_difference_by_its_exit_code(run, bare_postgresql_url):
    missing = run("--verify")
    assert (missing.exit_code, "ecrm upgrade" in missing.stderr) == (3, True)
    assert run().exit_code == 0
    assert json.loads(run("--verify", "--json").stdout)["is_alike"] is True
    with CRM(bare_postgresql_url) as crm:
        crm.record(visited())
    result = run("--verify")
    assert (result.exit_code, "DIFFERS" in result.stdout) == (1, True)


def test_a_file_that_is_not_there_is_not_made(run, tmp_path):
    path = tmp_path / "typo.db"
    result = run(source=f"sqlite:///{path}")
    assert (result.exit_code, path.exists()) == (3, False)


def test_the_two_urls_the_wrong_way_round_are_refused(run, sqlite_url, bare_postgresql_url):
    assert run(source=bare_postgresql_url, target=sqlite_url).exit_code == 2


def test_rows_that_wait_in_the_shops_own_file_stop_a_move(run, tmp_path):
    url, shop = f"sqlite:///{tmp_path / 'own.db'}", f"sqlite:///{tmp_path / 'shop.db'}"
    with CRM(url, host=shop) as crm:
        crm.emit(visited())
    result = run(before=["--host", shop], source=url)
    assert (result.exit_code, "ecrm work --once" in result.stderr) == (2, True)
    assert CliRunner().invoke(program, ["--database", url, "--host", shop, "work", "--once"]).exit_code == 0
    assert run(before=["--host", shop], source=url).exit_code == 0


def test_tables_that_stay_behind_are_told(run, sqlite_url):
    database = Database(sqlite_url)
    with database.write() as transaction:
        transaction.run("CREATE TABLE ecrm_gone (id INTEGER PRIMARY KEY)")
        transaction.run("INSERT INTO ecrm_gone VALUES (1)")
    database.close()
    result = run()
    assert (result.exit_code, "ecrm_gone" in result.stderr) == (0, True)


def test_the_doctor_says_what_going_live_lacks(database_url):
    def examined():
        result = CliRunner().invoke(program, ["--database", database_url, "doctor", "--ready", "--json"])
        return result.exit_code, {one["name"]: one["is_good"] for one in json.loads(result.stdout)["findings"]}

    with CRM(database_url) as crm:
        crm.upgrade()
    exit_code, findings = examined()
    assert (exit_code, findings["shop"], findings["database"]) == (1, False, True)
    assert {"tables", "inbox lag", "worker", "secrets"} <= set(findings)
    with CRM(database_url) as crm:
        crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY")
    assert examined()[1]["shop"] is True


def test_the_doctor_says_no_more_than_it_can_of_a_database_without_tables(bare_postgresql_url):
    result = CliRunner().invoke(program, ["--database", bare_postgresql_url, "doctor", "--ready"])
    assert (result.exit_code, "tables" in result.stdout) == (1, True)


def test_the_reference_names_the_command():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert "`ecrm move` SQLITE_URL POSTGRES_URL" in page
