"""From the command line: what a survey came to, and what people wrote; whoever looks at it is in the audit."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ecrm import Who, events
from ecrm.cli.program import program
from ecrm.surveys import LongText, Nps, Ranking, Single, Survey


@pytest.fixture
def run(crm, database_url):
    crm.surveys.write(Survey("mood", "Mood", [
        Nps("score", "Recommend?"), LongText("why", "Why?"), Single("reason", "Which?", choices={"late": "Late"}),
        Ranking("order", "Order?", choices={"a": "A", "b": "B"}),
    ]))  # fmt: skip
    crm.surveys.publish("mood")
    for number, score in enumerate([9, 10, 2]):
        crm.record(events.SurveyAnswered(
            survey_id="mood", version="1", kind="nps", score=score, source_id=str(number), channel="web",
            customer=Who(card=f"c{number}"),
            answers={"score": score, "why": f"It took {number} days.", "reason": "late", "order": ["b", "a"]},
        ))  # fmt: skip

    def run(*arguments, code=0):
        found = CliRunner().invoke(program, ["--plugins", "", "--database", database_url, "surveys", *arguments])
        assert found.exit_code == code, found.output
        return found.output

    return run


def test_results_are_shown_as_tables(run):
    said = run("results", "mood", "--by", "channel")
    for word in ("33.3 (95 %", "no invitations yet", "only 3 answers", "Late: 3", "b: 1.00", "By channel", "web"):
        assert word in said
    assert "days" not in said


def test_a_survey_without_a_scale_is_shown_without_a_score(run, crm):
    crm.surveys.write({"key": "plain", "title": "P", "questions": [{"kind": "yes_no", "key": "again", "asks": "?"}]})
    crm.surveys.publish("plain")
    said = run("results", "plain")
    assert "Moves with the score" not in said
    assert json.loads(run("results", "plain", "--json"))["score"] is None


def test_results_are_given_as_json_with_what_follows_from_them(run):
    found = json.loads(run("results", "mood", "--since", "2020-01-01", "--by", "version", "--every", "day", "--json"))
    assert (found["n"], found["score"]["n"], found["score"]["shares"]["promoter"]["n"]) == (3, 3, 3)
    assert found["response_rate"]["note"] == "no invitations yet"
    assert found["questions"]["score"]["score"]["headline"]["unit"] == "points"
    assert found["groups"]["1"]["questions"]["reason"]["bins"][0]["count"] == 3
    assert len(found["trend"]) == 1
    assert json.loads(run("results", "mood", "--until", "2020-01-01T00:00:00+03:00", "--json"))["n"] == 0


def test_whoever_reads_what_people_wrote_is_in_the_audit(run, crm):
    said = run("verbatims", "mood", "--band", "detractor")
    assert "It took 2" in said
    assert "It took 1" not in said
    found = json.loads(run("verbatims", "mood", "--search", "TOOK 1", "--json"))["verbatims"]
    assert [(one["text"], one["band"]) for one in found] == [("It took 1 days.", "promoter")]
    newest, before = crm.audit.entries(limit=2)
    assert (newest.action, newest.details) == ("read", {"what": "surveys verbatims", "rows": 1})
    assert before.details == newest.details


def test_what_can_not_be_says_why(run):
    assert "no such survey" in run("results", "nothing", code=2)
    assert "as 2026-01-31" in run("results", "mood", "--since", "soon", code=2)
    assert "a fact" in run("results", "mood", "--by", "colour", code=2)
    assert "detractor" in run("verbatims", "mood", "--band", "angry", code=2)
