from __future__ import annotations

import datetime as dt
import json

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm import CRM, Money, Who
from ecrm.adapters.shopify import Shopify
from ecrm.adapters.shopify.topics import TOPICS, translate
from ecrm.hookspecs import Asked, Delivery
from ecrm.interactions.model.entry import make_entry
from ecrm.shops.model import Settings
from ecrm.sources.wires import wires_of
from ecrm.testing import FrozenClock, FrozenCRM, SourceCase, SourceContract
from ecrm.values.strict_json import read_json
from storefronts import DOMAIN, SECRETS, SHOPIFY, shopify_body, shopify_hook

HELD = {f"shopify.{name}": value for name, value in SECRETS.items()}
ORDER = "820982911946154508"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
# A payment that went through, a word of consent that says nothing, a merge that failed: or it is told by another.
SILENT = {
    "customers/merge", "customers_email_marketing_consent/update", "customers_marketing_consent/update",
    "customers_whats_app_marketing_consent/update", "fulfillment_events/create", "fulfillment_events/delete",
    "fulfillments/create", "fulfillments/update", "order_transactions/create", "orders/edited", "refunds/create",
    "returns/close", "returns/request", "customer.tags_added", "customer.tags_removed", "customer.joined_segment",
    "customer.left_segment",
}  # fmt: skip
NOTHING = {"waiting": 0, "done": 0, "rejected": 0}
# Asked of the privacy requests' own tests: they take away what they name.
TOLD = [topic for topic in SHOPIFY if topic not in {"customers/redact", "shop/redact"}]


def delivered(topic, **context):
    return Delivery("main", "hook-1", {"topic": topic, "domain": DOMAIN, **context})


def told(topic, body=None):
    raw = SHOPIFY[topic] if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return [*translate(read_json(raw), delivered(topic))]


@pytest.fixture
def crm(database_url):
    with FrozenCRM(database_url, plugins=[Shopify], secrets=HELD, clock=FrozenClock()) as opened:
        opened.plugins.configure("shopify", domain=DOMAIN, is_installed=False)
        yield opened


def send(crm, topic, body=None, **how):
    answer = crm.receive("shopify", shopify_hook(topic, body, **how))
    assert answer.status == 200
    crm.work()
    assert not crm.inbox.rejected(), crm.inbox.rejected()[0].reasons


class TestContract(SourceContract):
    """One order, its refund and its customer."""

    # It is pulled as well, and has a contract of its own for that.
    test_it_does_what_the_contract_says = None

    @pytest.fixture
    def source(self):
        topics = ("orders/updated", "customers/create", "refunds/create")
        bodies = {shopify_body(topic, **({"test": False} if "order" in topic else {})): topic for topic in topics}

        def sign(body, secrets):
            return shopify_hook(bodies.get(body, "orders/updated"), body, secret=secrets["client_secret"])

        personal = ["bob@biller.com", "jon@example.com", "Steve Shipper", "john@example.com"]
        given_ = {"domain": DOMAIN, "is_installed": False}
        return SourceCase(Shopify, SECRETS, given_, bodies=[*bodies], sign=sign, personal=personal)


@pytest.mark.parametrize("prefix", ["X-Shopify-", "shopify-"])
def test_every_sample_body_is_taken_with_both_families_of_headers(prefix, crm):
    for topic in TOLD:
        assert crm.receive("shopify", shopify_hook(topic, prefix=prefix)).status == 200, topic
    crm.work()
    assert not crm.inbox.rejected(), crm.inbox.rejected()[0].reasons


@given(st.sampled_from(TOLD), st.data())
@settings(max_examples=300)
def test_keys_that_are_left_out_lose_no_delivery(topic, data):
    body = read_json(SHOPIFY[topic])
    gone = data.draw(st.sets(st.sampled_from(sorted(body)) if body else st.nothing()))
    ids = {"id", "admin_graphql_api_id", "order_id", "customerId", "customer_id", "token", "customer"}
    ids |= {"order", "segment_id", "status"}
    left = {name: value for name, value in body.items() if name not in gone - ids}
    for drawn in (left, {name: None if name in gone - ids else value for name, value in body.items()}):
        made = [*translate(drawn, delivered(topic))]
        events = [one for one in made if not isinstance(one, Asked)]
        assert made or topic in SILENT
        # Each can be stored: it names somebody or an order, and no amount is without its currency.
        for wire in wires_of(events, "shopify", NOW, "hook-1"):
            make_entry(json.loads(wire), Settings())


