from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from ecrm import Who
from ecrm.adapters.shopify import HttpAsk, Shopify
from ecrm.adapters.shopify.queries import order_of
from ecrm.composition import machine_time
from ecrm.errors import InvalidError, UnavailableError
from ecrm.http import Response
from ecrm.testing import FrozenClock, FrozenCRM, Loopback, SourceCase, SourceContract
from storefronts import DOMAIN, SECRETS, shopify_hook

HELD = {f"shopify.{name}": value for name, value in SECRETS.items()}
AT = "2025-12-{:02}T10:00:00Z"
AYSE = Who(user_id=7, source="shopify")


def money(amount):
    return {"shopMoney": {"amount": amount, "currencyCode": "TRY"}}


def person(id_, email):
    address = {"emailAddress": email, "marketingState": "SUBSCRIBED", "marketingUpdatedAt": AT.format(1)}
    return {"id": f"gid://shopify/Customer/{id_}", "firstName": "Ayşe", "lastName": "Yılmaz",
            "defaultEmailAddress": address, "defaultPhoneNumber": None}  # fmt: skip


def order(id_, day, *, total="149.90", refunds=()):
    return {
        "id": f"gid://shopify/Order/{id_}", "createdAt": AT.format(1), "processedAt": AT.format(1),
        "updatedAt": AT.format(day), "cancelledAt": None, "test": False, "sourceName": "web", "currencyCode": "TRY",
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED", "totalPriceSet": money(total),
        "customer": person(7, "ayse@example.org"), "refunds": list(refunds),
        "lineItems": {"nodes": [{"title": "Mug", "sku": "MUG", "quantity": 2, "originalUnitPriceSet": money("74.95")}]},
    }  # fmt: skip


ORDERS = [order(1001, 2), order(1002, 3, refunds=[{"id": "gid://shopify/Refund/5", "createdAt": AT.format(3),
                                                   "totalRefundedSet": money("20.00")}])]  # fmt: skip
CUSTOMERS = [
    {**person(7, "ayse@example.org"), "createdAt": AT.format(1), "updatedAt": AT.format(2), "tags": ["vip"]},
    {**person(8, "zeynep@example.org"), "createdAt": AT.format(1), "updatedAt": AT.format(4), "tags": []},
]


def answer(request, size):
    """Answer as Shopify does: what was changed since, a page after a cursor."""
    if request.headers.get("x-shopify-access-token") != SECRETS["access_token"]:
        return Response(401, b'{"errors": "[API] Invalid API key or access token"}')
    asked = json.loads(request.body)
    nodes = ORDERS if "orders(" in asked["query"] else CUSTOMERS
    since = asked["variables"]["query"].split("'")[1]
    nodes = [one for one in nodes if dt.datetime.fromisoformat(one["updatedAt"]) >= dt.datetime.fromisoformat(since)]
    start = int(asked["variables"]["after"] or 0)
    page = nodes[start : start + min(size, asked["variables"]["first"])]
    end = start + len(page)
    info = {"hasNextPage": end < len(nodes), "endCursor": str(end) if page else None}
    return Response.json({"data": {"found": {"nodes": page, "pageInfo": info}}})


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


@pytest.fixture
def crm(sqlite_url, server):
    plugin = Shopify(ask=HttpAsk(machine_time, server.url))
    with FrozenCRM(sqlite_url, plugins=[plugin], secrets=HELD, clock=FrozenClock()) as opened:
        opened.plugins.configure("shopify", domain=DOMAIN)
        yield opened


def sync(crm, **how):
    pulled = crm.sync("shopify", wait=lambda seconds: crm.clock.advance(seconds=seconds), **how)
    crm.work()
    assert not crm.inbox.rejected(), crm.inbox.rejected()[0].reasons
    return pulled


class TestContract(SourceContract):
    """What is pulled; what is received has a contract of its own."""

    test_it_does_what_the_contract_says = None
    receives = False
    pulls = True

    @pytest.fixture
    def source(self, server):
        plugin = Shopify(ask=HttpAsk(machine_time, server.url))
        personal = ["ayse@example.org", "zeynep@example.org", "Yılmaz"]
        return SourceCase(plugin, SECRETS, {"domain": DOMAIN}, personal=personal, server=server)


