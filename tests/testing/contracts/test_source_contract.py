"""The contract finds what is wrong: each broken source makes the test fail that is there for it."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import attrs
import pytest

from acme import HORSE, Acme, completed, sent, translate, verify
from ecrm import Who, events
from ecrm.errors import InvalidError, UnavailableError
from ecrm.hookspecs import Delivery, Page, Refusal
from ecrm.http import Response
from ecrm.signatures import is_signed, signature
from ecrm.testing import Loopback, SourceCase, SourceContract
from ecrm.testing.contracts.case import SourceStage

PEOPLE = ("ayse@example.org", "mehmet@example.org")
LOG = logging.getLogger("acme")
NUMBERS = itertools.count()
ALL = [
    {"orders": [{"id": str(number), "total": f"{number}7.50", "email": PEOPLE[number % 2]}]} for number in range(1, 5)
]
BODIES = tuple(json.dumps(one).encode() for one in ALL)


def answer(request, size):
    """Be Acme's shop system: orders after a place, for who shows the key."""
    if request.headers.get("x-api-key") != HORSE:
        return Response(401)
    start = int(request.query["after"] or 0)
    found = [order for one in ALL for order in one["orders"]]
    return Response.json(
        {"orders": found[start : start + size], "after": start + size, "more": start + size < len(found)}
    )


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


def ask(server, cursor, secret):
    request = urllib.request.Request(f"{server.url}/orders?after={cursor or ''}", headers={"x-api-key": secret})  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=5) as got:  # noqa: S310 - our own
            return json.loads(got.read())
    except urllib.error.HTTPError as error:
        wait = error.headers.get("retry-after")
        error.close()
        message = f"Acme answered {error.code}"
        raise UnavailableError(message, retry_after_s=float(wait) if (wait or "").isdecimal() else None) from error


def page_of(found, make=completed):
    made = [make(one["id"], one["total"], one["email"]) for one in found["orders"]]
    return Page(made, str(found["after"]), is_last=not found["more"])


def puller(server, **more):
    def pull(shop, cursor, keys):
        return page_of(ask(server, cursor, keys.secrets(shop, "api_secret")[0]))

    return Acme(**({"pull": pull} | more))


def case_of(plugin, server=None, **more):
    given = {"settings": {"seller_id": "S-1"}, "bodies": BODIES, "sign": sign, "personal": PEOPLE, "server": server}
    return SourceCase(plugin, {"api_secret": HORSE}, **(given | more))


def sign(body, secrets):
    return sent(body, secrets["api_secret"], x_acme_id=hashlib.sha256(body).hexdigest())


def failing(folder, case, tests, **flags):
    """Give which of these tests of the contract fail, on SQLite."""
    contract = type("Contract", (SourceContract,), flags)
    found = set()
    for name in sorted(tests):
        stage = SourceStage(case, lambda: f"sqlite:///{folder / f'{next(NUMBERS)}.db'}")
        try:
            getattr(contract(), name)(stage)
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - any failure is one
            found.add(name)
        finally:
            stage.close()
    return found


class TestReceivingSource(SourceContract):
    """A source that is right."""

    @pytest.fixture
    def source(self):
        return case_of(Acme())


class TestPulledSource(SourceContract):
    """A source that is right, both ways."""

    pulls = True

    @pytest.fixture
    def source(self, server):
        return case_of(puller(server), server)


class TestOnlyPulledSource(SourceContract):
    """A source that has no address."""

    receives, pulls = False, True

    @pytest.fixture
    def source(self, server):
        return case_of(puller(server, verify=None, translate=None), server, bodies=(), sign=None)


# ------------------------------------------------------------------ broken webhooks


def believes(request, keys):
    return Delivery(next(iter(keys.shops())), request.headers.get("x-acme-id"))


def looks_at_the_length(request, keys):
    given = request.headers.get("x-acme-signature", "")
    is_right = len(given) == 44 and is_signed(
        keys.secrets("main", "api_secret"), given.encode(), signature(HORSE, given.encode())
    )
    return Delivery("main") if is_right else Refusal()


def tries_the_newest(request, keys):
    (newest, *_) = keys.secrets("main", "api_secret") or ("",)
    is_right = is_signed([newest], request.body, request.headers.get("x-acme-signature"))
    return Delivery("main") if is_right else Refusal()


def takes_an_empty_secret(request, keys):
    secret = (keys.secrets("main", "api_secret") or ("",))[0]
    is_right = signature(secret, request.body) == request.headers.get("x-acme-signature")
    return Delivery("main") if is_right else Refusal()


