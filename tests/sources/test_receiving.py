"""A webhook is verified, kept and answered; what is not right is refused, and leaves nothing."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import AYSE, BODY, FORGED, HORSE, PURPLE, Acme, orders, sent, verify
from ecrm import CRM
from ecrm.errors import SetupError, UnavailableError
from ecrm.hookspecs import Delivery, Refusal
from ecrm.http import Request, Response

NOTHING = {"waiting": 0, "done": 0, "rejected": 0}
DEEP = b'{"orders": ' + b"[" * 40 + b"]" * 40 + b"}"


def test_a_signed_delivery_is_kept_and_answered_with_200(acme):
    assert acme.receive("acme", sent()).status == 200
    assert acme.inbox.counts()["waiting"] == 1
    assert acme.work().translated == 1
    assert acme.facts(AYSE)["orders.count"] == 1


def test_a_source_that_is_not_there_is_404(acme):
    assert acme.receive("nobody", sent()).status == 404


def test_a_source_that_is_only_pulled_has_no_address(open_crm):
    crm = open_crm(Acme(verify=None, translate=None, pull=print))
    assert crm.receive("acme", sent()).status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_another_method_than_post_is_405_and_keeps_nothing(acme, method):
    request = sent()
    answer = acme.receive("acme", Request(method, request.path, request.body, request.headers))
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert acme.inbox.counts() == NOTHING


def test_a_body_over_the_limit_is_413_and_is_not_even_verified(open_crm):
    asked = []
    crm = open_crm(Acme(body_limit=20, verify=lambda *_: asked.append(1)))
    assert crm.receive("acme", sent(b"1" * 21)).status == 413
    assert asked == []
    assert crm.inbox.counts() == NOTHING


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-acme-signature": ""}, {"x-acme-signature": "wrong"}, {"x-acme-signature": "ığüşöç"},
     {"x-acme-signature": "\udcff"}, {"x-acme-signature": "\0"}],
)  # fmt: skip
def test_a_missing_or_wrong_signature_is_401_and_keeps_nothing(acme, headers):
    assert acme.receive("acme", Request("POST", body=BODY, headers=headers)).status == 401
    assert acme.inbox.counts() == NOTHING


def test_a_tampered_body_and_a_wrong_secret_are_401(acme):
    request = sent()
    tampered = Request("POST", body=request.body.replace(b"149.90", b"1.00"), headers=request.headers)
    assert acme.receive("acme", tampered).status == 401
    assert acme.receive("acme", sent(secret=FORGED)).status == 401
    assert acme.inbox.counts() == NOTHING


def raising(error):
    def verify(*_):
        raise error

    return verify


@pytest.mark.parametrize("error", [KeyError(AYSE), ValueError(AYSE), SystemExit(AYSE), RecursionError(AYSE)])
def test_a_verify_that_fails_is_400_and_keeps_nothing(open_crm, caplog, error):
    crm = open_crm(Acme(verify=raising(error)))
    assert crm.receive("acme", sent()).status == 400
    assert crm.inbox.counts() == NOTHING
    assert type(error).__name__ in caplog.text
    assert AYSE not in caplog.text


@pytest.mark.parametrize("given", [None, True, "main", ("main", "1"), object()])
def test_a_verify_that_answers_with_something_else_is_400(open_crm, given):
    crm = open_crm(Acme(verify=lambda *_: given))
    assert crm.receive("acme", sent()).status == 400
    assert crm.inbox.counts() == NOTHING


@pytest.mark.parametrize("error", [UnavailableError("away"), SetupError("a secret can not be opened")])
def test_a_delivery_that_can_not_be_verified_now_is_503_so_that_it_comes_again(open_crm, error):
    answer = open_crm(Acme(verify=raising(error))).receive("acme", sent())
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")


def test_a_shop_that_has_not_set_the_source_up_is_refused_whatever_verify_says(open_crm):
    crm = open_crm(Acme(verify=lambda request, _: Delivery(request.headers["x-shop"])))
    assert crm.receive("acme", sent(x_shop="other")).status == 401
    assert crm.inbox.counts() == NOTHING
    assert crm.receive("acme", sent(x_shop="main")).status == 200


def test_a_shop_that_has_switched_the_plugin_off_is_refused(acme):
    acme.plugins.switch_off("acme")
    assert acme.receive("acme", sent()).status == 401


def test_each_shop_is_known_by_its_own_secret(open_crm):
    crm = open_crm()
    outlet = crm.for_shop("outlet")
    outlet.plugins.configure("acme", api_secret=PURPLE)
    assert crm.receive("acme", sent(secret=PURPLE)).status == 200
    crm.work()
    assert outlet.facts(AYSE)["orders.count"] == 1
    assert crm.customers.find(AYSE) is None


def test_both_secrets_count_while_one_is_rotated_and_the_old_one_not_after(open_crm):
    crm = open_crm()
    crm.plugins.configure("acme", api_secret=HORSE)
    crm.plugins.rotate("acme", api_secret=PURPLE)
    assert crm.receive("acme", sent(orders("1"), HORSE)).status == 200
    assert crm.receive("acme", sent(orders("2"), PURPLE)).status == 200
    crm.plugins.retire("acme", "api_secret")
    assert crm.receive("acme", sent(orders("3"), HORSE)).status == 401
    assert crm.receive("acme", sent(orders("3"), PURPLE)).status == 200


@pytest.mark.parametrize("secret", ["", "short", "  " * 12])
def test_an_empty_or_short_secret_is_refused_at_the_start(open_crm, secret):
    with pytest.raises(SetupError) as error:
        open_crm(secrets={"acme.api_secret": secret})
    assert "acme.api_secret" in str(error.value)


def test_without_a_secret_nothing_is_signed(open_crm):
    crm = open_crm(secrets={})
    crm.plugins.configure("acme", seller_id="S-1")
    for secret in ("x", HORSE):
        assert crm.receive("acme", sent(secret=secret)).status == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null null", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1e400}', b'{"a": Infinity}', b'{"a": 1, "a": 2}',
     b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', DEEP, b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}"],
    ids=range(13),
)  # fmt: skip
def test_json_that_can_not_be_kept_is_400_and_leaves_nothing(acme, body):
    assert acme.receive("acme", sent(body)).status == 400
    assert acme.inbox.counts() == NOTHING


def test_a_source_of_bytes_keeps_what_is_no_json(open_crm):
    crm = open_crm(Acme(form="bytes", translate=lambda *_: []))
    assert crm.receive("acme", sent(b"webhook_id=7")).status == 200


def test_a_delivery_that_comes_again_is_kept_once(acme):
    for _ in range(3):
        assert acme.receive("acme", sent(x_acme_id="d-1")).status == 200
        assert acme.receive("acme", sent(orders("2"))).status == 200
    assert acme.inbox.counts()["waiting"] == 2
    acme.work()
    assert acme.receive("acme", sent(x_acme_id="d-1")).status == 200
    assert acme.inbox.counts()["waiting"] == 0


def test_without_an_id_two_bodies_are_two_deliveries(acme):
    acme.receive("acme", sent(orders("1"), x_acme_id=""))
    acme.receive("acme", sent(orders("2"), x_acme_id=""))
    assert acme.inbox.counts()["waiting"] == 2


def test_a_delivery_that_comes_at_once_in_many_threads_is_kept_once(acme):
    start = threading.Barrier(8)

    def send(_):
        start.wait(10)
        return acme.receive("acme", sent()).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {200}
    assert acme.inbox.counts()["waiting"] == 1


@pytest.mark.parametrize("id_", ["x" * 256, "a\0b", "a\udc80"])
def test_an_id_that_can_not_be_kept_is_400(acme, id_):
    assert acme.receive("acme", sent(x_acme_id=id_)).status == 400
    assert acme.inbox.counts() == NOTHING


@pytest.mark.parametrize("topic", ["a\0b", "a\udc80"])
def test_a_context_that_can_not_be_kept_is_400(acme, topic):
    assert acme.receive("acme", sent(x_acme_topic=topic)).status == 400
    assert acme.inbox.counts() == NOTHING


def test_a_handshake_is_answered_as_verify_says_and_keeps_nothing(open_crm):
    def greet(request, keys):
        if request.method == "GET":
            return Response(200, request.query["hub.challenge"].encode())
        return verify(request, keys)

    crm = open_crm(Acme(verify=greet))
    answer = crm.receive("acme", Request("GET", query={"hub.challenge": "42"}))
    assert (answer.status, answer.body) == (200, b"42")
    assert crm.inbox.counts() == NOTHING
    assert crm.receive("acme", sent()).status == 200


def test_a_refusal_keeps_its_own_status_and_tells_the_sender_nothing(open_crm):
    crm = open_crm(Acme(verify=lambda *_: Refusal(422, "no such topic")))
    answer = crm.receive("acme", sent())
    assert (answer.status, answer.body) == (422, b"refused")


def test_a_database_that_is_away_is_503_with_a_time_to_come_again(caplog):
    away = "postgresql+psycopg://nobody@127.0.0.1:1/nowhere"
    with CRM(away, plugins=[Acme()], secrets={"acme.api_secret": HORSE}) as crm:
        answer = crm.receive("acme", sent())
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert AYSE not in caplog.text


def test_an_inbox_that_can_not_be_written_is_503(acme, caplog):
    with acme.database.write() as transaction:
        transaction.run("ALTER TABLE ecrm_inbox RENAME TO ecrm_gone")
    try:
        assert acme.receive("acme", sent()).status == 503
    finally:
        with acme.database.write() as transaction:
            transaction.run("ALTER TABLE ecrm_gone RENAME TO ecrm_inbox")
    assert "could not be kept" in caplog.text


def test_nothing_of_a_request_is_in_logs_or_reprs(acme, caplog):
    caplog.set_level(logging.DEBUG)
    said = []
    for request in (sent(), sent(secret=FORGED), sent(b'{"ayse@example.org": NaN}'), sent(x_acme_id="x" * 300)):
        said += [repr(request), repr(request.headers), repr(acme.receive("acme", request))]
    acme.work()
    told = caplog.text + "".join(said) + repr(Delivery("main", context={"topic": AYSE}))
    signed = [sent().headers["x-acme-signature"], sent(secret=FORGED).headers["x-acme-signature"]]
    assert [secret for secret in (AYSE, "149.90", HORSE, FORGED, *signed) if secret in told] == []


@given(body=st.binary(max_size=200), sign=st.text(max_size=40) | st.none(), id_=st.text(max_size=20))
def test_any_bytes_are_kept_or_refused_and_are_never_an_error(shared, body, sign, id_):
    request = sent(body, x_acme_id=id_)
    if sign is not None:
        request = Request("POST", body=body, headers={"x-acme-signature": sign})
    before = shared.inbox.counts()["waiting"]
    status = shared.receive("acme", request).status
    kept = shared.inbox.counts()["waiting"] - before
    assert (status, kept) in {(200, 1), (200, 0), (400, 0), (401, 0)}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'crm.db'}"
    with CRM(url, plugins=[Acme(form="bytes")], secrets={"acme.api_secret": HORSE}) as crm:
        yield crm
