from __future__ import annotations

import json

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import Who
from ecrm.adapters.woocommerce import WooCommerce
from ecrm.adapters.woocommerce.topics import translate
from ecrm.hookspecs import Delivery
from ecrm.http import Request
from ecrm.interactions.model.entry import make_entry
from ecrm.shops.model import Settings
from ecrm.sources.wires import wires_of
from ecrm.testing import FrozenClock, FrozenCRM, SourceCase, SourceContract
from ecrm.values.strict_json import read_json
from storefronts import WOO, WOO_SECRET, woo_body, woo_hook

HELD = {"woocommerce.secret": WOO_SECRET}
URL = "https://shop.example.com/"
NOTHING = {"waiting": 0, "done": 0, "rejected": 0}
JOHN = "john.doe@example.com"
TOPICS = {
    "order": "order.updated",
    "customer": "customer.updated",
    "coupon": "coupon.updated",
    "refund": "refund.created",
    "review": "review.created",
}


@pytest.fixture
def crm(database_url):
    with FrozenCRM(database_url, plugins=[WooCommerce], secrets=HELD, clock=FrozenClock()) as opened:
        opened.plugins.configure("woocommerce", url=URL)
        yield opened


def send(crm, topic, body, **how):
    assert crm.receive("woocommerce", woo_hook(topic, body, **how)).status == 200
    crm.work()
    assert not crm.inbox.rejected(), crm.inbox.rejected()[0].reasons


class TestContract(SourceContract):
    """An order as it was made and as it was changed, and a customer."""

    @pytest.fixture
    def source(self):
        bodies = {
            WOO["order_01"]: "order.created",
            WOO["order_04"]: "order.updated",
            WOO["customer_01"]: "customer.created",
        }

        def sign(body, secrets):
            return woo_hook(bodies.get(body, "order.created"), body, secret=secrets["secret"])

        personal = [JOHN, "969 Market", "(555) 555-5555"]
        return SourceCase(
            WooCommerce, {"secret": WOO_SECRET}, {"url": URL}, bodies=[*bodies], sign=sign, personal=personal
        )


def test_every_body_is_taken(crm):
    for name, body in WOO.items():
        send(crm, TOPICS[name.partition("_")[0]], body)


@given(st.sampled_from(sorted(WOO)), st.data())
def test_keys_that_are_left_out_lose_no_delivery(name, data):
    body = read_json(WOO[name])
    gone = data.draw(st.sets(st.sampled_from(sorted(body)))) - {"id"}
    for topic in (TOPICS[name.partition("_")[0]], "order.created"):
        for left in (
            {key: value for key, value in body.items() if key not in gone},
            {key: None if key in gone else value for key, value in body.items()},
        ):
            events = [*translate(left, Delivery("main", "d", {"topic": topic}))] if "id" in left else []
            for wire in wires_of(events, "woocommerce", FrozenClock()(), "d"):
                make_entry(json.loads(wire), Settings())


def test_a_guest_is_known_by_the_address_and_not_by_the_account_0(crm):
    send(crm, "order.created", WOO["order_01"])
    (order,) = crm.orders(JOHN)
    assert (order.order_id, order.total_minor, order.revenue_minor, order.items) == ("727", 2_935, 1_800, 3)
    assert order.placed_at.isoformat() == "2017-03-22T19:28:02+00:00"
    assert crm.customers.find(JOHN).name == "John Doe"
    lines = next(one for one in crm.timeline(JOHN) if one.kind == "Order Completed").properties["products"]
    assert lines[1]["name"] == "Ship Your Idea – Color: Black, Size: M Test"


def test_an_account_counts_and_the_address_on_its_order_does_not(crm):
    send(crm, "order.created", woo_body("order_01", customer_id=25))
    assert len(crm.orders(Who(user_id=25, source="woocommerce"))) == 1
    assert crm.customers.find(JOHN) is None