def test_a_topic_nobody_knows_is_kept_whole_with_whom_it_names(crm):
    send(crm, "metaobjects/create", {"id": 7, "fields": {"colour": "red"}, "card": "4111111111111111"})
    shop = Who(anonymous_id=f"shopify:shop:{DOMAIN}", source="shopify")
    (kept,) = crm.timeline(shop)
    assert kept.kind == "Shopify Metaobjects Create"
    assert kept.properties == {"id": 7, "fields": {"colour": "red"}, "card": "…"}
    send(crm, "subscriptions/paused", {"id": 8, "customer": {"id": 9}})
    assert [one.kind for one in crm.timeline(Who(user_id=9, source="shopify"))] == ["Shopify Subscriptions Paused"]


def test_a_shop_is_known_by_its_domain_and_its_own_secret(crm):
    other = crm.for_shop("outlet")
    crm.plugins.keys("shopify")
    with pytest.raises(ValueError, match="myshopify"):
        other.plugins.configure("shopify", domain="evil.example.com/")
    other.plugins.configure("shopify", domain="outlet.myshopify.com", is_installed=False)
    crm.clock.advance(minutes=1)
    for domain, shop in ((DOMAIN, crm), ("outlet.myshopify.com", other)):
        assert crm.receive("shopify", shopify_hook("customers/create", domain=domain)).status == 200
        crm.work()
        assert shop.customers.find("bob@biller.com") is not None
    assert crm.receive("shopify", shopify_hook("customers/create", domain="nobody.myshopify.com")).status == 401
    assert crm.receive("shopify", shopify_hook("customers/create", domain="")).status == 401


def test_the_same_delivery_again_is_one_row_and_one_without_an_id_goes_by_its_body(crm):
    for _ in range(3):
        send(crm, "customers/create")
    bare = shopify_hook("customers/update")
    headers = {name: value for name, value in bare.headers.items() if "webhook-id" not in name}
    for _ in range(2):
        assert crm.receive("shopify", attrs.evolve(bare, headers=headers)).status == 200
    crm.work()
    # The same customer as it stood at one moment: two topics, two deliveries, one event.
    assert len(crm.timeline("bob@biller.com")) == 1
    (event,) = crm.timeline("bob@biller.com")
    assert event.context["context"]["shopify"]["event_id"] == "59d6d79c-595f-4e7e-bc6f-72f5c3d0c66f"


def test_a_test_order_is_on_the_timeline_and_counts_as_nothing(crm):
    send(crm, "orders/create")
    send(crm, "orders/updated")
    send(crm, "refunds/create")
    john = Who(user_id="115310627314723954", source="shopify")
    assert {one.kind for one in crm.timeline(john)} == {"Test Order"}
    assert crm.orders(john) == []
    assert crm.facts(john)["orders.count"] == 0


def paid_back():
    refund = json.loads(SHOPIFY["refunds/create"])
    return refund | {"transactions": [one | {"gateway": "visa"} for one in refund["transactions"]]}


def real(topic, **changed):
    return shopify_body(
        topic, **{"test": False, "cancelled_at": None, "financial_status": "paid", "refunds": [], **changed}
    )


