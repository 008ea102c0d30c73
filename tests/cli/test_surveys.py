"""From the command line: a survey is looked at, started, asked of one customer, listed and stopped."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from ecrm import CRM
from ecrm.cli.program import program


@pytest.fixture
def run(crm, database_url):
    crm.messages.configure(public_url="https://shop.example/crm", channels=["console"], quiet_hours=None)
    crm.customers.upsert("ayse@example.org", name="Ayşe")

    def run(*arguments, code=0):
        found = CliRunner().invoke(program, ["--plugins", "console", "--database", database_url, *arguments])
        assert found.exit_code == code, found.output
        return found.output

    return run


def test_a_survey_that_comes_ready_is_shown_started_asked_and_stopped(run, database_url):
    assert json.loads(run("surveys", "show", "nps"))["key"] == "nps"
    assert "(nps" in run("surveys", "preview", "nps", "--language", "tr")
    assert "You gave us …." in run("surveys", "preview", "nps", "--language", "en")
    said = run(
        "surveys", "start", "nps", "--after", "Order Delivered", "--delay", "3 days", "--reminder", "7 days",
        "--ends-at", "2099-01-01T00:00:00+03:00",
    )  # fmt: skip
    assert said == "nps: 3 days after Order Delivered\n"
    assert "invitation" in run("surveys", "invite", "nps", "ayse@example.org")
    assert "asked a survey within 30 days" in run("surveys", "invite", "nps", "ayse@example.org", code=2)
    listed = json.loads(run("surveys", "list", "--json"))
    assert [(one["key"], one["state"]) for one in listed["surveys"]] == [("nps", "live")]
    assert listed["running"][0]["counts"] == {"asked": 1}
    assert "Order Delivered" in run("surveys", "list")
    assert run("surveys", "stop", "nps") == "nps: stopped\n"
    with CRM(database_url, plugins=[]) as crm:
        assert [one.state for one in crm.surveys.running()] == ["stopped"]


def test_an_invitation_that_waits_says_for_what(run):
    assert "00:00" in run("messages", "configure", "--quiet-hours", "00:00-23:59:59.999999")
    assert "waits until" in run("surveys", "invite", "nps", "ayse@example.org")
    (waiting,) = json.loads(run("surveys", "invitations", "nps", "--json"))["invitations"]
    assert waiting["state"] == "planned"
    assert waiting["reason"].startswith("quiet hours 00:00")
    assert "quiet" in run("surveys", "invitations", "--who", "ayse@example.org")
    assert json.loads(run("surveys", "invitations", "csat", "--json"))["invitations"] == []
    assert "none" in run("messages", "configure", "--quiet-hours", "none")
    assert "two times" in run("messages", "configure", "--quiet-hours", "late", code=2)
    assert "leave some hours open" in run("messages", "configure", "--quiet-hours", "08:00-08:00", code=2)


def test_a_link_for_everybody_is_printed_and_drawn_as_a_qr_code(run, database_url, tmp_path):
    drawn = tmp_path / "kadikoy.svg"
    url = run("surveys", "link", "nps", "--location", "kadikoy", "--qr", str(drawn)).strip()
    assert url.startswith("https://shop.example/crm/survey/")
    assert "<svg" in drawn.read_text(encoding="utf-8")
    with CRM(database_url, plugins=[]) as crm:
        opened = crm.surveys.open(url.rpartition("/")[2])
        taken = crm.surveys.answer(opened.token, {"score": 10})
        assert taken.interaction.context["location_id"] == "kadikoy"
    assert ".svg or .png" in run("surveys", "link", "nps", "--qr", str(tmp_path / "a.txt"), code=2)
    assert "written to" in run("surveys", "link", "nps", "--qr", str(tmp_path / "no" / "a.png"), code=2)


def test_without_segno_a_qr_code_says_what_to_install(run, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "segno", None)
    assert "ecrm[qr]" in run("surveys", "link", "nps", "--qr", str(tmp_path / "a.svg"), code=3)


def test_what_can_not_be_says_why(run):
    assert "no such survey" in run("surveys", "start", "nothing", code=2)
    assert "no such survey" in run("surveys", "preview", "nothing", code=2)
    assert "2026-01-31" in run("surveys", "start", "nps", "--ends-at", "tomorrow", code=2)
    assert "3 days" in run("surveys", "start", "nps", "--after", "X", "--delay", "soon", code=2)
