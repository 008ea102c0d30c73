"""What every webhook keeps: what is forged, tampered with or no JSON leaves nothing; what comes again does no harm."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from ecrm.crm import CRM
from ecrm.http import Request
from ecrm.testing.contracts.case import NOTHING, SourceStage, is_refused, is_taken, logged
from ecrm.testing.contracts.picture import difference, picture

__all__ = ["Receiving", "assert_silent"]

_ODD = "ığü\udcff\0"
MALFORMED = (
    b"", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1e400}', b'{"a": 1, "a": 2}', b'{"a": "\\u0000"}',
    b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}",
)  # fmt: skip
OF_ANOTHER_SHAPE = (b"null", b"7", b'"text"', b"[]", b"{}", b"[[]]", b'[{"a": null}]', b'{"a": {"b": [null, true]}}')


class Receiving:
    """Test a source that receives."""

    signs_bodies: bool = True
    signs_in_headers: bool = True

    def test_deliveries_are_kept_and_their_events_reach_the_timelines(self, source_stage: SourceStage) -> None:
        """None of them is rejected."""
        crm = source_stage.open_to_receive()
        for request in source_stage.deliveries():
            assert is_taken(source_stage.receive(crm, request)), "a delivery that is as it should be is refused"
        crm.work()
        assert not crm.inbox.rejected(), f"a delivery is rejected: {crm.inbox.rejected()[0].reasons}"
        assert picture(crm), "no event reached a timeline"

    def test_a_tampered_body_is_refused_and_leaves_nothing(self, source_stage: SourceStage) -> None:
        """Whatever was changed: one byte is enough. Not asked of senders that sign no bodies: `signs_bodies`."""
        if self.signs_bodies:
            first, second, *_ = source_stage.deliveries()
            changed = bytearray(first.body)
            changed[len(changed) // 2] ^= 1
            bodies = (first.body + b" ", first.body[:-1], bytes(changed), second.body)
            _assert_refused(source_stage, [attrs.evolve(first, body=body) for body in bodies], "a tampered body")

    def test_a_wrong_secret_is_refused_and_leaves_nothing(self, source_stage: SourceStage) -> None:
        """What a forger makes up is no signature."""
        wrong = {name: f"{value[::-1]}-forged" for name, value in source_stage.case.secrets.items()}
        forged = [source_stage.sent(body, wrong) for body in source_stage.case.bodies]
        _assert_refused(source_stage, forged, "what a wrong secret signed")

    def test_a_missing_or_odd_signature_is_refused_and_leaves_nothing(self, source_stage: SourceStage) -> None:
        """It is never an error of ours."""
        request = source_stage.deliveries()[0]
        bare = attrs.evolve(request, body=source_stage.case.bodies[0])
        if not self.signs_in_headers:
            _assert_refused(source_stage, [bare], "what nobody signed")
            return
        odd = [attrs.evolve(request, headers={}, query={})]
        for value in ("", "wrong", _ODD):
            headers, query = dict.fromkeys(request.headers, value), dict.fromkeys(request.query, value)
            odd.append(attrs.evolve(request, headers=headers, query=query))
        _assert_refused(source_stage, odd, "what nobody signed")

    def test_a_shop_that_has_set_no_secret_receives_nothing(self, source_stage: SourceStage) -> None:
        """An empty secret signs nothing."""
        crm = source_stage.open_without({})
        if source_stage.case.settings:
            crm.plugins.configure(source_stage.plugin, **source_stage.case.settings)
        empty = dict.fromkeys(source_stage.case.secrets, "")
        for secrets in (source_stage.case.secrets, empty):
            assert is_refused(source_stage.receive(crm, source_stage.sent(source_stage.case.bodies[0], secrets)))
        assert crm.inbox.counts() == NOTHING, "a shop without a secret keeps what anybody sends"

    def test_both_secrets_count_during_a_rotation_and_the_old_one_not_after(self, source_stage: SourceStage) -> None:
        """So that nothing is lost between the two sides."""
        old, body = source_stage.case.secrets, source_stage.case.bodies[0]
        new = {name: f"{value}-anew" for name, value in old.items()}
        during, after = source_stage.open_to_receive(new, old), source_stage.open_to_receive(new)
        for secrets in (old, new):
            answer = source_stage.receive(during, source_stage.sent(body, secrets))
            assert is_taken(answer), "an active secret is refused: try every value of keys.secrets(…)"
        assert is_refused(source_stage.receive(after, source_stage.sent(body, old))), "a retired secret still counts"
        assert is_taken(source_stage.receive(after, source_stage.sent(body, new)))

    def test_deliveries_again_and_in_another_order_lead_to_the_same(self, source_stage: SourceStage) -> None:
        """Senders repeat, and do not keep the order."""
        deliveries = source_stage.deliveries()
        wanted = source_stage.told(deliveries)
        for other in ([*deliveries, *deliveries], deliveries[::-1], [*deliveries[1:], *deliveries]):
            found = difference(wanted, source_stage.told(other))
            assert not found, f"again, or in another order, they lead to something else:\n{found}"

    def test_a_delivery_that_is_replayed_leads_to_the_same(self, source_stage: SourceStage) -> None:
        """Translating it again gives the same events with the same ids."""
        crm = source_stage.open_to_receive()
        for request in source_stage.deliveries():
            source_stage.receive(crm, request)
        crm.work()
        before = picture(crm)
        crm.clock.advance(days=1)
        crm.inbox.replay(range(1, 1_000))
        crm.work()
        found = difference(before, picture(crm))
        assert not found, f"replayed, they lead to something else:\n{found}"

    def test_a_body_that_is_no_json_is_refused_or_rejected_and_nothing_else(self, source_stage: SourceStage) -> None:
        """Signed as it should be, too. A source of bytes may keep it, and reject it when it is translated."""
        is_json = source_stage.contributions.sources[source_stage.source].record.form == "json"
        crm = source_stage.open_to_receive()
        for body in MALFORMED:
            answer = source_stage.receive(crm, source_stage.sent(body))
            assert is_refused(answer) or (is_taken(answer) and not is_json), (
                f"no JSON, and it is answered with {answer}"
            )
        assert crm.inbox.counts() == NOTHING or not is_json, "what is no JSON was kept"
        crm.work()
        assert not picture(crm), "what is no JSON reached a timeline"

    def test_a_body_of_another_shape_is_refused_or_rejected_and_nothing_else(self, source_stage: SourceStage) -> None:
        """The worker goes on: what is as it should be is received after it."""
        crm = source_stage.open_to_receive()
        for body in (*OF_ANOTHER_SHAPE, *_damaged(source_stage)):
            answer = source_stage.receive(crm, source_stage.sent(body))
            assert is_taken(answer) or is_refused(answer), f"a body of another shape is answered with {answer}"
        crm.work()
        for request in source_stage.deliveries():
            source_stage.receive(crm, request)
        assert crm.work().translated, "after a body of another shape nothing is translated any more"

    def test_nothing_secret_or_personal_is_in_logs_or_reasons(self, source_stage: SourceStage) -> None:
        """Not at DEBUG, and not in what is told of a delivery that was rejected."""
        crm = source_stage.open_to_receive()
        with logged() as words:
            for request in _all_sorts(source_stage):
                words.append(repr(source_stage.receive(crm, request)))
            crm.work()
        assert_silent(source_stage, crm, words)


def assert_silent(stage: SourceStage, crm: CRM, words: list[str]) -> None:
    """Refuse what says a secret, or something personal."""
    words += [str(row.reasons) for row in crm.inbox.rejected(1_000)]
    words += [repr(crm.health()), repr(stage.contributions.sources[stage.source].record)]
    said = "\n".join(words)
    for name, value in stage.case.secrets.items():
        assert value not in said, f"the secret {name} is in a log, a reason or a repr"
    for place, value in enumerate(stage.case.personal):
        assert value not in said, f"personal[{place}] is in a log, a reason or a repr"


def _assert_refused(stage: SourceStage, requests: Iterable[Request], what: str) -> None:
    crm = stage.open_to_receive()
    for request in requests:
        answer = stage.receive(crm, request)
        assert is_refused(answer), f"{what} is answered with {answer}"
    assert crm.inbox.counts() == NOTHING, f"{what} is refused, and kept"


def _all_sorts(stage: SourceStage) -> Iterator[Request]:
    for request in stage.deliveries():
        yield request
        yield attrs.evolve(request, headers={})
        yield attrs.evolve(request, body=request.body + b" ")
        yield attrs.evolve(request, headers=dict.fromkeys(request.headers, " ".join(stage.case.personal)))
    for body in (*MALFORMED, *OF_ANOTHER_SHAPE, *_damaged(stage)):
        yield stage.sent(body)


def _damaged(stage: SourceStage) -> Iterator[bytes]:
    """Give the first body with each of its values replaced by something personal, and with each left out."""
    try:
        whole = json.loads(stage.case.bodies[0])
    except ValueError:
        return
    told = " ".join(stage.case.personal) or "nobody"
    for path in _paths(whole):
        yield json.dumps(_changed(whole, path, told)).encode()
        yield json.dumps(_changed(whole, path, None)).encode()


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, below in inner:
        yield (name,)
        yield from ((name, *path) for path in _paths(below))


def _changed(value: Any, path: tuple[Any, ...], told: str | None) -> Any:
    if not path:
        return told
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = _changed(copy[path[0]], path[1:], told)
    return copy
