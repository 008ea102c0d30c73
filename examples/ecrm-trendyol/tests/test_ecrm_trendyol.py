"""The contract every source keeps, against a Trendyol on this machine, and what this one promises."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
from pathlib import Path

import httpx2
import pytest
from ecrm_trendyol import AHEAD, Trendyol

from ecrm import Money, Who
from ecrm.errors import UnavailableError
from ecrm.http import Request, Response
from ecrm.testing import FrozenClock, FrozenCRM, Loopback, SourceCase, SourceContract

PACKAGES = json.loads(Path(__file__).with_name("packages.json").read_text(encoding="utf-8"))
NOW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
DAY_MS = 86_400_000
ISSUED = itertools.count()
SELLER = 2738
SECRETS = {
    "api_key": "a key of sixteen or more",
    "api_secret": "a secret of sixteen or more",
    "webhook_key": "shop:a password of sixteen or more",
}
PEOPLE = [package["customerEmail"] for package in PACKAGES] + ["Ayşe Örnek", "Kuş ve Çiçek", "+905320000002"]


def answer(request, size):
    """Be Trendyol's stream of packages, newest change first."""
    known = base64.b64encode(f"{SECRETS['api_key']}:{SECRETS['api_secret']}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {known}":
        return Response(401)
    if request.headers.get("user-agent") != f"{SELLER} - SelfIntegration":
        return Response(403)
    if request.path != f"/integration/order/sellers/{SELLER}/orders/stream":
        return Response(404)
    since, until = int(request.query["lastModifiedStartDate"]), int(request.query["lastModifiedEndDate"])
    if not 0 <= until - since <= 14 * DAY_MS or since < NOW.timestamp() * 1000 + AHEAD - 90 * DAY_MS:
        return Response(400)
    window, place = f"{since}:{until}", 0
    if "nextCursor" in request.query:
        _, asked, text = request.query["nextCursor"].split("/")
        place = int(text)
        if asked != window:
            return Response(400)
    found = [one for one in PACKAGES if since <= one["lastModifiedDate"] + AHEAD < until]
    found = sorted(found, key=lambda one: -one["lastModifiedDate"])
    shown, rest = found[place : place + size], found[place + size :]
    cursor = f"{next(ISSUED)}/{window}/{place + size}" if rest else None
    return Response.json({"content": shown, "size": len(shown), "hasMore": bool(rest), "nextCursor": cursor})


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


@pytest.fixture
def plugin(server):
    with httpx2.Client(timeout=5, trust_env=False) as client:
        yield Trendyol(client, server.url)


def webhook(body, secrets):
    """Make a delivery as Trendyol sends it where the shop chose Basic."""
    known = base64.b64encode(secrets["webhook_key"].encode()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {known}"}
    return Request("POST", "/webhooks/trendyol", body, headers)


def body_of(*packages):
    return json.dumps({"content": packages}, ensure_ascii=False).encode()


class TestContract(SourceContract):
    """Both ways; an API key covers no body."""

    pulls, signs_bodies = True, False

    @pytest.fixture
    def source(self, plugin, server):
        bodies = [body_of(one) for one in PACKAGES]
        return SourceCase(
            plugin, SECRETS, {"seller_id": SELLER}, bodies=bodies, sign=webhook, personal=PEOPLE, server=server, now=NOW
        )


@pytest.fixture
def crm(plugin, tmp_path):
    url, secrets = f"sqlite:///{tmp_path / 'crm.db'}", {f"trendyol.{name}": one for name, one in SECRETS.items()}
    with FrozenCRM(url, clock=FrozenClock(NOW), plugins=[plugin], secrets=secrets) as opened:
        opened.plugins.configure("trendyol", seller_id=SELLER)
        yield opened


def sync(crm):
    pulled = crm.sync("trendyol", wait=lambda seconds: crm.clock.advance(seconds=seconds))
    crm.work()
    return pulled


def customer_of(place):
    return Who(user_id=PACKAGES[place]["customerId"], source="trendyol")


def kinds_of(crm, place):
    return [one.kind for one in crm.timeline(customer_of(place))][::-1]


def test_packages_become_orders_with_what_became_of_them(crm):
    sync(crm)
    assert kinds_of(crm, 0) == [
        "Order Completed", "Order Shipped", "Order Delivered", "Order Completed", "Order Cancelled", "Order Completed",
    ]  # fmt: skip
    assert crm.facts(customer_of(0))["orders.count"] == 2
    assert {order.total for order in crm.orders(customer_of(1))} == {Money("499.90", "TRY")}
    assert kinds_of(crm, 4)[-1] == "Return Received"


def test_what_is_not_paid_is_no_order(crm):
    sync(crm)
    assert crm.customers.find(customer_of(5)) is None


def test_an_order_happened_when_it_was_placed_and_not_three_hours_later(crm):
    sync(crm)
    first = list(crm.timeline(customer_of(0)))[-1]
    placed_at = PACKAGES[0]["packageHistories"][0]["createdDate"] / 1000
    assert 0 <= placed_at - first.at.timestamp() < 60


def test_windows_are_of_14_days_at_most_and_overlap(crm, server):
    sync(crm)
    windows = [
        (int(one.query["lastModifiedStartDate"]), int(one.query["lastModifiedEndDate"])) for one in server.requests
    ]
    now = int(NOW.timestamp() * 1000) + AHEAD
    assert len(windows) == 7
    assert windows[0][0] == now - 89 * DAY_MS
    assert now <= windows[-1][1] < now + 60_000
    assert all(after[0] < before[1] for before, after in itertools.pairwise(windows))


def test_the_next_pull_asks_for_what_changed_since_the_last(crm, server):
    sync(crm)
    asked = len(server.requests)
    crm.clock.advance(hours=1)
    assert sync(crm).pages == 1
    assert len(server.requests) == asked + 1
    since = int(server.requests[-1].query["lastModifiedStartDate"])
    assert AHEAD < crm.clock().timestamp() * 1000 + AHEAD - since < 6 * 3_600_000


def test_a_cursor_that_trendyol_has_forgotten_begins_its_window_again(crm, server):
    server.size = 1
    crm.work()
    while not json.loads(answer(server.requests[-1], 1).body)["hasMore"]:
        crm.clock.advance(seconds=5)
        crm.work()
    asked = len(server.requests)
    server.answer_next(Response(400))
    sync(crm)
    assert ["nextCursor" in one.query for one in server.requests[asked : asked + 2]] == [True, False]
    assert crm.facts(customer_of(0))["orders.count"] == 2


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_another_answer_is_told_with_its_status(crm, server, status):
    server.answer_next(Response(status))
    with pytest.raises(UnavailableError, match=str(status)):
        sync(crm)


def test_trendyol_away_is_told(tmp_path):
    with httpx2.Client(timeout=1, trust_env=False) as client:
        secrets = {f"trendyol.{name}": one for name, one in SECRETS.items()}
        url, away = f"sqlite:///{tmp_path / 'crm.db'}", Trendyol(client, "http://127.0.0.1:9")
        with FrozenCRM(url, plugins=[away], secrets=secrets) as crm:
            crm.plugins.configure("trendyol", seller_id=SELLER)
            with pytest.raises(UnavailableError, match="does not answer"):
                crm.sync("trendyol")


def test_a_shop_that_has_set_only_a_part_is_told_what_is_missing(plugin, tmp_path):
    with FrozenCRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[plugin]) as crm:
        crm.plugins.configure("trendyol", seller_id=SELLER)
        with pytest.raises(UnavailableError, match="set seller_id"):
            crm.sync("trendyol")


def test_a_webhook_may_show_its_key_by_a_header_of_its_own(crm):
    request = Request("POST", body=body_of(PACKAGES[0]), headers={"X-API-KEY": SECRETS["webhook_key"]})
    assert crm.receive("trendyol", request).status == 200
    crm.work()
    assert "Order Delivered" in kinds_of(crm, 0)
