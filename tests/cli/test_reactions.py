"""The commands for what runs by itself say where it stands, replay it, and let it be tried again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from ecrm import CRM, Who, events
from ecrm.cli.program import program

MONDAY = datetime(2026, 2, 2, 10, tzinfo=UTC)
AYSE = Who(email="ayse@example.org")


@pytest.fixture
def run(database_url):
    def run(*arguments):
        return CliRunner().invoke(program, ["--database", database_url, *arguments])

    return run


@pytest.fixture
def cart(database_url):
    """A cart of the past, imported."""
    with CRM(database_url) as crm:
        crm.upgrade()
        crm.shop.configure(zone="Europe/Istanbul")
        told = {"customer": AYSE, "cart_id": "c1", "sku": "MUG", "at": MONDAY, "live": False}
        crm.record(events.ProductAdded(source_id="1", **told))


def json_of(result, exit_code=0):
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def test_a_rehearsal_prints_what_would_have_happened_and_does_nothing(run, cart, database_url):
    shown = run("replay", "--dry-run", "abandoned_cart")
    assert shown.exit_code == 0, shown.output
    assert "Record Cart Abandoned" in shown.stdout
    assert "2026-02-02 14:00" in shown.stdout
    told = json_of(run("replay", "--dry-run", "abandoned_cart", "--json"))
    assert told["counts"] == {"Record Cart Abandoned": 1, "SetTimer abandoned_cart": 1}
    with CRM(database_url) as crm:
        assert [one.kind for one in crm.timeline(AYSE)] == ["Product Added"]


def test_a_replay_does_it_once(run, cart, database_url):
    assert "1 events are recorded" in run("replay", "abandoned_cart").stdout
    assert json_of(run("replay", "abandoned_cart", "--json"))["recorded"] == 0
    with CRM(database_url) as crm:
        assert crm.timeline(AYSE)[0].at == MONDAY + timedelta(hours=4)


@pytest.mark.parametrize(
    ("span", "seen"),
    [
        (("--since", "2026-02-02T13:00"), 1),
        (("--since", "2026-02-02T13:00:01"), 0),
        (("--until", "2026-02-02T13:00"), 0),
        (("--until", "2026-02-02T10:00:01+00:00"), 1),
    ],
)
def test_days_and_times_are_those_of_the_shop(run, cart, span, seen):
    assert json_of(run("replay", "--dry-run", "abandoned_cart", *span, "--json"))["seen"] == seen


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "nothing"), "no such reaction"),
        (("replay", "abandoned_cart", "--since", "tomorrow"), "since"),
        (("replay", "abandoned_cart", "--since", "2026-03-01", "--until", "2026-02-01"), "until"),
        (("parked", "--retry", "first"), "retry"),
        (("parked", "--retry", "17"), "parked"),
        (("sync", "nothing"), "no source"),
    ],
)
def test_what_can_not_be_is_one_line_and_an_exit_code(run, cart, arguments, says):
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_where_reactions_stand_is_a_table_and_json(run, cart):
    assert run("work", "--once").exit_code == 0
    standing = {one["name"]: one for one in json_of(run("reactions", "--json"))["reactions"]}
    assert standing["abandoned_cart"]["waiting"] == 0
    assert "abandoned_cart" in run("reactions").stdout


def test_what_failed_is_listed_and_tried_again(run, cart, database_url):
    with CRM(database_url) as crm, crm.database.write() as transaction:
        transaction.run(
            "INSERT INTO ecrm_parked "
            "(shop, reaction, cause_id, profile_id, state, tries, next_try_at, failed_at, error) "
            "SELECT i.shop, 'abandoned_cart', i.id, i.profile_id, 'parked', 4, i.at, i.at, 'KeyError' "
            "FROM ecrm_interaction i"
        )
    (one,) = json_of(run("parked", "--json"))["parked"]
    assert (one["error"], one["is_given_up"]) == ("KeyError", True)
    assert "given up" in run("parked").stdout
    assert run("doctor").exit_code == 1
    assert "1 are tried again" in run("parked", "--retry", "all").stdout
    assert run("work", "--once").exit_code == 0
    assert json_of(run("parked", "--json"))["parked"] == []