def says_who_it_is(request, keys):
    LOG.debug("got %s", request.body)
    return verify(request, keys)


def says_the_secret(request, keys):
    LOG.debug("trying %s", keys.secrets("main", "api_secret"))
    return verify(request, keys)


def counts(body, delivery, numbers=itertools.count()):  # noqa: B008 - that is what is wrong with it
    return [
        events.StoreVisited(customer=Who(email=one["email"]), source_id=str(next(numbers))) for one in body["orders"]
    ]


def remembers(body, delivery, seen=[]):  # noqa: B006 - that is what is wrong with it
    seen.append(body)
    return [attrs.evolve(one, channel=f"c{len(seen)}") for one in translate(body, delivery)]


def repeats_the_value(body, delivery):
    for one in body["orders"] if isinstance(body, dict) and "orders" in body else []:
        if one is None or not str(one.get("total") or "").replace(".", "").isdecimal():
            raise InvalidError.of("total", f"can not read {one}")
    return translate(body, delivery)


def waits_for_orders(body, delivery):
    while not isinstance(body, dict):
        time.sleep(0.01)
    return translate(body, delivery)


def makes_something_of_anything(body, delivery):
    return [events.StoreVisited(customer=Who(anonymous_id=str(delivery.id)), source_id=delivery.id)]


def gives_nothing(body, delivery):
    return []


AGAIN, REPLAY = (
    "test_deliveries_again_and_in_another_order_lead_to_the_same", "test_a_delivery_that_is_replayed_leads_to_the_same",
)  # fmt: skip
TAMPERED = "test_a_tampered_body_is_refused_and_leaves_nothing"
WRONG = "test_a_wrong_secret_is_refused_and_leaves_nothing"
MISSING = "test_a_missing_or_odd_signature_is_refused_and_leaves_nothing"
SILENT = "test_nothing_secret_or_personal_is_in_logs_or_reasons"
WEBHOOKS = {
    "believes": ({"verify": believes}, {TAMPERED, WRONG, MISSING}),
    "looks_at_the_length": ({"verify": looks_at_the_length}, {TAMPERED, WRONG}),
    "tries_the_newest": (
        {"verify": tries_the_newest}, {"test_both_secrets_count_during_a_rotation_and_the_old_one_not_after"},
    ),
    "takes_an_empty_secret": (
        {"verify": takes_an_empty_secret}, {"test_a_shop_that_has_set_no_secret_receives_nothing"},
    ),
    "says_who_it_is": ({"verify": says_who_it_is}, {SILENT}),
    "says_the_secret": ({"verify": says_the_secret}, {SILENT}),
    "counts": ({"translate": counts}, {AGAIN, REPLAY}),
    "remembers": ({"translate": remembers}, {AGAIN}),
    "repeats_the_value": ({"translate": repeats_the_value}, {SILENT}),
    "waits_for_orders": (
        {"translate": waits_for_orders, "deadline_s": 0.05},
        {"test_a_body_of_another_shape_is_refused_or_rejected_and_nothing_else"},
    ),
    "makes_something_of_anything": (
        {"translate": makes_something_of_anything, "form": "bytes"},
        {"test_a_body_that_is_no_json_is_refused_or_rejected_and_nothing_else"},
    ),
    "gives_nothing": ({"translate": gives_nothing}, {"test_deliveries_are_kept_and_their_events_reach_the_timelines"}),
}  # fmt: skip


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_broken_webhook_makes_the_tests_fail_that_are_there_for_it(tmp_path, name):
    given, wanted = WEBHOOKS[name]
    assert failing(tmp_path, case_of(Acme(**given)), wanted) == wanted


def test_an_api_key_is_not_asked_to_sign_bodies(tmp_path):
    def shows_a_key(request, keys):
        is_right = is_signed(keys.secrets("main", "api_secret"), b"", request.headers.get("x-acme-signature"))
        return Delivery("main") if is_right else Refusal()

    def show(body, secrets):
        return attrs.evolve(sent(body), headers={"x-acme-signature": signature(secrets["api_secret"], b"")})

    case = case_of(Acme(verify=shows_a_key), sign=show)
    assert failing(tmp_path, case, {TAMPERED, WRONG, MISSING}) == {TAMPERED}
    assert failing(tmp_path, case, {TAMPERED, WRONG, MISSING}, signs_bodies=False) == set()


# ------------------------------------------------------------------ broken pulls


