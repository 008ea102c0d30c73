"""A source is pulled from the command line, to the end, and what came is on the timelines."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from acme import AYSE, HORSE
from ecrm import CRM
from ecrm.cli.program import program

PLUGIN = """
from acme import completed
from ecrm.errors import UnavailableError
from ecrm.hookspecs import Page, Setting, Source, hookimpl

NAME = "acme"


@hookimpl
def register_settings():
    return [Setting("api_secret", "secret", "What signs.")]


@hookimpl
def register_sources():
    return [Source("acme", pull=pull, calls_per_minute=100_000, cursor_at=lambda at: str(at.day))]


def pull(shop, cursor, keys):
    if keys.secrets(shop, "api_secret")[0] != "correct horse battery":
        raise UnavailableError("Acme answered 401")
    place = int(cursor or 0)
    return Page([completed(str(place))], str(place + 1), is_last=place == 2)
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command line in a shop that has a plugin installed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    # Another test's plugin of this name may be imported already.
    monkeypatch.delitem(sys.modules, "ecrm_acme_pulled", raising=False)
    (tmp_path / "ecrm_acme_pulled.py").write_text(PLUGIN)
    folder = tmp_path / "ecrm_acme_pulled-1.0.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: ecrm-acme-pulled\nVersion: 1.0.0\n")
    (folder / "entry_points.txt").write_text("[ecrm]\nacme = ecrm_acme_pulled\n")

    def run(*arguments, secret=HORSE):
        (tmp_path / "secrets.json").write_text(json.dumps({"acme.api_secret": secret}))
        url, secrets = f"sqlite:///{tmp_path / 'crm.db'}", str(tmp_path / "secrets.json")
        return CliRunner().invoke(program, ["--database", url, "--secrets", secrets, *arguments])

    return run


def test_a_source_is_pulled_to_the_end_and_received(run, tmp_path):
    done = run("sync", "acme")
    assert (done.exit_code, done.output) == (0, "3 events in 3 pages, 3 received, 0 rejected\n")
    with CRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[]) as crm:
        assert crm.facts(AYSE)["orders.count"] == 3


def test_what_was_pulled_is_printed_as_json(run):
    printed = json.loads(run("sync", "acme", "--json").stdout)
    assert (printed["pulled"]["pages"], printed["done"]["received"]) == (3, 3)


def test_a_source_that_fails_is_to_be_tried_again_later(run):
    failed = run("sync", "acme", secret="another horse battery")  # noqa: S106 - a wrong one
    assert failed.exit_code == 4
    assert "Acme answered 401" in failed.output
    assert "horse" not in failed.output


def test_a_source_that_is_not_there_is_the_wrong_input(run):
    assert run("sync", "nobody").exit_code == 2


def test_a_source_begins_anew_at_a_time_where_it_can(run):
    assert run("sync", "acme").exit_code == 0
    again = run("sync", "acme", "--since", "2026-01-02")
    assert (again.exit_code, again.output) == (0, "1 events in 1 pages, 1 received, 0 rejected\n")
    assert run("sync", "acme", "--since", "yesterday").exit_code == 2


def test_a_source_that_can_not_begin_at_a_time_says_so(run, tmp_path):
    plugin = tmp_path / "ecrm_acme_pulled.py"
    plugin.write_text(PLUGIN.replace(", cursor_at=lambda at: str(at.day)", ""))
    sys.modules.pop("ecrm_acme_pulled", None)
    refused = run("sync", "acme", "--since", "2026-01-02")
    assert refused.exit_code == 2
    assert "leave it out" in refused.output
