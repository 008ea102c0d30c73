"""Answers go out as CSV and JSON lines, and come back as they were; bad lines are told by their numbers."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrm import CRM, InvalidError, NotFoundError, Who, events
from ecrm.cli.program import program
from ecrm.effects import Tag
from ecrm.hookspecs import QuestionKind, Reaction, hookimpl
from ecrm.imports import import_answers
from ecrm.surveys import (
    Consent,
    Csat,
    Date,
    LongText,
    Matrix,
    Multiple,
    Nps,
    Number,
    Phone,
    PluginQuestion,
    Ranking,
    ShortText,
    Single,
    Survey,
    YesNo,
)
from ecrm.values import Actor

OPEN = QuestionKind("open", "Whatever there is.", check=lambda answer, _: answer)
CHOICES = {"late": "Late", "wet": "Wet", "other_shop": "Elsewhere"}
WORDS = st.text(
    st.sampled_from("=+-@\t',;|\"ab 1\nİş")
    | st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd"),
    min_size=1, max_size=20,
).filter(str.strip)  # fmt: skip
LINES = WORDS.map(lambda text: " ".join(text.split())).filter(lambda text: text.isprintable() and text.strip())
KEYS = st.sampled_from(sorted(CHOICES))
PLAIN = st.one_of(WORDS, st.integers(-9, 99), st.booleans(), st.sampled_from(["7", "true", "null", "[1]", '"a"']))
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "score": st.integers(0, 10),
        "mood": st.integers(1, 5),
        "again": st.booleans(),
        "line": LINES,
        "why": WORDS,
        "amount": st.integers(-1_000, 1_000) | st.decimals(-100, 100, places=2).map(str),
        "day": st.dates().map(str),
        "phone": st.just("+905321112233"),
        "one": KEYS | LINES.map(lambda text: {"other": text}),
        "many": st.lists(KEYS, min_size=1, unique=True),
        "order": st.permutations(sorted(CHOICES)),
        "grid": st.dictionaries(st.sampled_from(["speed", "price"]), KEYS, min_size=1),
        "open": PLAIN | st.lists(PLAIN, min_size=1, max_size=3) | st.dictionaries(st.just("a"), PLAIN, min_size=1),
        "news": st.just(True),
    },
)


class Shapes:
    """A plugin that brings a kind of question, and would notice what is live."""

    name = "shapes"

    @hookimpl
    def register_question_kinds(self):
        return [OPEN]

    @hookimpl
    def register_reactions(self):
        return [Reaction("shapes", lambda *_: [Tag("noticed")], kinds=["Survey Answered"])]


def everything():
    return Survey(
        "all", "All of it",
        [
            Nps("score", "?", is_required=True), Csat("mood", "?"), YesNo("again", "?"), ShortText("line", "?"),
            LongText("why", "?"), Number("amount", "?"), Date("day", "?"), Phone("phone", "?"),
            Single("one", "?", choices=CHOICES, has_other=True), Multiple("many", "?", choices=CHOICES),
            Ranking("order", "?", choices=CHOICES),
            Matrix("grid", "?", rows={"speed": "Speed", "price": "Price"}, choices=CHOICES),
            PluginQuestion("open", "?", of=OPEN), Consent("news", "?", purpose="marketing"),
        ],
    )  # fmt: skip


def shop_with(url, clock, key="main"):
    crm = CRM(url, clock=clock, plugins=[Shapes()], shop=key, on_error="raise")
    crm.surveys.write(everything())
    crm.surveys.publish("all")
    return crm


@pytest.fixture
def crm(database_url, clock):
    with shop_with(database_url, clock) as made:
        yield made


def row(number, answers, **more):
    who = {"email": f"n{number}@example.org"} if number % 2 else {"phone": f"+90532111{number:04}"}
    return {"id": str(number), "at": f"2026-01-0{1 + number % 9}T10:00:00+00:00", "answers": answers, **who, **more}


def without_ids(sheet):
    return [{name: held for name, held in one.items() if name != "customer_id"} for one in sheet.rows]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANSWERS, min_size=1, max_size=4))
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_went_out_comes_back_the_same(crm, tmp_path, form, some):
    number = test_what_went_out_comes_back_the_same.count = 1 + getattr(
        test_what_went_out_comes_back_the_same, "count", 0
    )
    here, there = crm.for_shop(f"here-{form}-{number}"), crm.for_shop(f"there-{form}-{number}")
    for one in (here, there):
        one.surveys.write(everything())
        one.surveys.publish("all")
    rows = [row(place, answers, version="1", order_id="=1+1", duration_s=7) for place, answers in enumerate(some)]
    assert here.surveys.take_in("all", rows).rejected == ()
    out = here.surveys.export("all")
    file = tmp_path / f"answers.{form}"
    text, encoding = (out.csv(), "utf-8-sig") if form == "csv" else (out.json_lines(), "utf-8")
    with file.open("w", encoding=encoding, newline="") as opened:
        opened.write(text)
    done = import_answers(there, file, "all")
    assert (done.recorded, done.rejected_lines) == (len(some), 0), done.samples
    assert without_ids(there.surveys.export("all")) == without_ids(out)
    assert import_answers(there, file, "all").duplicates == len(some)
    assert import_answers(here, file, "all").recorded == 0


def test_no_cell_of_the_csv_is_a_formula_and_numbers_stay_numbers(crm):
    attack = '=HYPERLINK("http://evil.example";"click")'
    crm.surveys.take_in("all", [row(1, {"score": 9, "why": attack, "amount": -5, "phone": "+905321112233"})])
    text = crm.surveys.export("all").csv()
    (told,) = csv.DictReader(io.StringIO(text))
    assert told["answer.why"] == f"'{attack}"
    assert (told["answer.amount"], told["answer.score"], told["answer.phone"]) == ("-5", "9", "'+905321112233")
    assert ",-5," in text
    assert '"-5"' not in text


def test_answers_go_out_the_oldest_first_within_the_time_asked_for_and_leave_a_row_in_the_audit(crm, clock):
    crm.surveys.take_in("all", [row(5, {"score": 5}), row(2, {"score": 2}), row(7, {"score": 7})])
    since, until = (f"2026-01-0{day}T10:00:00+00:00" for day in (4, 8))
    read = type(clock()).fromisoformat
    assert [one["score"] for one in crm.surveys.export("all").rows] == [2, 5, 7]
    out = crm.surveys.export("all", read(since), read(until), actor=Actor.staff("ali"))
    assert [one["score"] for one in out.rows] == [5]
    (entry, _) = crm.audit.entries(limit=2)
    assert (entry.action, entry.actor, dict(entry.details)) == (
        "export", "staff:ali", {"what": "survey answers", "survey": "all", "rows": 1},
    )  # fmt: skip
    assert "n5@" not in repr(out)
    with pytest.raises(InvalidError, match="zone"):
        crm.surveys.export("all", read(since).replace(tzinfo=None))


def test_voided_answers_and_those_of_others_do_not_go_out(crm):
    crm.surveys.take_in("all", [row(1, {"score": 1}), row(2, {"score": 2})])
    crm.void(crm.timeline("n1@example.org")[0], because="by mistake")
    crm.record(events.SurveyAnswered(survey_id="else", customer=Who(email="n1@example.org"), source_id="x"))
    assert [one["score"] for one in crm.surveys.export("all").rows] == [2]


def test_imported_answers_count_as_facts_and_lead_to_nothing(crm):
    crm.surveys.take_in("all", [row(1, {"score": 9, "news": True})])
    crm.work()
    assert crm.facts("n1@example.org")["nps.last_score"] == 9
    assert crm.customers.find("n1@example.org").tags == frozenset()
    assert [one.kind for one in crm.timeline("n1@example.org")] == ["Survey Answered"]


def test_bad_lines_are_told_by_number_and_the_others_go_in(crm, tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text(
        "id;at;email;answer.score;answer.many\n"
        "1;2026-01-05 10:00;a@example.org;9;late, wet\n"
        "2;yesterday;b@example.org;9;\n"
        "3;2026-01-05 10:00;c@example.org;11;\n"
        "4;2026-01-05 10:00;d@example.org;3;dry\n"
        "5;2026-01-05 10:00\n"
        "6;2026-01-05 10:00;;3;\n",
        encoding="utf-8",
    )
    crm.shop.configure(zone="Europe/Istanbul")
    report = tmp_path / "report.csv"
    done = import_answers(crm, file, "all", report=report)
    assert (done.lines, done.recorded, done.rejected_lines) == (6, 2, 4)
    assert [(one.number, one.field) for one in sorted(done.samples, key=lambda one: one.number)] == [
        (3, "at"), (4, "answers.score"), (5, "answers.many"), (6, "line"),
    ]  # fmt: skip
    assert len(report.read_text().splitlines()) == 5
    assert "dry" not in report.read_text()
    told = crm.timeline("a@example.org")[0]
    assert (told.at.isoformat(), told.properties["answers"]["many"]) == ("2026-01-05T07:00:00+00:00", ["late", "wet"])
    assert len(crm.surveys.export("all")) == 2


def test_a_file_without_times_is_refused_as_a_whole_and_json_line_by_line(crm, tmp_path):
    file, lines = tmp_path / "answers.csv", tmp_path / "answers.json"
    file.write_text("id,answer.score\n1,9\n", encoding="utf-8")
    with pytest.raises(InvalidError, match="no column 'at'"):
        import_answers(crm, file, "all")
    told = [{"id": "1", "answers": {"score": 9}}, [], {"id": "2", "at": "2026-01-05T10:00Z", "answers": {"score": 9}}]
    lines.write_text("\n".join([*map(json.dumps, told), '{"id":', ""]), encoding="utf-8")
    done = import_answers(crm, lines, "all")
    assert (done.recorded, [(one.number, one.field) for one in sorted(done.samples, key=lambda one: one.number)]) == (
        1, [(1, "at"), (2, "line"), (4, "body")],
    )  # fmt: skip


def test_a_column_that_means_nothing_is_refused(crm, tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("id,at,answr.score\n1,2026-01-05T10:00Z,9\n2,2026-01-05T10:00Z,\n", encoding="utf-8")
    done = import_answers(crm, file, "all")
    assert (done.recorded, [(one.number, one.field) for one in done.samples]) == (
        0,
        [(2, "answr.score"), (3, "answers")],
    )


def test_an_answer_to_nothing_is_kept_where_it_is_one_of_ours(crm):
    ours = {"id": "1", "source": "surveys", "at": "2026-01-05T10:00Z", "version": "1", "answers": {}}
    assert crm.surveys.take_in("all", [ours]).recorded == 1


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"at": None}, "at"),
        ({"survey": "else"}, "survey"),
        ({"answers": {"nothing": 1}}, "answers"),
        ({"answers": [1]}, "answers"),
        ({"answers": {}, "score": 11}, "answers.score"),
        ({"answers": {}, "score": 3, "kind": "ces"}, "score"),
        ({"answers": {}, "score": 3, "kind": ["nps"]}, "score"),
        ({"answers": {1: 2, "score": 3}, "id": None}, "answers"),
        ({"customer_id": "00000000-0000-0000-0000-000000000001", "email": None}, "customer_id"),
        ({"duration_s": "long"}, "duration_s"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_can_be_no_answer_is_refused_and_says_what_to_do(crm, told, field):
    given = {name: held for name, held in {**row(1, {"score": 9}), **told}.items() if held is not None}
    done = crm.surveys.take_in("all", [given, row(3, {"score": 1})])
    assert done.recorded == 1
    (refused,) = done.rejected
    assert (refused.index, list(refused.reasons)) == (0, [field])


def test_a_row_that_is_no_mapping_is_refused(crm):
    assert crm.surveys.take_in("all", ["9"]).rejected[0].reasons == {"row": ["give a mapping"]}
    with pytest.raises(NotFoundError):
        crm.surveys.take_in("nothing", [])


def test_a_score_alone_answers_the_question_that_scores(crm):
    crm.surveys.take_in("all", [row(1, {}, score=9.0)])
    told = crm.timeline("n1@example.org")[0].properties
    assert (told["kind"], told["score"], told["answers"]) == ("nps", "9", {"score": 9})


def test_a_customer_is_named_by_id_and_a_row_without_an_id_is_known_by_what_is_in_it(crm):
    ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
    told = {"at": "2026-01-05T10:00:00Z", "customer_id": str(ayse.id), "answers": {"score": 4}}
    assert [crm.surveys.take_in("all", [told, told]).recorded, crm.surveys.take_in("all", [told]).duplicates] == [1, 1]
    assert crm.facts("ayse@example.org")["nps.last_score"] == 4


def test_an_answer_of_nobody_is_kept_and_is_of_nobody(crm):
    crm.surveys.take_in("all", [{"id": "1", "at": "2026-01-05T10:00:00Z", "answers": {"score": 4}}])
    (told,) = crm.surveys.export("all").rows
    assert (told["anonymous_id"], "email" in told) == ("survey:1", False)


def test_the_answer_of_somebody_who_can_not_be_named_comes_back_too(crm):
    crm.record(events.SurveyAnswered(survey_id="all", score=9, kind="nps", answers={"score": 9}, source_id="kiosk-1",
                                     customer=Who(email="test@test.com")))  # fmt: skip
    sheet = crm.surveys.export("all")
    done = crm.surveys.take_in("all", sheet.rows)
    assert (done.duplicates, done.rejected) == (1, ())
    there = crm.for_shop("outlet")
    there.surveys.write(crm.surveys.show("all"))
    there.surveys.publish("all")
    assert there.surveys.take_in("all", sheet.rows).recorded == 1
    assert there.surveys.results("all").score.promoters == 1


def test_answers_keep_their_version_and_are_checked_against_it(crm):
    crm.surveys.write(Survey("all", "Less", [Nps("score", "?")]))
    crm.surveys.publish("all")
    done = crm.surveys.take_in("all", [row(1, {"line": "a"}, version="1"), row(2, {"line": "a"})])
    assert (done.recorded, done.rejected[0].index) == (1, 1)
    out = crm.surveys.export("all")
    assert out.rows[0]["version"] == "1"
    assert next(csv.reader(io.StringIO(out.csv())))[-2:] == ["answer.score", "answer.line"]


def test_the_command_line_gives_answers_out_and_takes_them_in(crm, database_url, tmp_path):
    crm.surveys.write(Survey("plain", "Plain", [Nps("score", "?"), LongText("why", "?")]))
    crm.surveys.publish("plain")
    crm.surveys.take_in("plain", [row(1, {"score": 9, "why": "=1"})])

    def run(*arguments, code=0, shop="main"):
        common = ["--plugins", "console", "--database", database_url, "--shop", shop, "--actor", "ali"]
        found = CliRunner().invoke(program, [*common, "surveys", *arguments])
        assert found.exit_code == code, found.output
        return found.output

    assert json.loads(run("export", "plain", "--format", "json"))["answers"] == {"score": 9, "why": "=1"}
    file = tmp_path / "plain.csv"
    run("export", "plain", "--to", str(file))
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "new file" in run("export", "plain", "--to", str(file), code=2)
    run("export", "plain", "--to", str(file.with_suffix(".jsonl")))
    assert "0 recorded, 1 there already" in run("import", "plain", str(file.with_suffix(".jsonl")))
    assert "0 recorded, 1 there already" in run("import", "plain", str(file))
    crm.for_shop("other").surveys.write(crm.surveys.show("plain"))
    assert json.loads(run("import", "plain", str(file), "--json", shop="other"))["recorded"] == 1
    file.write_text("id,at,answer.score\n1,2026-01-05T10:00Z,99\n", encoding="utf-8")
    assert "answers.score" in run("import", "plain", str(file), code=1)
    assert "2026-01-31" in run("export", "plain", "--since", "never", code=2)
    assert run("export", "plain", "--since", "2026-01-03", "--format", "json") == ""
    assert [one.actor for one in crm.audit.entries() if one.action == "export"] == ["staff:ali"] * 5