def test_an_order_is_the_same_in_whatever_order_its_deliveries_arrive(crm):
    made, paid = WOO["order_01"], woo_body("order_01", status="completed", date_modified_gmt="2017-03-23T00:00:00")
    back = woo_body("order_01", status="completed", date_modified_gmt="2017-03-24T00:00:00",
                    refunds=[{"id": 9, "refund": "broken", "total": "-9.35"}])  # fmt: skip
    deliveries = [woo_hook("order.created", made), woo_hook("order.updated", paid), woo_hook("order.updated", back)]
    for sent in (deliveries[::-1], [*deliveries, *deliveries]):
        for request in sent:
            assert crm.receive("woocommerce", request).status == 200
        crm.work()
        (order,) = crm.orders(JOHN)
        assert (order.total_minor, order.refunded, order.status) == (2_935, {"USD": 935}, "completed")


def test_an_order_that_waits_for_its_payment_is_none_yet(crm):
    send(crm, "order.created", woo_body("order_01", status="pending"))
    assert [one.kind for one in crm.timeline(JOHN)] == ["Order Pending"]
    assert crm.facts(JOHN)["orders.count"] == 0
    send(crm, "order.updated", woo_body("order_01", status="processing", date_modified_gmt="2017-03-22T20:00:00"))
    assert crm.facts(JOHN)["orders.count"] == 1


def test_an_order_that_is_cancelled_or_deleted_counts_no_more(crm):
    send(crm, "order.created", WOO["order_01"])
    send(crm, "order.deleted", b'{"id": 727}')
    assert crm.facts(JOHN)["orders.count"] == 0


def test_two_topics_with_the_same_body_are_two_deliveries(crm):
    send(crm, "customer.created", woo_body("customer_01", id=727))
    send(crm, "order.created", WOO["order_01"])
    send(crm, "order.deleted", b'{"id": 727}', id_="same")
    send(crm, "customer.deleted", b'{"id": 727}', id_="same")
    kinds = {one.kind for one in crm.timeline(Who(user_id=727, source="woocommerce"))}
    assert "Customer Deleted" in kinds
    assert crm.facts(JOHN)["orders.count"] == 0


def test_two_deliveries_with_one_id_are_both_taken(crm):
    for status in ("processing", "completed"):
        send(crm, "order.updated", woo_body("order_01", status=status), id_="of one second")
    assert {one.properties["status"] for one in crm.timeline(JOHN, kinds=["Order Updated"])} == {
        "processing",
        "completed",
    }


def ping(**changed):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return attrs.evolve(Request("POST", "/webhooks/woocommerce", b"webhook_id=5", headers), **changed)


def test_the_ping_is_answered_and_leaves_nothing(crm):
    assert crm.receive("woocommerce", ping()).status == 200
    assert crm.inbox.counts() == NOTHING
    crm.work()
    assert crm.customers.list() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"body": b"webhook_id=5&order=1"},
        {"body": b"webhook_id=x"},
        {"body": b"webhook_id=" + b"1" * 500},
        {"body": b""},
        {"headers": {"Content-Type": "application/json"}},
        {"method": "PUT"},
    ],
)
def test_what_is_no_ping_and_not_signed_is_refused(crm, changed):
    assert 400 <= crm.receive("woocommerce", ping(**changed)).status < 500
    assert crm.inbox.counts() == NOTHING


def test_a_secret_with_entities_signs_as_woocommerce_reads_it(sqlite_url):
    held = {"woocommerce.secret": "a &amp; b &lt;of a shop&gt;"}
    with FrozenCRM(sqlite_url, plugins=[WooCommerce], secrets=held) as crm:
        for secret in ("a & b <of a shop>", "a &amp; b &lt;of a shop&gt;"):
            assert crm.receive("woocommerce", woo_hook("order.created", WOO["order_01"], secret=secret)).status == 200


def test_a_delivery_of_another_shop_is_refused(crm):
    assert (
        crm.receive(
            "woocommerce", woo_hook("order.created", WOO["order_01"], source="https://evil.example.com/")
        ).status
        == 401
    )
    assert crm.inbox.counts() == NOTHING


def test_what_names_nobody_is_kept_with_the_shop(crm):
    send(crm, "coupon.created", WOO["coupon_01"])
    (event,) = crm.timeline(Who(anonymous_id="woocommerce:shop", source="woocommerce"))
    assert (event.kind, event.properties["code"]) == ("WooCommerce Coupon Created", "10off")
