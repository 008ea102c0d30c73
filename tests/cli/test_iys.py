"""İYS from the command line: what is due is shown, told, and what was said there is fetched."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from ecrm import CRM, Who
from ecrm.cli.program import program
from ecrm.testing import Loopback
from iys_registry import PASSWORD, USER, Registry

SECRETS = {"iys.password": PASSWORD}


@pytest.fixture
def registry():
    # The program goes by the machine's clock, and so does what it talks to.
    return Registry(lambda: dt.datetime.now(dt.UTC))


@pytest.fixture
def crm(registry, sqlite_url):
    with Loopback(registry.answer).open() as server, CRM(sqlite_url, plugins=["iys"], secrets=SECRETS) as opened:
        opened.upgrade()
        opened.plugins.configure("iys", iys_code=100, brand_code=200, username=USER, api_url=server.url)
        yield opened


@pytest.fixture
def run(crm, sqlite_url, tmp_path):
    """Run `ecrm iys …`; give the exit code and what it says."""
    (tmp_path / "secrets.json").write_text(json.dumps(SECRETS))

    def run(*arguments):
        given = ["--database", sqlite_url, "--plugins", "iys", "--secrets", str(tmp_path / "secrets.json")]
        done = CliRunner().invoke(program, [*given, "iys", *arguments])
        return done.exit_code, done.output

    return run


def test_what_is_due_is_shown_and_told(crm, run, registry):
    crm.consent.grant(Who(email="ayse@example.com"), "marketing", "email")
    code, said = run("status", "--json")
    (due,) = json.loads(said)["due"]
    assert (code, due["type"], due["wanted_status"]) == (0, "EPOSTA", "ONAY")
    assert run("push") == (0, "1 told, 0 need not be, 0 refused, 0 tried again later, 0 left\n")
    assert json.loads(run("push", "--json")[1])["pushed"]["told"] == 0
    assert len(registry.held) == 1
    code, said = run("status")
    assert code == 0
    assert "ONAY" in said


def test_what_is_refused_is_shown_without_the_address_and_ends_with_1(crm, run):
    crm.consent.grant(Who(email="blocked@example.com"), "marketing", "email")
    assert run("push")[0] == 1
    code, said = run("status")
    assert code == 1
    assert "H114" in said
    assert "blocked@" not in said + run("status", "--json")[1]


def test_what_was_said_at_iys_is_fetched(crm, run):
    assert run("pull") == (0, "0 words in 1 pages, 0 rejected\n")
    assert json.loads(run("pull", "--json")[1])["pulled"]["events"] == 0


def test_a_word_of_iys_reaches_the_ledger(crm, registry, run):
    registry.say(recipient="ayse@example.com", type="EPOSTA", status="ONAY")
    assert run("pull")[0] == 0
    assert crm.consent.decide("ayse@example.com", "marketing", "email").is_allowed
