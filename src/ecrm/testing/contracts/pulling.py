"""What every source that is pulled keeps: nothing is lost or doubled, whatever the other system answers."""

from __future__ import annotations

import pytest

from ecrm.errors import UnavailableError
from ecrm.http import Response
from ecrm.testing.contracts.case import SourceStage, logged
from ecrm.testing.contracts.picture import Lines, difference, picture
from ecrm.testing.contracts.receiving import assert_silent
from ecrm.testing.frozen import FrozenCRM

__all__ = ["Pulling"]

_WAIT_S = 120
_AFTER_ANY_BACKOFF_H = 25
_FAILURES: tuple[Response | None, ...] = (
    Response(500, b"Internal Server Error"), Response(503), Response(401), Response(404), Response(301), None,
    Response(200, b"<html>", {"content-type": "text/html"}), Response.json([]), Response.json(None), Response(200),
    Response.json({"errors": [{"message": "Too many"}]}), Response(429, headers={"retry-after": "soon"}),
)  # fmt: skip


class Pulling:
    """Test a source that is pulled."""

    def test_what_is_pulled_reaches_the_timelines(self, source_stage: SourceStage) -> None:
        """None of it is rejected."""
        crm = source_stage.open()
        assert source_stage.pulled(crm), "nothing that was pulled reached a timeline"
        assert not crm.inbox.rejected(), f"what was pulled is rejected: {crm.inbox.rejected()[0].reasons}"

    def test_what_is_pulled_again_leads_to_the_same(self, source_stage: SourceStage) -> None:
        """Every event has an id of its own, and is stored once."""
        crm = source_stage.open()
        before = source_stage.pulled(crm)
        crm.clock.advance(minutes=1)
        source_stage.forget_cursors(crm)
        _assert_same(before, source_stage.pulled(crm), "pulled twice")

    def test_pages_of_any_size_lead_to_the_same(self, source_stage: SourceStage) -> None:
        """Down to one thing a page."""
        wanted = source_stage.wanted()
        before = source_stage.server.size
        try:
            for size in (3, 2, 1):
                source_stage.server.size = size
                _assert_same(wanted, source_stage.pulled(source_stage.open()), f"with {size} on a page")
        finally:
            source_stage.server.size = before

    def test_it_waits_as_long_as_the_other_system_asks(self, source_stage: SourceStage) -> None:
        """A 429 with Retry-After: not a request before that is over, and all of it after."""
        wanted = source_stage.wanted()
        crm = source_stage.open()
        source_stage.server.answer_next(Response(429, headers={"Retry-After": str(_WAIT_S)}))
        with pytest.raises(UnavailableError):
            source_stage.sync(crm)
        asked = len(source_stage.server.requests)
        crm.clock.advance(seconds=_WAIT_S - 1)
        crm.work()
        early = len(source_stage.server.requests) - asked
        assert not early, "it is asked again before Retry-After: raise UnavailableError(…, retry_after_s=…)"
        crm.clock.advance(seconds=1)
        crm.work()
        assert len(source_stage.server.requests) > asked, "it is not asked again after Retry-After"
        _assert_same(wanted, source_stage.pulled(crm), "after a Retry-After")

    def test_whatever_the_other_system_answers_it_is_asked_later_and_nothing_is_lost(
        self, source_stage: SourceStage
    ) -> None:
        """An error, nonsense or nothing: told by the health, and pulled when it is over."""
        wanted = source_stage.wanted()
        crm = source_stage.open()
        for failure in _FAILURES:
            source_stage.forget_cursors(crm)
            source_stage.server.answer_next(failure)
            crm.work()
            _assert_put_off(source_stage, crm, f"the answer {failure or 'of nobody'}")
            _assert_same(wanted, source_stage.pulled(crm), f"after the answer {failure or 'of nobody'}")

    def test_a_failure_between_two_pages_loses_and_doubles_nothing(self, source_stage: SourceStage) -> None:
        """Wherever it comes: the cursor moves with its events."""
        wanted = source_stage.wanted()
        before, source_stage.server.size = source_stage.server.size, 1
        try:
            for place in range(1, 4):
                crm = source_stage.open()
                asked = source_stage.server.requests
                until = len(asked) + place
                while len(asked) < until and not _is_done(crm):
                    pass
                source_stage.server.answer_next(Response(500))
                crm.work()
                source_stage.server.answer_as_ever()
                crm.clock.advance(hours=_AFTER_ANY_BACKOFF_H)
                _assert_same(wanted, source_stage.pulled(crm), "after a failure between two pages")
        finally:
            source_stage.server.size = before

    def test_a_wrong_secret_is_told_by_the_health_and_brings_nothing(self, source_stage: SourceStage) -> None:
        """The other system refuses it."""
        wrong = {name: f"{value[::-1]}-wrong" for name, value in source_stage.case.secrets.items()}
        crm = source_stage.open(wrong)
        crm.work()
        _assert_put_off(source_stage, crm, "a wrong secret")
        assert not picture(crm), "a wrong secret brings something: does the server look at it?"

    def test_nothing_secret_or_personal_is_in_logs_or_the_health(self, source_stage: SourceStage) -> None:
        """Not at DEBUG: libraries of HTTP log addresses, so no secret is in one."""
        with logged() as words:
            crm = source_stage.open()
            source_stage.pulled(crm)
            for failure in _FAILURES:
                crm.clock.advance(hours=_AFTER_ANY_BACKOFF_H)
                source_stage.server.answer_next(failure)
                crm.work()
                words.append(repr(crm.health()))
        assert_silent(source_stage, crm, words)


def _is_done(crm: FrozenCRM) -> bool:
    crm.clock.advance(minutes=1)
    return not crm.work().pages


def _assert_put_off(stage: SourceStage, crm: FrozenCRM, what: str) -> None:
    finding = next(one for one in crm.health() if one.name == f"source {stage.source}")
    assert not finding.is_good, f"{what} passes for a page: raise where an answer is not as it should be"
    asked = len(stage.server.requests)
    crm.work()
    assert len(stage.server.requests) == asked, f"{what}: it is asked again at once"
    stage.server.answer_as_ever()
    crm.clock.advance(hours=_AFTER_ANY_BACKOFF_H)


def _assert_same(wanted: Lines, got: Lines, what: str) -> None:
    found = difference(wanted, got)
    assert not found, f"{what}, it leads to something else:\n{found}"
