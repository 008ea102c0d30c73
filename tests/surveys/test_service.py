"""A survey is asked after an event, once, of who may be asked; it is answered once, and known from then on."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest
import sqlalchemy as sa

from ecrm import Who, events
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.hookspecs import Receipt
from ecrm.messages import QuietHours
from messages.pigeon import Pigeons
from surveys.conftest import AYSE, MEHMET, delivered, mood, token_in

DAY = dt.timedelta(days=1)


def states(crm, who=None):
    return [one.state for one in crm.surveys.invitations(who)]


def test_a_survey_is_asked_some_days_after_a_delivery(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", delay="3 days")
    crm.record(delivered())
    wait(2)
    assert (states(crm), pigeons.sent) == (["planned"], [])
    wait(1)
    (sent,) = pigeons.sent
    assert sent.subject == "Your opinion"
    assert "https://shop.example/crm/survey/" in sent.text
    wait(1)
    assert states(crm) == ["sent"]
    told = next(one for one in crm.timeline(AYSE) if one.kind == "Survey Sent")
    assert (told.properties["survey_id"], told.properties["order_id"]) == ("mood", "7")


def test_an_answer_is_on_the_timeline_and_among_the_facts_at_once(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(2)
    taken = crm.surveys.answer(token_in(pigeons.sent[0]), {"score": "3", "why": "It was late."})
    said = taken.interaction.properties
    assert (said["survey_id"], said["kind"], said["text"], said["answers"]["score"]) == (
        "mood",
        "nps",
        "It was late.",
        3,
    )
    facts = crm.facts(AYSE)
    assert (facts["nps.last_score"], facts["surveys.answered_count"]) == (3, 1)
    assert "surveys.last_answered_at" in facts
    assert states(crm) == ["answered"]


def test_a_second_answer_to_one_invitation_is_refused(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    token = token_in(pigeons.sent[0])
    crm.surveys.answer(token, {"score": 9})
    assert crm.surveys.open(token).state == "answered"
    with pytest.raises(ConflictError, match="answered already"):
        crm.surveys.answer(token, {"score": 0})
    assert crm.facts(AYSE)["nps.last_score"] == 9


def test_of_64_who_answer_at_once_one_wins(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    token = token_in(pigeons.sent[0])

    def answer(score):
        try:
            crm.surveys.answer(token, {"score": score})
        except ConflictError:
            return None
        finally:
            crm.database.release()
        return score

    with ThreadPoolExecutor(16) as pool:
        won = [score for score in pool.map(answer, [n % 11 for n in range(64)]) if score is not None]
    assert len(won) == 1
    answers = [one for one in crm.timeline(AYSE) if one.kind == "Survey Answered"]
    assert [one.properties["answers"]["score"] for one in answers] == won


def test_to_open_an_invitation_changes_nothing(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(2)
    before = (len(crm.timeline(AYSE)), crm.surveys.invitations())
    opened = crm.surveys.open(token_in(pigeons.sent[0]))
    assert (opened.state, opened.survey.key, opened.answers) == ("open", "mood", {})
    assert (len(crm.timeline(AYSE)), crm.surveys.invitations()) == before


def test_who_comes_back_goes_on_where_they_stopped(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(2)
    token = token_in(pigeons.sent[0])
    assert crm.surveys.save(token, {"score": "2"}).answers == {"score": 2}
    assert crm.surveys.open(token).answers == {"score": 2}
    assert [one.kind for one in crm.timeline(AYSE)].count("Survey Viewed") == 1
    taken = crm.surveys.answer(token, {"why": "Late."})
    assert taken.interaction.properties["answers"] == {"score": 2, "why": "Late."}
    with crm.database.read() as transaction:
        assert transaction.core(sa.text("SELECT count(*) FROM ecrm_survey_partial")).scalar_one() == 0


def test_an_answer_says_how_long_it_took_over_all_pages(crm, pigeons, wait, clock):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    token = token_in(pigeons.sent[0])
    stamp = crm.surveys.open(token).stamp
    clock.advance(seconds=20)
    kept = crm.surveys.save(token, {"score": 2}, stamp=stamp)
    assert kept.stamp == stamp
    clock.advance(seconds=15)
    taken = crm.surveys.answer(token, {"why": "Late."}, stamp=kept.stamp)
    assert taken.interaction.properties["duration_s"] == 35


@pytest.mark.parametrize("wrong", ["", "x", "ğ", 7, None, "of another", "the token"])
def test_a_stamp_that_is_forged_says_nothing_and_hurts_nothing(crm, wrong):
    link = crm.surveys.link("mood").rpartition("/")[2]
    opened, other = crm.surveys.open(link), crm.surveys.open(link)
    stamp = {"of another": other.stamp, "the token": opened.token}.get(wrong, wrong)
    assert crm.surveys.save(opened.token, {"score": 9}, stamp=stamp).stamp not in {stamp, ""}
    taken = crm.surveys.answer(opened.token, {}, stamp=stamp)
    assert "duration_s" not in taken.interaction.properties


@pytest.mark.parametrize(("seconds", "duration_s"), [(86_400, 86_400), (86_401, None)])
def test_who_comes_back_after_a_day_did_not_take_a_day(crm, pigeons, wait, clock, seconds, duration_s):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    token = token_in(pigeons.sent[0])
    stamp = crm.surveys.open(token).stamp
    clock.advance(seconds=seconds)
    taken = crm.surveys.answer(token, {"score": 9}, stamp=stamp)
    assert taken.interaction.properties.get("duration_s") == duration_s


def test_an_invitation_that_is_over_still_tells_how_far_it_was_answered(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", expires="3 days")
    crm.record(delivered())
    crm.record(delivered(MEHMET, "8"))
    wait(1)
    (ayse, mehmet) = sorted(pigeons.sent, key=lambda sent: sent.to)
    crm.surveys.save(token_in(ayse), {})
    assert reached(crm) == [None, None]
    crm.surveys.save(token_in(ayse), {"score": 3})
    crm.surveys.save(token_in(ayse), {"why": "Late."})
    crm.surveys.answer(token_in(mehmet), {"score": 9, "news": "on"})
    assert reached(crm) == ["news", "why"]
    wait(4)
    assert (sorted(states(crm)), reached(crm)) == (["answered", "expired"], ["news", "why"])


def reached(crm):
    with crm.database.read() as transaction:
        rows = transaction.core(sa.text("SELECT reached FROM ecrm_survey_invitation")).scalars().all()
    return sorted(rows, key=lambda key: key or "")


def test_a_tick_becomes_a_line_of_the_ledger(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    assert not crm.consent.decide(AYSE, "marketing", "pigeon").is_allowed
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9, "news": "on"})
    assert crm.consent.decide(AYSE, "marketing", "pigeon").is_allowed
    (line,) = crm.consent.history(AYSE)
    assert (line.entry.method, line.entry.evidence["survey"]) == ("survey", "mood")


def test_a_bad_answer_is_named_and_loses_nothing(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    token = token_in(pigeons.sent[0])
    crm.surveys.save(token, {"score": 4})
    for wrong in ({"score": 11}, {"unknown": 1}, [1], {"score": "bad"}):
        with pytest.raises(InvalidError):
            crm.surveys.answer(token, wrong)
    assert crm.surveys.open(token).answers == {"score": 4}


def test_a_forged_token_opens_nothing(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    token = token_in(pigeons.sent[0])
    # Not the last letter: some of its bits are none of the signature's.
    changed = f"{token[:-5]}{'A' if token[-5] != 'A' else 'B'}{token[-4:]}"
    for wrong in ("", "x", token[:-2], changed, "ğ", 7, token * 100):
        with pytest.raises(InvalidError):
            crm.surveys.open(wrong)
    with pytest.raises(InvalidError):
        crm.for_shop("outlet").surveys.open(token)


def test_no_token_is_kept(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(2)
    token = token_in(pigeons.sent[0])
    with crm.database.read() as transaction:
        for table in ("ecrm_message", "ecrm_survey_invitation", "ecrm_interaction"):
            assert token not in str(transaction.core(sa.text(f"SELECT * FROM {table}")).fetchall())  # noqa: S608 - ours


def test_a_customer_is_asked_one_survey_in_a_while_whatever_it_is(crm, pigeons, wait):
    other = mood()
    crm.surveys.write({**_wire(other), "key": "other"})
    crm.surveys.publish("other")
    crm.surveys.start("mood", after="Order Delivered", rest="30 days")
    crm.surveys.start("other", after="Order Completed", rest="0 days")
    crm.record(delivered())
    wait(1)
    with pytest.raises(ConflictError, match="asked a survey within 30 days"):
        crm.surveys.invite(AYSE, "other")
    wait(30)
    crm.surveys.invite(AYSE, "other")


def test_the_same_survey_is_not_asked_again_too_soon(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", rest="1 days", again="10 days")
    crm.record(delivered())
    wait(2)
    crm.record(delivered(order_id="8"))
    wait(1)
    newest = crm.surveys.invitations()[0]
    assert (newest.state, newest.reason) == ("skipped", "asked this survey within 10 days")


def test_who_refused_surveys_is_not_asked(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", delay="2 days")
    crm.record(delivered())
    wait(1)
    crm.consent.withdraw(AYSE, "surveys")
    wait(2)
    (one,) = crm.surveys.invitations()
    assert (one.state, pigeons.sent) == ("skipped", [])
    assert "no consent" in one.reason


def test_a_refusal_between_asking_and_sending_holds_the_message_back(crm, pigeons):
    crm.messages.configure(delivery="off")
    crm.surveys.start("mood")
    crm.record(delivered())
    crm.surveys.invite(AYSE, "mood")
    crm.consent.withdraw(AYSE, "surveys")
    crm.messages.configure(delivery="live")
    crm.work()
    crm.work()
    assert pigeons.sent == []
    assert states(crm) == ["skipped"]


def test_the_pressure_budget_of_messages_holds_for_surveys(crm, pigeons, clock):
    from ecrm.messages import QuietHours

    crm.messages.configure(quiet_hours=QuietHours())
    crm.surveys.start("mood", after="Order Delivered")
    clock.advance(hours=10)
    crm.record(delivered())
    crm.work()
    assert (states(crm), pigeons.sent) == (["planned"], [])
    clock.advance(hours=12)
    crm.work()
    assert len(pigeons.sent) == 1


def test_who_does_not_answer_is_reminded_and_the_link_is_the_same(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", reminders=["3 days", "6 days"], expires="10 days")
    crm.record(delivered())
    wait(9)
    assert len({token_in(one) for one in pigeons.sent}) == 1
    assert len(pigeons.sent) == 3
    assert "still" in pigeons.sent[1].text
    wait(3)
    assert states(crm) == ["expired"]
    with pytest.raises(ConflictError, match="any more"):
        crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})


def test_who_answered_is_not_reminded(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", reminders=["3 days"])
    crm.record(delivered())
    wait(1)
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})
    wait(5)
    assert len(pigeons.sent) == 1


def test_a_reminder_that_has_to_be_tried_again_is_not_once_the_survey_is_answered(opened, clock):
    pigeons = Pigeons(lambda *_: Receipt("delayed", reason="away") if len(pigeons.sent) > 1 else Receipt("accepted"))
    crm = opened(pigeons)
    crm.surveys.start("mood", after="Order Delivered", reminders=["3 days"])
    crm.record(delivered())
    crm.work()
    clock.advance(days=3)
    crm.work()
    assert len(pigeons.sent) == 2
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})
    clock.advance(days=1)
    crm.work()
    assert len(pigeons.sent) == 2
    message_id = crm.surveys.invitations(AYSE)[0].message_id
    assert crm.explain_message(message_id).state == "suppressed"


def test_a_link_for_everybody_takes_an_answer_each_time_it_is_opened(crm):
    token = crm.surveys.link("mood", location_id="kadikoy").rpartition("/")[2]
    first, second = crm.surveys.open(token), crm.surveys.open(token)
    assert first.token != second.token
    taken = crm.surveys.answer(first.token, {"score": 10})
    with pytest.raises(ConflictError):
        crm.surveys.answer(first.token, {"score": 10})
    crm.surveys.answer(second.token, {"score": 1, "why": "?"}, customer=Who(card="1234"))
    assert taken.interaction.context["location_id"] == "kadikoy"
    assert crm.facts(Who(card="1234"))["nps.last_score"] == 1
    with pytest.raises(InvalidError):
        crm.surveys.answer(token, {"score": 10})


def test_a_link_for_everybody_ends(crm, clock):
    token = crm.surveys.link("mood", days=1).rpartition("/")[2]
    clock.advance(days=2)
    with pytest.raises(InvalidError):
        crm.surveys.open(token)


def test_enough_answers_end_the_asking(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", quota=1)
    crm.record(delivered())
    wait(1)
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})
    crm.record(delivered(MEHMET, "8"))
    wait(1)
    assert [(one.state, one.reason) for one in crm.surveys.invitations(MEHMET)] == [("skipped", "enough have answered")]


def test_a_survey_that_was_stopped_asks_nobody_and_still_takes_answers(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", delay="2 days")
    crm.record(delivered())
    wait(3)
    crm.record(delivered(MEHMET, "8"))
    wait(1)
    crm.surveys.stop("mood")
    wait(2)
    assert [one.reason for one in crm.surveys.invitations(MEHMET)] == ["the survey was stopped"]
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})


def test_what_happened_before_it_was_started_is_not_asked_about(crm, wait):
    crm.record(delivered())
    crm.surveys.start("mood", after="Order Delivered")
    wait(1)
    assert states(crm) == []


def test_what_was_imported_or_is_old_is_not_asked_about(crm, clock, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered(live=False))
    crm.record(delivered(MEHMET, "8", at=clock() - 10 * DAY))
    wait(1)
    assert states(crm) == []


def test_on_a_schedule_everybody_is_asked_in_rounds(crm, pigeons, wait):
    crm.record(delivered())
    crm.record(delivered(MEHMET, "8"))
    crm.surveys.start("mood", every="40 days", again="30 days")
    wait(1)
    assert sorted(one.to for one in pigeons.sent) == ["ayse@example.org", "mehmet@example.org"]
    wait(41)
    assert len(pigeons.sent) == 4


def test_a_program_that_starts_a_schedule_anew_each_day_asks_nobody_more_often(crm, pigeons, wait):
    crm.record(delivered())
    for _ in range(10):
        crm.surveys.start("mood", every="40 days", again="1 days", rest="0 days")
        wait(1)
    assert len(pigeons.sent) == 1
    assert states(crm) == ["sent"]


def test_what_is_started_by_the_same_name_for_another_survey_begins_anew(crm, pigeons, wait):
    crm.surveys.start("mood", "after_delivery", after="Order Delivered", quota=1)
    crm.record(delivered())
    wait(1)
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})
    wait(1)
    crm.surveys.start("nps", "after_delivery", after="Order Delivered", quota=1)
    crm.record(delivered(MEHMET, "8"))
    wait(1)
    assert [one.to for one in pigeons.sent] == ["ayse@example.org", "mehmet@example.org"]


def test_who_is_asked_by_hand_is_asked_as_the_survey_was_started_whatever_that_is_called(crm):
    crm.surveys.start("nps", "mood")
    crm.surveys.start("mood", "after_delivery", after="Order Delivered", ends_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    crm.record(delivered())
    with pytest.raises(ConflictError, match="the survey has ended"):
        crm.surveys.invite(AYSE, "mood")


@pytest.mark.parametrize("name", ["a\nb", "x" * 300, "a\0b", " "])
def test_a_name_that_can_not_be_kept_or_read_is_refused(crm, name):
    with pytest.raises(InvalidError):
        crm.surveys.start("mood", name)


def test_an_invitation_keeps_its_version_when_a_new_one_is_live(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    crm.surveys.write(mood())
    assert crm.surveys.publish("mood").version == 2
    token = token_in(pigeons.sent[0])
    assert crm.surveys.open(token).survey.version == 1
    assert crm.surveys.answer(token, {"score": 9}).interaction.properties["version"] == "1"


def test_invitations_follow_whoever_is_joined_and_are_not_asked_twice(crm, pigeons, wait):
    other = Who(email="ayse.second@example.org")
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    crm.record(delivered(other, "8"))
    crm.work()
    crm.customers.merge(AYSE, other)
    assert len(crm.surveys.invitations(AYSE)) == 2
    wait(1)
    with pytest.raises(ConflictError):
        crm.surveys.invite(AYSE, "mood")


def test_who_is_erased_leaves_nothing_and_their_link_leads_nowhere(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    crm.record(delivered())
    wait(1)
    token = token_in(pigeons.sent[0])
    crm.surveys.save(token, {"score": 2})
    crm.privacy.erase(AYSE, because="they asked for it")
    with crm.database.read() as transaction:
        for table in ("ecrm_survey_invitation", "ecrm_survey_partial"):
            assert transaction.core(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608 - ours
    for call in (lambda: crm.surveys.open(token), lambda: crm.surveys.answer(token, {"score": 9})):
        with pytest.raises(NotFoundError):
            call()


def test_what_can_not_be_started_says_why(crm):
    for wrong in ({"after": "X", "every": "2 days"}, {"delay": "3 days"}, {"sample": 0}, {"colour": 1},
                  {"delay": "soon", "after": "X"}, {"reminders": ["99 days"]}):  # fmt: skip
        with pytest.raises(InvalidError):
            crm.surveys.start("mood", **wrong)
    for name in ("delay", "every", "rest", "again", "expires", "reminders"):
        with pytest.raises(InvalidError, match=f"^{name}: give a timedelta"):
            crm.surveys.start("mood", **{name: ["soon"]})
    with pytest.raises(NotFoundError):
        crm.surveys.start("nothing")
    with pytest.raises(NotFoundError):
        crm.surveys.start("mood", where="loyal")
    with pytest.raises(NotFoundError):
        crm.surveys.stop("nothing")
    with pytest.raises(NotFoundError):
        crm.surveys.invite("nobody@example.org", "mood")


def _wire(survey):
    from ecrm.surveys.schema import survey_to_wire

    return survey_to_wire(survey)


def test_a_survey_asks_nobody_from_the_day_it_ends_and_says_so(crm, pigeons, clock, wait):
    crm.surveys.start("mood", after="Order Delivered", ends_at=clock() + dt.timedelta(days=2))
    assert crm.surveys.running()[0].state == "running"
    wait(2)
    crm.record(delivered())
    wait(1)
    assert (states(crm), pigeons.sent) == (["skipped"], [])
    assert crm.surveys.invitations()[0].reason == "the survey has ended"
    assert crm.surveys.running()[0].state == "ended"
    assert crm.surveys.stop("mood").state == "stopped"


def test_who_showed_a_card_in_a_store_is_asked_by_mail_and_the_answer_names_the_store(crm, pigeons, wait):
    crm.surveys.start("mood", after="Store Visited", delay="1 days")
    crm.record(events.SignedUp(customer=Who(card="c-7", email=AYSE.email)))
    crm.record(events.StoreVisited(customer=Who(card="c-7"), location_id="kadikoy", source_id="till-1"))
    crm.record(events.StoreVisited(customer=Who(card="c-8"), location_id="kadikoy", source_id="till-2"))
    wait(2)
    assert [one.to for one in pigeons.sent] == [AYSE.email]
    assert sorted(states(crm)) == ["sent", "skipped"]
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})
    answered = next(one for one in crm.timeline(AYSE) if one.kind == "Survey Answered")
    assert answered.context["location_id"] == "kadikoy"
    assert crm.surveys.results("mood", by="location_id").groups["kadikoy"].n == 1


def test_a_survey_that_was_withdrawn_is_asked_of_nobody_and_its_links_lead_nowhere(crm, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered")
    link = crm.surveys.link("mood").rpartition("/")[2]
    crm.record(delivered())
    wait(1)
    is_open = crm.surveys.open(link)
    crm.surveys.write(attrs.evolve(mood(), title={"en": "Again", "tr": "Yine"}))
    crm.surveys.publish("mood")
    crm.surveys.withdraw("mood")
    with pytest.raises(NotFoundError):
        crm.surveys.open(link)
    with pytest.raises(ConflictError, match="not live"):
        crm.surveys.link("mood")
    with pytest.raises(ConflictError, match="not live"):
        crm.surveys.withdraw("mood")
    crm.record(delivered(MEHMET, "8"))
    crm.work()
    assert [one.reason for one in crm.surveys.invitations(MEHMET)] == ["the survey is not live"]
    crm.surveys.answer(token_in(pigeons.sent[0]), {"score": 9})
    crm.surveys.answer(is_open.token, {"score": 9})
    assert crm.surveys.results("mood").n == 2
    assert crm.surveys.publish("mood").version == 2
    assert crm.surveys.open(link).survey.version == 2


def test_who_could_not_be_asked_in_time_is_not_asked_too_late(crm, pigeons, clock):
    crm.surveys.start("mood", after="Order Delivered", delay="3 days", expires="14 days")
    crm.record(delivered())
    crm.work()
    clock.advance(days=18)
    crm.work()
    assert pigeons.sent == []
    assert [(one.state, one.reason) for one in crm.surveys.invitations(AYSE)] == [("skipped", "it is too late to ask")]


def test_who_can_answer_for_a_short_time_is_still_asked_after_the_quiet_hours(crm, pigeons, clock):
    crm.messages.configure(quiet_hours=QuietHours(dt.time(21), dt.time(8)))
    crm.surveys.start("mood", after="Order Delivered", expires="2 hours")
    clock.advance(hours=(22 - clock().hour) % 24)
    crm.record(delivered())
    crm.work()
    assert pigeons.sent == []
    clock.advance(hours=11)
    crm.work()
    assert len(pigeons.sent) == 1


_ASKED = (
    lambda surveys, given: surveys.results(given),
    lambda surveys, given: surveys.results("mood", by=given),
    lambda surveys, given: surveys.results("mood", version=given),
    lambda surveys, given: surveys.verbatims(given),
    lambda surveys, given: surveys.said_versus_did(given),
    lambda surveys, given: surveys.export(given),
    lambda surveys, given: surveys.take_in(given, []),
    lambda surveys, given: surveys.report(given, has_charts=False),
    lambda surveys, given: surveys.show(given),
    lambda surveys, given: surveys.publish(given),
    lambda surveys, given: surveys.withdraw(given),
    lambda surveys, given: surveys.start(given),
    lambda surveys, given: surveys.start("mood", after=given),
    lambda surveys, given: surveys.invite(AYSE, given),
    lambda surveys, given: surveys.link(given),
    lambda surveys, given: surveys.invitations(survey=given),
    lambda surveys, given: surveys.invitations(limit=given),
)


def test_what_can_be_no_survey_is_refused_before_the_database_sees_it(crm):
    for number, ask in enumerate(_ASKED):
        for given in ("nps\0", "\ud800", b"nps", ["nps"], "", "n" * 5_000):
            try:
                ask(crm.surveys, given)
            except (InvalidError, NotFoundError):
                continue
            pytest.fail(f"{number} takes {given!r}")