def test_an_order_is_the_same_in_whatever_order_its_deliveries_arrive(database_url):
    refund = paid_back()
    refund |= {"created_at": "2022-01-03T10:00:00Z", "processed_at": "2022-01-03T10:00:00Z"}
    deliveries = [
        shopify_hook("orders/create", real("orders/create")),
        shopify_hook("orders/updated", real("orders/updated", updated_at="2022-01-02T00:00:00Z", total_price="300.00",
                                            total_price_set=None)),
        shopify_hook("refunds/create", refund),
        shopify_hook("fulfillments/create"),
    ]  # fmt: skip
    seen = []
    for number, sent in enumerate((deliveries, deliveries[::-1], [*deliveries, *deliveries])):
        with FrozenCRM(database_url, plugins=[Shopify], secrets=HELD, shop=f"s{number}") as crm:
            crm.plugins.configure("shopify", domain=f"s{number}.myshopify.com", is_installed=False)
            for one in sent:
                request = attrs.evolve(
                    one, headers={**one.headers, "x-shopify-shop-domain": f"s{number}.myshopify.com"}
                )
                assert crm.receive("shopify", request).status == 200
                crm.work()
            (order,) = crm.orders(Who(user_id="115310627314723954", source="shopify"))
            seen.append((order.total_minor, order.refunded, order.status, order.placed_at, order.order_id))
    assert seen == [seen[0]] * 3
    assert seen[0][:3] == (30_000, {"USD": 8_500}, "paid")
    assert seen[0][4] == ORDER


def test_refunds_are_told_once_by_their_own_topic_and_by_their_order(crm):
    refund = paid_back()
    send(crm, "orders/create", real("orders/create"))
    send(crm, "refunds/create", refund)
    send(crm, "orders/updated", real("orders/updated", updated_at="2022-01-05T00:00:00Z", refunds=[refund]))
    (order,) = crm.orders(Who(user_id="115310627314723954", source="shopify"))
    assert order.refunded == {"USD": 8_500}


def test_a_refund_that_paid_nothing_back_takes_nothing_off(crm):
    send(crm, "orders/create", real("orders/create"))
    send(crm, "refunds/create", shopify_body("refunds/create", transactions=[]))
    assert "Order Refunded" in {one.kind for one in crm.timeline(Who(user_id="115310627314723954", source="shopify"))}
    (order,) = crm.orders(Who(user_id="115310627314723954", source="shopify"))
    assert (order.refunded, order.status) == ({}, "completed")


def test_a_refund_in_the_customers_currency_is_read_in_the_shops():
    back = {"kind": "refund", "status": "success", "amount": "70.00", "currency": "EUR", "gateway": "visa"}
    (event,) = told("refunds/create", shopify_body("refunds/create", transactions=[back]))
    assert event.total == Money("414.95", "USD")


def test_the_address_on_an_order_is_not_joined_with_that_of_the_account(crm):
    send(crm, "orders/create", real("orders/create"))
    assert crm.customers.find("jon@example.com") is None
    assert crm.customers.find("john@example.com").name == "John Smith"


def test_a_guest_is_known_by_the_address_on_the_order(crm):
    send(crm, "orders/create", real("orders/create", customer=None))
    assert len(crm.orders("jon@example.com")) == 1


@pytest.mark.parametrize("named", [{"cart_token": "cart-1"}, {"checkout_token": "123123123"}])
def test_a_cart_and_a_checkout_are_found_again_by_the_order_that_names_either(crm, named):
    buyer = json.loads(SHOPIFY["orders/create"])["customer"]
    checkout = {"cart_token": "cart-1", "customer": buyer}
    send(crm, "carts/create", {"id": "cart-1", "token": "cart-1", "line_items": [], "updated_at": "2022-01-01T00:00Z"})
    send(crm, "checkouts/create", shopify_body("checkouts/create", **checkout))
    send(crm, "orders/create", real("orders/create", **named))
    kinds = {one.kind for one in crm.timeline(Who(anonymous_id="shopify:cart:cart-1", source="shopify"))}
    assert {"Cart Viewed", "Checkout Started"} <= kinds