def test_what_webhooks_told_and_what_is_pulled_is_one(crm):
    body = order_of(ORDERS[0])
    for topic in ("orders/create", "orders/updated"):
        assert crm.receive("shopify", shopify_hook(topic, body)).status == 200
    sync(crm)
    told = [one.kind for one in crm.timeline(AYSE, kinds=["Order Completed", "Order Updated"])]
    assert sorted(told) == ["Order Completed", "Order Completed", "Order Updated", "Order Updated"]
    facts = crm.facts(AYSE)
    assert (facts["orders.count"], crm.customers.find(AYSE).tags) == (2, {"vip"})
    assert crm.consent.decide(AYSE, "marketing", "email").is_allowed
    refunds = {one.order_id: one.refunded for one in crm.orders(AYSE)}
    assert refunds == {"1001": {}, "1002": {"TRY": 2_000}}


def test_it_goes_on_where_it_was_and_begins_anew_where_it_is_told_to(crm, server):
    sync(crm)
    crm.clock.advance(hours=2)
    asked = len(server.requests)
    sync(crm)
    since = [json.loads(one.body)["variables"]["query"] for one in server.requests]
    assert all("2026-01-01T11:50" in one for one in since[asked:])
    sync(crm, since=dt.datetime(2025, 12, 3, 12, tzinfo=dt.UTC))
    assert "2025-12-03T12:00" in json.loads(server.requests[-1].body)["variables"]["query"]


def test_a_time_without_a_zone_or_a_source_that_can_not_begin_at_one_is_refused(crm):
    with pytest.raises(InvalidError, match="zone"):
        sync(crm, since=dt.datetime(2025, 12, 3))  # noqa: DTZ001 - that is what is tried


def test_an_app_that_is_not_installed_is_not_asked(crm, server):
    crm.plugins.configure("shopify", is_installed=False)
    sync(crm)
    assert server.requests == []


def throttled(asked=500, there=100, rate=50):
    cost = {"requestedQueryCost": asked, "throttleStatus": {"currentlyAvailable": there, "restoreRate": rate}}
    return Response.json({"errors": [{"extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}})


@pytest.mark.parametrize(
    ("answered", "wait_s"),
    [
        (throttled(), 8),
        (throttled(there=499), 1),
        (throttled(rate=0), 1),
        (Response(429, headers={"retry-after": "4.0"}), 4),
    ],
)
def test_it_waits_as_long_as_shopify_says(crm, server, answered, wait_s):
    server.answer_next(answered)
    with pytest.raises(UnavailableError) as refused:
        crm.sync("shopify")
    assert refused.value.retry_after_s == wait_s
    crm.clock.advance(seconds=wait_s)
    assert sync(crm).events > 0


@pytest.mark.parametrize(
    "answered",
    [
        Response.json({"data": None}),
        Response.json({"data": {"found": {"nodes": None}}}),
        Response.json({"data": {"found": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}}}),
        Response.json({"errors": [{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}]}),
    ],
)
def test_an_answer_that_is_none_is_a_failure_and_loses_nothing(crm, server, answered):
    server.answer_next(answered)
    with pytest.raises(UnavailableError):
        crm.sync("shopify")
    crm.clock.advance(hours=1)
    assert sync(crm).events > 0


def test_a_client_of_the_shops_own_is_asked_instead(sqlite_url):
    asked = []

    def ask(domain, token, query, variables):
        asked.append((domain, token, variables["first"]))
        return {"data": {"found": {"nodes": [], "pageInfo": {"hasNextPage": False}}}}

    with FrozenCRM(sqlite_url, plugins=[Shopify(ask=ask)], secrets=HELD) as crm:
        crm.plugins.configure("shopify", domain=DOMAIN)
        sync(crm)
    assert asked == [(DOMAIN, SECRETS["access_token"], 25)] * 2


def test_amounts_stay_exact():
    body = order_of(order(1, 1, total="0.10"))
    assert Decimal(body["total_price_set"]["shop_money"]["amount"]) == Decimal("0.10")
