"""`ecrm audit`, and the row each look through the command line leaves."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ecrm import CRM
from ecrm.cli.program import program
from story import AYSE


@pytest.fixture
def run(crm, database_url):
    crm.customers.upsert(AYSE, name="Ayşe")

    def run(*arguments):
        return CliRunner().invoke(program, ["--plugins", "", "--database", database_url, "--actor", "ali", *arguments])

    return run


LOOKS = (
    ("customers", "list"),
    ("customers", "search", "ayse"),
    ("customers", "show", "ayse@example.org"),
    ("timeline", "ayse@example.org"),
    ("facts", "ayse@example.org"),
)


def test_each_look_leaves_one_row_with_who_looked(run, crm):
    for look in LOOKS:
        assert run(*look).exit_code == 0
    entries = crm.audit.entries()
    looked = ["customers list", "customers search", "customers show", "timeline", "facts"]
    assert [one.details["what"] for one in reversed(entries)] == looked
    assert {(one.action, one.actor) for one in entries} == {("read", "staff:ali")}
    shown = run("audit", "list", "--who", "ayse@example.org", "--json")
    assert len(json.loads(shown.stdout)["entries"]) == 3
    assert "staff:ali" in run("audit", "list").stdout


def test_an_audit_that_was_changed_is_found_by_its_exit_code(run, crm, tmp_path):
    run("facts", "ayse@example.org")
    anchor = tmp_path / "anchor.json"
    anchor.write_text(run("audit", "anchor").stdout, encoding="utf-8")
    assert run("audit", "verify", "--anchor", str(anchor)).exit_code == 0
    with crm.database.write() as transaction:
        transaction.run("DELETE FROM ecrm_audit")
    assert run("audit", "verify").exit_code == 0
    found = run("audit", "verify", "--anchor", str(anchor), "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["broken_at"] == 1


@pytest.mark.parametrize("held", ["", "{}", "[1]"])
def test_a_file_that_is_no_anchor_is_wrong_use(run, tmp_path, held):
    file = tmp_path / "anchor.json"
    assert run("audit", "verify", "--anchor", str(file)).exit_code == 2
    file.write_text(held, encoding="utf-8")
    assert run("audit", "verify", "--anchor", str(file)).exit_code == 2


def test_who_is_at_the_command_line_may_come_from_the_environment(crm, database_url):
    arguments = ["--plugins", "", "--database", database_url, "customers", "list"]
    CliRunner(env={"ECRM_ACTOR": "veli"}).invoke(program, arguments)
    CliRunner().invoke(program, arguments)
    with CRM(database_url, plugins=[]) as again:
        assert [one.actor for one in again.audit.entries()] == ["staff:cli", "staff:veli"]