def hides_failures(server):
    def pull(shop, cursor, keys):
        try:
            return page_of(ask(server, cursor, keys.secrets(shop, "api_secret")[0]))
        except Exception:  # noqa: BLE001 - that is what is wrong with it
            return Page([], cursor)

    return pull


def forgets_to_wait(server):
    def pull(shop, cursor, keys):
        try:
            return page_of(ask(server, cursor, keys.secrets(shop, "api_secret")[0]))
        except UnavailableError as error:
            message = "Acme is away"
            raise UnavailableError(message) from error

    return pull


def makes_up_ids(server, numbers=itertools.count()):  # noqa: B008 - that is what is wrong with it
    def visit(_id, _total, email):
        return events.StoreVisited(customer=Who(email=email), source_id=str(next(numbers)))

    def pull(shop, cursor, keys):
        return page_of(ask(server, cursor, keys.secrets(shop, "api_secret")[0]), visit)

    return pull


def counts_in_hundreds(server):
    def pull(shop, cursor, keys):
        page = page_of(ask(server, cursor, keys.secrets(shop, "api_secret")[0]))
        return attrs.evolve(page, next_cursor=str(int(cursor or 0) + 100))

    return pull


def forgets_the_rest(server):
    def pull(shop, cursor, keys):
        return attrs.evolve(page_of(ask(server, cursor, keys.secrets(shop, "api_secret")[0])), is_last=True)

    return pull


def keeps_its_own_cursor(server):
    held = {}

    def pull(shop, cursor, keys):
        page = page_of(ask(server, held.get(shop), keys.secrets(shop, "api_secret")[0]))
        held[shop] = page.next_cursor
        return page

    return pull


def logs_the_key(server):
    def pull(shop, cursor, keys):
        LOG.debug("GET %s?key=%s", server.url, keys.secrets(shop, "api_secret")[0])
        return page_of(ask(server, cursor, keys.secrets(shop, "api_secret")[0]))

    return pull


def shows_another_key(server):
    return lambda _, cursor, __: page_of(ask(server, cursor, HORSE))


ANYWAY = "test_whatever_the_other_system_answers_it_is_asked_later_and_nothing_is_lost"
WAITS, PAGES = "test_it_waits_as_long_as_the_other_system_asks", "test_pages_of_any_size_lead_to_the_same"
PULLS = {
    "hides_failures": (hides_failures, {ANYWAY, WAITS, "test_a_wrong_secret_is_told_by_the_health_and_brings_nothing"}),
    "forgets_to_wait": (forgets_to_wait, {WAITS}),
    "makes_up_ids": (makes_up_ids, {"test_what_is_pulled_again_leads_to_the_same"}),
    "counts_in_hundreds": (counts_in_hundreds, {PAGES}),
    "forgets_the_rest": (forgets_the_rest, {PAGES}),
    "keeps_its_own_cursor": (keeps_its_own_cursor, {PAGES}),
    "logs_the_key": (logs_the_key, {"test_nothing_secret_or_personal_is_in_logs_or_the_health"}),
    "shows_another_key": (shows_another_key, {"test_a_wrong_secret_is_told_by_the_health_and_brings_nothing"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PULLS)
def test_a_broken_pull_makes_the_tests_fail_that_are_there_for_it(tmp_path, server, name):
    make, wanted = PULLS[name]
    case = case_of(puller(server, verify=None, translate=None, pull=make(server)), server)
    assert failing(tmp_path, case, wanted, receives=False, pulls=True) == wanted


def test_a_contract_that_says_less_than_the_source_does_fails(tmp_path, server):
    said, case = {"test_it_does_what_the_contract_says"}, case_of(puller(server), server)
    assert failing(tmp_path, case, said, receives=False, pulls=True) == said
    assert failing(tmp_path, case, said, receives=True, pulls=False) == said
    assert failing(tmp_path, case, said, receives=True, pulls=True) == set()


def test_a_contract_leaves_out_the_tests_of_what_the_source_does_not_do():
    for name in vars(TestOnlyPulledSource):
        assert not (name.startswith("test_") and callable(getattr(TestOnlyPulledSource, name)))
    assert TestReceivingSource.test_what_is_pulled_reaches_the_timelines is None


def test_the_source_of_the_how_to_keeps_the_contract(tmp_path):
    text = (Path(__file__).parents[3] / "docs" / "how-to" / "write-a-source.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    (tmp_path / "test_how_to.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-k", "sqlite", "-p", "no:cacheprovider", "-p", "no:xdist"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ECRM"))}
    done = subprocess.run(
        [*command, "test_how_to.py"], cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 passed" in done.stdout
