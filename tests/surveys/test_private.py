"""What somebody answered stands in no log, no error and no repr; it is in their export, and gone when they are."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import attrs
import pytest
import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.errors import EcrmError
from ecrm.hookspecs import QuestionKind, hookimpl
from ecrm.http import Request
from ecrm.surveys import Date, Email, LongText, Multiple, Nps, Number, Phone, PluginQuestion, ShortText, Single, Survey
from ecrm.surveys.scoring import Estimate
from ecrm.web import Site
from surveys.conftest import AYSE, delivered, token_in

GOOD = {
    "score": 3,
    "line": "Kanarya-1",
    "text": "Kanarya-2",
    "one": {"other": "Kanarya-3"},
    "many": ["late", {"other": "Kanarya-4"}],
    "number": 740517,
    "day": "1974-05-17",
    "email": "kanarya@example.org",
    "phone": "+905325557405",
    "plugin": "Kanarya-5",
}
CANARIES = ("Kanarya", "kanarya", "740517", "1974-05-17", "5557405")
WRONG = {
    "score": "Kanarya-11",
    "line": "Kanarya\n12",
    "text": "Kanarya" * 2_000,
    "one": "Kanarya-13",
    "many": ["Kanarya-14"],
    "number": "Kanarya-15",
    "day": "Kanarya-16",
    "email": "Kanarya-17",
    "phone": "Kanarya-18",
    "plugin": "Kanarya-refused",
}


def _word(answer, _):
    if answer == WRONG["plugin"]:
        message = f"no such word: {answer}"
        raise ValueError(message)
    return answer


WORD = QuestionKind("word", "A word.", check=_word, field="nowhere.at_all:drawn")


class Words:
    """Bring a kind of question that repeats what it refuses."""

    name = "words"

    @hookimpl
    def register_question_kinds(self):
        return [WORD]


def held_by(value, depth=0):
    """Give a model of ours and all that it holds."""
    # An estimate is a figure that is there to be shown, of however few.
    if isinstance(value, Estimate) or depth > 6:
        return
    yield value
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from held_by(getattr(value, field.name), depth + 1)
    elif isinstance(value, dict):
        for one in value.values():
            yield from held_by(one, depth + 1)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from held_by(one, depth + 1)


def said_of(*values):
    """Give the reprs of models of surveys, and of all they hold."""
    models = {repr(one) for value in values for one in held_by(value) if type(one).__module__.startswith("ecrm.")}
    return "\n".join(models)


def canaries_in(text):
    return [one for one in CANARIES if one in text]


@pytest.fixture
def asked(opened, pigeons, clock):
    """Ask a survey that takes something of one's own in every way; give the CRM and the token."""
    crm = opened(pigeons, Words())
    choices = {"late": "Late"}
    crm.surveys.write(
        Survey(
            "own",
            "Own",
            [
                Nps("score", "?"),
                ShortText("line", "?"),
                LongText("text", "?"),
                Single("one", "?", choices=choices, has_other=True),
                Multiple("many", "?", choices=choices, has_other=True),
                Number("number", "?"),
                Date("day", "?"),
                Email("email", "?"),
                Phone("phone", "?", country="TR"),
                PluginQuestion("plugin", "?", of=WORD),
            ],
        )
    )
    crm.surveys.publish("own")
    crm.surveys.start("own", after="Order Delivered")
    crm.record(delivered())
    clock.advance(days=1)
    crm.work()
    crm.work()
    return crm, token_in(pigeons.sent[0])


def test_an_answer_is_in_no_repr_no_log_and_no_error(asked, caplog):
    crm, token = asked
    caplog.set_level(logging.DEBUG, "ecrm")
    errors = []
    for key, answer in WRONG.items():
        for take in (crm.surveys.save, crm.surveys.answer):
            with pytest.raises(EcrmError) as raised:
                take(token, {key: answer})
            errors.append(raised.value)
        fields = [("shown", key), *((f"a.{key}", one) for one in ([answer] if isinstance(answer, str) else answer))]
        page = Site(crm).answer(Request("POST", f"/survey/{token}", urlencode(fields).encode()))
        assert page.status == 400
    kept = crm.surveys.save(token, GOOD)
    opened = crm.surveys.open(token)
    taken = crm.surveys.answer(token, GOOD)
    served = crm.surveys
    models = said_of(
        kept, opened, taken, served.results("own", by="surveys.answered_count"), served.verbatims("own"),
        served.export("own"), served.invitations(), served.running(), served.said_versus_did("own"), served,
    )  # fmt: skip
    assert canaries_in(models) == []
    assert canaries_in("\n".join(record.getMessage() + str(record.exc_info) for record in caplog.records)) == []
    chained = [one for error in errors for one in (error, error.__cause__, error.__context__) if one is not None]
    assert canaries_in("\n".join(repr(one) for one in chained if not isinstance(one, ValueError))) == []
    assert canaries_in("\n".join(repr(error) + str(error.__cause__) for error in errors)) == []


def test_an_answer_is_in_the_export_of_a_customer_and_gone_when_they_are_erased(asked):
    crm, token = asked
    crm.surveys.save(token, {"line": "Kanarya-1"})
    assert "Kanarya-1" in _text_of(crm.privacy.export(AYSE))
    crm.surveys.answer(token, GOOD)
    assert set(canaries_in(_text_of(crm.privacy.export(AYSE)))) == set(CANARIES)
    crm.privacy.erase(AYSE, because="asked for it")
    assert canaries_in(_everything(crm)) == []


def _text_of(export):
    return export.json()


def _everything(crm):
    with crm.database.read() as transaction:
        tables = METADATA.tables.values()
        return "\n".join(str(row._asdict()) for table in tables for row in transaction.core(sa.select(table)))