def test_an_anonymous_checkout_becomes_the_customers_when_they_say_who_they_are(crm):
    body = json.loads(SHOPIFY["checkouts/create"])
    for name in ("customer", "email", "phone"):
        del body[name]
    send(crm, "checkouts/create", body)
    assert crm.customers.find("example@email.com") is None
    send(crm, "checkouts/update", {**body, "email": "ayse@example.org", "updated_at": "2022-01-01T01:00:00Z"})
    kinds = [one.kind for one in crm.timeline("ayse@example.org")]
    assert "Checkout Started" in kinds


def consent(state, at="2025-01-01T00:00:00Z", **more):
    held = {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": at, **more}
    return {"customer_id": 7, "email_address": "ayse@example.org", "email_marketing_consent": held}


@pytest.mark.parametrize("state", [None, "", "pending", "unconfirmed", "not_subscribed", "invalid", 7])
def test_a_state_that_says_nothing_is_no_consent_and_takes_none_away(crm, state):
    send(crm, "customers_email_marketing_consent/update", consent("subscribed"))
    later = consent(state, "2025-02-01T00:00:00Z")
    assert told("customers_email_marketing_consent/update", later) == []
    assert crm.consent.decide("ayse@example.org", "marketing", "email").is_allowed


def test_consents_reach_the_ledger_with_their_evidence_for_each_channel(crm):
    topics = {
        "email": ("customers_email_marketing_consent/update", consent("SUBSCRIBED")),
        "sms": ("customers_marketing_consent/update", {
            "id": 7, "phone": "+905321112233",
            "sms_marketing_consent": {"state": "subscribed", "opt_in_level": "confirmed_opt_in",
                                      "consent_updated_at": "2025-01-02T00:00:00Z",
                                      "consent_collected_from": "SHOPIFY"}}),
        "whatsapp": ("customers_whats_app_marketing_consent/update", {
            "customer_id": 7, "phone_number": "+905321112233",
            "whats_app_marketing_consent": {"state": "subscribed", "updated_at": "2025-01-02T00:00:00Z",
                                            "collected_from": "other"}}),
    }  # fmt: skip
    who = Who(user_id=7, source="shopify")
    for channel, (topic, body) in topics.items():
        send(crm, topic, body)
        assert crm.consent.decide(who, "marketing", channel).is_allowed
    granted = next(one for one in crm.timeline(who, kinds=["Consent Granted"]) if one.properties["channel"] == "sms")
    assert granted.properties["method"] == "double_opt_in"
    assert granted.properties["evidence"]["collected_from"] == "SHOPIFY"
    send(crm, "customers_email_marketing_consent/update", consent("unsubscribed", "2025-03-01T00:00:00Z"))
    assert not crm.consent.decide(who, "marketing", "email").is_allowed
    assert crm.consent.decide(who, "marketing", "sms").is_allowed


def test_a_grant_without_a_time_never_undoes_a_withdrawal(crm):
    for number, state in enumerate(("subscribed", "unsubscribed", "subscribed")):
        send(crm, "customers_email_marketing_consent/update", consent(state, None), id_=f"hook-{number}")
        crm.clock.advance(minutes=1)
    assert not crm.consent.decide("ayse@example.org", "marketing", "email").is_allowed


def test_a_customer_without_consent_in_the_body_keeps_what_was_said(crm):
    send(crm, "customers_email_marketing_consent/update", consent("subscribed"))
    send(crm, "customers/update", {"id": 7, "email": "ayse@example.org", "updated_at": "2025-05-01T00:00:00Z"})
    assert crm.consent.decide("ayse@example.org", "marketing", "email").is_allowed


def test_an_order_that_says_buyer_accepts_marketing_is_no_grant(crm):
    send(crm, "orders/create", real("orders/create", buyer_accepts_marketing=True))
    assert not crm.consent.decide("john@example.com", "marketing", "email").is_allowed


def test_a_body_of_before_2025_01_tells_tags_and_consents(crm):
    old = {
        "id": 7, "email": "ayse@example.org", "tags": "vip, wholesale", "updated_at": "2024-05-01T00:00:00Z",
        "email_marketing_consent": {"state": "subscribed", "consent_updated_at": "2024-05-01T00:00:00Z"},
    }  # fmt: skip
    send(crm, "customers/update", old)
    assert crm.customers.find("ayse@example.org").tags == {"vip", "wholesale"}
    assert crm.consent.decide("ayse@example.org", "marketing", "email").is_allowed


def test_tags_are_put_on_and_taken_off(crm):
    send(crm, "customer.tags_added")
    who = Who(user_id=1, source="shopify")
    assert crm.customers.find(who).tags == {"tag1", "tag2"}
    later = shopify_body("customer.tags_removed", tags=["tag1"], occurredAt="2006-01-01T00:00:00Z")
    send(crm, "customer.tags_removed", later)
    assert crm.customers.find(who).tags == {"tag2"}


def test_customers_the_shop_merged_are_one_and_a_merge_that_failed_joins_nobody(crm):
    for id_, email in ((1, "ayse@example.org"), (2, "ayse.y@example.org")):
        send(crm, "customers/create", {"id": id_, "email": email, "updated_at": "2026-01-01T00:00:00Z"})
    send(crm, "customers/merge")
    one, other = (crm.customers.find(Who(user_id=id_, source="shopify")) for id_ in (1, 2))
    assert one.id != other.id
    send(crm, "customers/merge", shopify_body("customers/merge", status="completed"))
    for _ in range(2):
        crm.clock.advance(minutes=2)
        crm.work()
    one, other = (crm.customers.find(Who(user_id=id_, source="shopify")) for id_ in (1, 2))
    assert one.id == other.id


def test_an_app_that_is_uninstalled_is_pulled_no_more(crm):
    crm.plugins.configure("shopify", is_installed=True)
    crm.receive("shopify", shopify_hook("app/uninstalled"))
    crm.work()
    crm.clock.advance(minutes=2)
    crm.work()
    assert crm.plugins.settings("shopify")["is_installed"] is False
    assert crm.timeline(Who(anonymous_id=f"shopify:shop:{DOMAIN}"))[0].kind == "Shopify App Uninstalled"
    # Installed again, the old word of it is heard no more.
    crm.plugins.configure("shopify", is_installed=True)
    crm.clock.advance(minutes=2)
    crm.worker()
    crm.work()
    assert crm.plugins.settings("shopify")["is_installed"] is True


def test_ids_beyond_what_a_float_holds_are_exact():
    assert told("orders/updated", real("orders/updated"))[0].order_id == ORDER
    only_gid = {"admin_graphql_api_id": f"gid://shopify/Order/{ORDER}", "updated_at": "2026-01-01T00:00:00Z"}
    assert told("orders/updated", only_gid)[0].order_id == ORDER


def test_a_delivery_refused_is_counted_and_nothing_else_of_it_is_kept(crm):
    forged = shopify_hook("orders/create", secret=SECRETS["client_secret"][::-1])
    for _ in range(3):
        assert crm.receive("shopify", forged).status == 401
    assert crm.receive("shopify", shopify_hook("Orders Create", b"{}")).status == 400
    assert crm.inbox.counts() == NOTHING
    (finding,) = [one for one in crm.health() if one.name == "refused shopify"]
    assert (finding.is_good, finding.figure) == (True, 4)


def test_a_plugin_that_no_shop_has_set_up_refuses_everything(sqlite_url):
    with CRM(sqlite_url, plugins=["shopify"]) as crm:
        assert crm.receive("shopify", shopify_hook("orders/create")).status == 401
        assert crm.inbox.counts() == NOTHING


def test_every_topic_of_the_table_has_a_sample_or_is_a_spelling_of_one():
    spellings = {"customers_whatsapp_marketing_consent/update"}
    assert set(TOPICS) - set(SHOPIFY) == spellings


def test_times_carry_their_offsets():
    (event, *_) = told("orders/updated", real("orders/updated"))
    assert event.at == dt.datetime(2022, 1, 1, tzinfo=dt.UTC)


def test_nothing_asked_for_by_law_is_an_event():
    for topic in ("customers/data_request", "customers/redact", "shop/redact"):
        assert [type(one) for one in told(topic)] == [Asked]
