"""The signed id of a visitor: nobody can make one up, and a database that is away hurts nobody."""

from __future__ import annotations

import threading
import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ecrm import CRM
from ecrm.errors import UnavailableError
from ecrm.web import Visitors

SECRETS = {"links": ["a new secret of thirty-two bytes!!", "an old secret of thirty-two bytes!"]}


def test_a_visitor_is_known_again_by_another_worker_of_the_shop(crm):
    made = Visitors(crm).new()
    assert UUID(hex=made.anonymous_id)
    assert Visitors(crm).read(made.cookie) == made
    assert made.anonymous_id not in repr(made)


def test_each_visitor_is_another(crm):
    visitors = Visitors(crm)
    assert visitors.new().anonymous_id != visitors.new().anonymous_id


def test_a_visitor_of_another_shop_is_unknown(crm):
    assert Visitors(crm.for_shop("other")).read(Visitors(crm).new().cookie) is None


def test_a_link_is_no_visitor(crm):
    assert Visitors(crm).read(crm.links.signer("main", "unsubscribe").dumps("someone")) is None


def test_a_cookie_signed_with_the_old_secret_is_known_while_it_is_rotated(database_url):
    cookies = []
    for secrets in (SECRETS["links"][1], SECRETS["links"], SECRETS["links"][0]):
        with CRM(database_url, plugins=[], secrets={"links": secrets}) as crm:
            crm.upgrade()
            cookies.append(Visitors(crm).new().cookie)
            known = [Visitors(crm).read(cookie) is not None for cookie in cookies]
    assert known == [False, True, True]


def test_nothing_made_up_is_known(tmp_path):
    with CRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[]) as crm:
        visitors = Visitors(crm)
        made = visitors.new()
        cookie = made.cookie
        places = st.integers(0, len(cookie) - 1)
        changed = st.builds(lambda at, by: cookie[:at] + by + cookie[at + 1 :], places, st.characters())

        @given(st.none() | st.text() | changed)
        def is_refused(forged):
            # The same signature may be written with other letters of its base64.
            found = visitors.read(forged)
            assert found is None or found.anonymous_id == made.anonymous_id

        is_refused()


def test_a_database_that_is_away_makes_no_visitor_and_raises_nothing(crm, monkeypatch):
    cookie, moment = Visitors(crm).new().cookie, [0.0]

    def away(*_):
        raise UnavailableError("the database is away")

    visitors = Visitors(crm, moment=lambda: moment[0])
    with monkeypatch.context() as patch:
        patch.setattr(type(crm.links), "signer", away)
        assert visitors.new() is None
        assert visitors.read(cookie) is None
    # It is not asked again at once, and then it is.
    assert visitors.read(cookie) is None
    moment[0] = 6.0
    assert visitors.read(cookie) is not None


def test_a_database_that_does_not_answer_holds_no_request_up(crm, monkeypatch):
    signer, answers = crm.links.signer, threading.Event()

    def silent(*about):
        answers.wait()
        return signer(*about)

    monkeypatch.setattr(type(crm.links), "signer", staticmethod(silent))
    began = time.monotonic()
    visitors = Visitors(crm)
    assert [visitors.new() for _ in range(50)] == [None] * 50
    assert time.monotonic() - began < 2
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "ecrm-visitors":
            thread.join()
