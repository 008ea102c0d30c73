"""What a survey came to is what one counts by hand; nothing that was taken back is in it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs
import pytest

from ecrm import Who
from ecrm.errors import InvalidError, NotFoundError
from ecrm.surveys import Choice, Csat, LongText, Nps, Single, Survey, YesNo
from ecrm.surveys.scoring import is_clear
from surveys.conftest import AYSE, MEHMET, delivered, token_in
from surveys.results.conftest import told

DAY = dt.timedelta(days=1)


def bins(result):
    return {one.key: one.count for one in result.bins}


@pytest.fixture
def answered(answer):
    """Four who answered all kinds of questions."""
    return [
        answer({
            "score": 9, "reason": "late", "liked": ["price"], "order": ["price", "speed", "taste"], "again": True,
            "grid": {"box": "good", "mug": "bad"}, "ease": 5, "age": 30, "day": "2026-01-02", "colour": "red",
        }, seconds=10),
        answer({
            "score": 10, "reason": "late", "liked": ["price", "speed"], "order": ["price", "taste", "speed"],
            "grid": {"box": "good"}, "again": True, "ease": 4, "age": Decimal("40.5"), "colour": True,
        }, seconds=20),
        answer({
            "score": 2, "why": "Late.", "reason": {"other": "Ugly"}, "liked": [{"other": "The cat"}], "again": False,
            "order": ["speed", "price", "taste"], "ease": 1, "name": "Ali", "mail": "ali@example.com", "news": True,
        }, seconds=60),
        answer({"score": 7, "age": 50, "day": "2026-01-02", "colour": "red"}),
    ]  # fmt: skip


def test_every_figure_is_what_one_counts_by_hand(crm, answered):
    results = crm.surveys.results("every")
    assert (results.n, results.versions, results.kind, results.unscored) == (4, {"1": 4}, "nps", 0)
    assert (results.score.promoters, results.score.passives, results.score.detractors) == (2, 1, 1)
    assert results.score.headline.value == 25
    assert (results.median_s, results.timed) == (20, 3)
    assert results.notes == ("only 4 answers: read the interval", "how long it took is known of 3 of 4 answers")
    asked = results.questions
    assert list(asked) == ["score", "why", "reason", "liked", "order", "grid", "again", "ease", "age", "day", "name",
                           "mail", "news", "colour"]  # fmt: skip
    assert {key: one.n for key, one in asked.items()} == {
        "score": 4, "why": 1, "reason": 3, "liked": 3, "order": 3, "grid": 2, "again": 3, "ease": 3, "age": 3,
        "day": 2, "name": 1, "mail": 1, "news": 1, "colour": 3,
    }  # fmt: skip
    assert not any(one.unread for one in asked.values())
    assert bins(asked["reason"]) == {"late": 2, "wet": 0, "other": 1}
    assert bins(asked["liked"]) == {"price": 2, "speed": 1, "other": 1}
    assert [one.share.value for one in asked["liked"].bins] == pytest.approx([2 / 3, 1 / 3, 1 / 3])
    assert bins(asked["again"]) == {"yes": 2, "no": 1}
    assert {key: one.value for key, one in asked["order"].ranks.items()} == pytest.approx(
        {"price": 4 / 3, "speed": 2, "taste": 8 / 3}
    )
    assert {one.key: one.count for one in asked["order"].firsts} == {"price": 2, "speed": 1, "taste": 0}
    assert {row: {one.key: one.count for one in held} for row, held in asked["grid"].rows.items()} == {
        "box": {"good": 2, "bad": 0}, "mug": {"good": 0, "bad": 1},
    }  # fmt: skip
    assert asked["ease"].score.best.value == pytest.approx(2 / 3)
    assert (asked["age"].mean.value, asked["age"].median) == (pytest.approx(40.1666667), 40.5)
    assert (asked["age"].least, asked["age"].most, asked["age"].quartiles) == (30, 50, (35.25, 45.25))
    assert asked["day"].counts == {dt.date(2026, 1, 2): 2}
    assert asked["colour"].counts == {'"red"': 2, "true": 1}
    assert (asked["score"].asks, asked["reason"].bins[0].says) == ("Recommend us?", "Late")


def test_nothing_personal_is_in_what_is_shown_of_results(crm, answered):
    shown = repr(crm.surveys.results("every")) + repr(crm.surveys.results("every").questions)
    for written in ("Late.", "Ugly", "The cat", "Ali", "ali@example.com"):
        assert f"'{written}'" not in shown


def test_what_moves_with_the_score_is_named(crm, answer):
    for number in range(12):
        is_late = number % 2 == 0
        answer({"score": 3 if is_late else 10, "reason": "late" if is_late else "wet", "again": number % 3 == 0,
                "order": ["speed", "price", "taste"] if is_late else ["price", "speed", "taste"]})  # fmt: skip
    drivers = {one.name: one for one in crm.surveys.results("every").drivers}
    assert drivers["reason.late"].correlation.value == -1
    assert drivers["order.price"].correlation.value == 1
    assert drivers["reason.late"].is_clear
    assert not drivers["again"].is_clear
    assert "score" not in drivers


def test_a_survey_without_a_scale_has_no_score_and_says_nothing_of_one(crm, answer):
    crm.surveys.write(Survey("plain", "Plain", [YesNo("again", "Again?")]))
    crm.surveys.publish("plain")
    answer({"again": True}, "plain", location_id="moda")
    results = crm.surveys.results("plain", by="location_id")
    assert (results.n, results.kind, results.score, results.scores, results.unscored) == (1, None, None, {}, 1)
    assert (results.drivers, results.trend()) == ((), ())
    assert results.notes == ("only 1 answer: too few to say anything",)
    with pytest.raises(InvalidError, match="compare scores"):
        results.compare("moda", "moda")


def test_the_score_is_that_of_the_scale_the_survey_names(crm, answer):
    crm.surveys.write(Survey("two", "Two", [Nps("score", "?"), Csat("ease", "?")], scored_by="ease"))
    crm.surveys.publish("two")
    for score in (9, 10, 1, 2, 9):
        answer({"score": score, "ease": 5 if score > 5 else 1}, "two")
    crm.record(told(1, "two", answers={"score": "x", "ease": 5}, kind="csat", score=5))
    crm.record(told(2, "two", answers={"score": 4}, kind="nps", score=4))
    results = crm.surveys.results("two")
    assert (results.kind, results.score.headline.value) == ("csat", pytest.approx(4 / 6))
    assert [(one.name, one.correlation.n) for one in results.drivers] == [("score", 5)]


def test_where_nobody_answered_it_is_said_so(crm):
    results = crm.surveys.results("every")
    assert (results.n, results.score.headline.value, results.median_s) == (0, None, None)
    assert results.notes == ("no answers yet",)
    assert str(results.response_rate) == "no invitations yet"
    assert results.questions["reason"].note == "no answers yet"
    assert (results.trend(), results.groups) == ((), {})
    assert crm.surveys.results("every", by="orders.count").groups == {}


def test_a_survey_that_nobody_wrote_or_answered_is_not_found(crm):
    for call in (crm.surveys.results, crm.surveys.verbatims):
        with pytest.raises(NotFoundError):
            call("nothing")
    assert crm.surveys.results("csat").n == 0
    with pytest.raises(NotFoundError):
        crm.surveys.results("every", version=7)


def test_answers_that_events_told_of_count_and_are_in_no_rate(crm):
    crm.record(told(1, kind="csat", score=5))
    crm.record(told(2, csat=4))
    crm.record(told(3, kind="csat", score=Decimal("4.5")))
    crm.record(told(4, nps=9))
    results = crm.surveys.results("told")
    assert (results.n, results.kind, results.unscored, results.versions) == (4, "csat", 1, {"": 4})
    assert results.score.best.value == 1
    assert results.scores["nps"].promoters == 1
    assert "1 of 4 answers have no score" in results.notes
    assert results.response_rate.n == results.completion_rate.n == 0


def test_answers_that_can_not_be_read_are_counted_apart(crm):
    strange = {
        "score": 11, "reason": "a secret", "liked": "price", "order": ["price", "price"], "grid": {"box": "ugly"},
        "again": "perhaps", "ease": [1], "age": "old", "day": "soon",
    }  # fmt: skip
    crm.record(told(1, "every", answers=strange))
    crm.record(told(2, "every", answers={"score": 9, "reason": "wet", "again": "true"}, version="x"))
    asked = crm.surveys.results("every").questions
    assert {key for key, one in asked.items() if one.unread} == set(strange)
    assert "a secret" not in repr(asked)
    assert (asked["score"].n, bins(asked["reason"]), bins(asked["again"])) == (
        1, {"late": 0, "wet": 1, "other": 0}, {"yes": 1, "no": 0},
    )  # fmt: skip


def test_what_was_voided_or_erased_is_in_no_figure(crm, answered, answer):
    answer({"score": 0, "why": "Bad."}, who=AYSE)
    assert crm.surveys.results("every").n == 5
    crm.void(answered[0], because="a test of the shop's")
    crm.privacy.erase(AYSE, because="asked for")
    results = crm.surveys.results("every")
    assert (results.n, results.score.promoters, results.score.detractors) == (3, 1, 1)
    assert bins(results.questions["reason"]) == {"late": 1, "wet": 0, "other": 1}
    assert [one.text for one in crm.surveys.verbatims("every") if one.question == "why"] == ["Late."]


def test_answers_whose_words_were_taken_away_still_have_their_score(crm, answered, clock):
    crm.shop.configure(retention={"content": 30})
    clock.advance(days=31)
    crm.privacy.retain()
    results = crm.surveys.results("every")
    assert (results.n, results.score.promoters, results.questions["reason"].n) == (4, 2, 0)
    assert crm.surveys.verbatims("every") == []


def test_from_invitations_to_answers(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", expires="5 days")
    people = [Who(email=f"customer{number}@example.org") for number in range(6)]
    for number, who in enumerate(people):
        crm.record(delivered(who, str(number)))
    crm.consent.withdraw(people[5], "surveys")
    wait(2)
    tokens = [token_in(one) for one in sorted(pigeons.sent, key=lambda sent: sent.to)]
    crm.surveys.answer(tokens[0], {"score": 9})
    crm.surveys.answer(tokens[1], {"score": 3, "why": "Late."})
    crm.surveys.save(tokens[2], {"score": 2})
    crm.surveys.save(tokens[2], {"why": "Wet."})
    crm.surveys.save(tokens[3], {})
    results = crm.surveys.results("mood")
    invited = results.invited
    assert (invited.asked, invited.sent, invited.answered, invited.waiting) == (5, 5, 2, 3)
    assert (invited.begun, invited.finished) == (4, 2)
    assert str(results.response_rate).startswith("40.0 % (95 %: 11.8 to 76.9; n = 5")
    assert results.completion_rate.value == 0.5
    stops = {one.key: (one.stopped, one.reached) for one in results.stops}
    assert stops == {"": (1, 4), "score": (0, 3), "why": (1, 2), "news": (0, 2)}
    wait(6)
    assert crm.surveys.results("mood").stops == results.stops
    assert crm.surveys.results("mood").invited == attrs.evolve(invited, waiting=0)


def test_a_link_for_everybody_asks_nobody_so_that_it_is_in_no_response_rate(crm, answer):
    answer({"score": 9})
    token = crm.surveys.link("every").rpartition("/")[2]
    crm.surveys.save(crm.surveys.open(token).token, {"score": 1})
    invited = crm.surveys.results("every").invited
    assert (invited.asked, invited.sent, invited.begun, invited.finished) == (0, 0, 2, 1)


def test_days_are_those_of_the_shop(crm):
    late = dt.datetime(2026, 1, 31, 21, 30, tzinfo=dt.UTC)
    crm.record(told(1, nps=9, at=late))
    crm.record(told(2, nps=3, at=late - dt.timedelta(hours=1)))
    results = crm.surveys.results("told")
    assert {day.isoformat(): dict(counts) for day, counts in results.by_day.items()} == {
        "2026-01-31": {3: 1}, "2026-02-01": {9: 1},
    }  # fmt: skip
    assert [(point.period.isoformat(), point.score.n) for point in results.trend()] == [
        ("2026-01-01", 1), ("2026-02-01", 1),
    ]  # fmt: skip
    assert [
        crm.surveys.results("told", until=dt.date(2026, 2, 1)).n,
        crm.surveys.results("told", dt.date(2026, 2, 1)).n,
    ] == [1, 1]
    assert crm.surveys.results("told", late, late).n == 0
    for wrong in (dt.datetime(2026, 1, 1), "2026-01-01"):  # noqa: DTZ001 - that is what is wrong
        with pytest.raises(InvalidError, match="zone"):
            crm.surveys.results("told", since=wrong)


def test_versions_are_put_together_by_key_and_kind(crm, answer):
    def write(*questions):
        crm.surveys.write(Survey("short", "Short", questions))
        crm.surveys.publish("short")

    first = Single("why", "Why?", choices={"late": "Late", "wet": "Wet"})
    write(Nps("score", "Recommend?"), first, YesNo("gone", "Still asked?"), LongText("said", "Say it"))
    answer({"score": 9, "why": "wet", "gone": True, "said": "Well."}, "short")
    write(Nps("score", "Would you?"), Single("why", "What is it?", choices=[Choice("late", "Too late")]),
          Csat("said", "How well?"))  # fmt: skip
    answer({"score": 3, "why": "late", "said": 5}, "short")
    results = crm.surveys.results("short")
    assert results.versions == {"1": 1, "2": 1}
    assert (results.questions["score"].asks, results.questions["score"].versions) == ("Would you?", ("1", "2"))
    assert [(one.key, one.says, one.count) for one in results.questions["why"].bins] == [
        ("late", "Too late", 1), ("wet", "Wet", 1),
    ]  # fmt: skip
    assert (results.questions["gone"].n, results.questions["gone"].versions) == (1, ("1",))
    assert (results.questions["said"].kind, results.questions["said"].n) == ("csat", 1)
    assert (results.questions["said:long_text"].n, results.questions["said:long_text"].key) == (1, "said")
    old = crm.surveys.results("short", version=1)
    assert (old.n, list(old.questions)) == (1, ["score", "why", "gone", "said"])
    assert {name: one.n for name, one in crm.surveys.results("short", by="version").groups.items()} == {"1": 1, "2": 1}


def test_a_draft_asks_nothing_yet(crm):
    crm.surveys.write({"key": "every", "title": "New", "questions": [{"kind": "nps", "key": "new", "asks": "?"}]})
    assert "new" not in crm.surveys.results("every").questions


def test_two_groups_are_compared_with_how_sure_that_is(crm):
    for number in range(40):
        crm.record(told(number, nps=10 if number % 2 else 2, location_id="kadikoy" if number % 2 else "moda"))
    results = crm.surveys.results("told", by="location_id")
    apart = results.compare("kadikoy", "moda")
    assert (apart.value, is_clear(apart)) == (200, True)
    assert not is_clear(results.compare("moda", "moda"))
    with pytest.raises(NotFoundError, match="no such group"):
        results.compare("kadikoy", "nowhere")
    with pytest.raises(NotFoundError, match="no such question"):
        results.compare("kadikoy", "moda", question="ease")


def test_groups_are_compared_by_any_question_with_a_scale(crm, answer):
    for number in range(8):
        answer({"score": 9, "ease": 5 if number % 2 else 1}, location_id="kadikoy" if number % 2 else "moda")
    results = crm.surveys.results("every", by="location_id")
    assert results.compare("kadikoy", "moda").value == 0
    assert results.compare("kadikoy", "moda", question="ease").value == 1
    with pytest.raises(InvalidError, match="nps, csat or ces"):
        results.compare("kadikoy", "moda", question="why")


def test_results_of_another_shop_are_its_own(crm, answered):
    assert crm.for_shop("outlet").surveys.results("csat").n == 0
    with pytest.raises(NotFoundError):
        crm.for_shop("outlet").surveys.results("every")
    assert crm.surveys.results("mood").n == 0
    assert MEHMET not in answered
