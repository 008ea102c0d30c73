"""`ecrm privacy`: a customer is exported and erased from the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ecrm import Money, events
from ecrm.cli.program import program
from story import AYSE

EMAIL = "ayse@example.org"


@pytest.fixture
def run(crm, database_url):
    crm.shop.configure(country="TR", currency="TRY", zone="Europe/Istanbul")
    crm.customers.upsert(AYSE, name="Ayşe <b>")
    crm.record(events.OrderCompleted(order_id="1", total=Money("9.90", "TRY"), customer=AYSE))

    def run(*arguments):
        given = ["--plugins", "", "--database", database_url, "--actor", "ali"]
        return CliRunner().invoke(program, [*given, "privacy", *arguments])

    return run


def test_a_customer_is_exported_as_json_and_as_a_page(run, crm, tmp_path):
    document = json.loads(run("export", EMAIL).stdout)
    rows = {table["table"]: table["rows"] for table in document["tables"]}
    assert rows["ecrm_customer"][0]["name"] == "Ayşe <b>"
    page = tmp_path / "ayse.html"
    assert run("export", EMAIL, "--html", str(page)).exit_code == 0
    assert "Ayşe &lt;b&gt;" in page.read_text(encoding="utf-8")
    assert [(one.action, one.actor) for one in crm.audit.entries()] == [("export", "staff:ali")] * 2


def test_a_customer_is_erased_when_one_says_yes(run, crm):
    refused = run("erase", EMAIL, "--because", "asked for")
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert crm.customers.find(EMAIL) is not None
    erased = json.loads(run("erase", EMAIL, "--because", "asked for", "--yes", "--json").stdout)
    assert erased["rows"]["ecrm_order"] == 1
    assert crm.customers.find(EMAIL) is None
    assert run("export", EMAIL).exit_code == 2
    assert "identities are marked" in run("erase", EMAIL, "--because", "again", "--yes").stdout


def test_requests_are_opened_listed_and_fulfilled(run, crm, tmp_path):
    ids = {kind: run("request", kind, EMAIL).stdout.strip() for kind in ("access", "rectification", "erasure")}
    assert len(json.loads(run("requests", "--json").stdout)["requests"]) == 3
    assert "erasure" in run("requests").stdout
    assert EMAIL in run("fulfil", ids["access"]).stdout
    assert run("fulfil", ids["rectification"]).exit_code == 2
    assert run("close", ids["rectification"], "--refused").stdout == "done\n"
    assert run("fulfil", ids["erasure"]).exit_code == 2
    assert run("fulfil", ids["erasure"], "--yes").exit_code == 0
    assert json.loads(run("requests", "--json").stdout)["requests"] == []
    states = [one["state"] for one in json.loads(run("requests", "--all", "--json").stdout)["requests"]]
    assert sorted(states) == ["done", "done", "refused"]


def test_the_register_is_a_table_for_people_for_documents_and_for_programs(run):
    assert "contact" in run("register").stdout
    lines = run("register", "--markdown").stdout.splitlines()
    assert lines[0] == "| category | what for | how long | who receives it | where |"
    assert len(json.loads(run("register", "--json").stdout)["register"]) == len(lines) - 2


def test_what_was_kept_long_enough_is_taken_away(run):
    assert json.loads(run("retain", "--json").stdout) == {"blanked": {}}
    assert run("retain").exit_code == 0
