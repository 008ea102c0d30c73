from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from ecrm import Who
from ecrm.adapters.shopify import Shopify
from ecrm.adapters.shopify.compliance import is_as_asked
from ecrm.testing import FrozenClock, FrozenCRM
from storefronts import DOMAIN, SECRETS, SHOPIFY, shopify_body, shopify_hook

HELD = {f"shopify.{name}": value for name, value in SECRETS.items()}
JOHN = {"id": 191167, "email": "john@example.com", "phone": "+15556251199"}
ORDERS = [299938, 280263]


@pytest.fixture
def handed():
    return []


@pytest.fixture
def crm(database_url, handed):
    plugin = Shopify(hand_over=lambda *told: handed.append(told))
    with FrozenCRM(database_url, plugins=[plugin], secrets=HELD, clock=FrozenClock()) as opened:
        opened.plugins.configure("shopify", domain=DOMAIN, is_installed=False)
        yield opened


def send(crm, topic, body=None, **how):
    assert crm.receive("shopify", shopify_hook(topic, body, **how)).status == 200


def work(crm):
    crm.work()
    crm.clock.advance(minutes=2)
    done = crm.work()
    assert not done.failed


def order(id_, customer, email=None):
    return shopify_body("orders/create", id=id_, admin_graphql_api_id=None, test=False, customer=customer, email=email,
                        contact_email=email, refunds=[], cancelled_at=None, billing_address=None)  # fmt: skip


def tell(crm):
    """Tell of John by his account, by his address as a guest, and by an order that names nobody; and of Zeynep."""
    send(crm, "customers/create", {**JOHN, "first_name": "Johnny", "last_name": "Doe",
                                   "updated_at": "2025-01-01T00:00:00Z"})  # fmt: skip
    send(crm, "orders/create", order(ORDERS[0], JOHN))
    send(crm, "orders/create", order(ORDERS[1], None))
    send(crm, "customers/create", {"id": 5, "email": "zeynep@example.org", "updated_at": "2025-01-01T00:00:00Z"})
    crm.work()
    assert not crm.inbox.rejected()


def everything(crm):
    """Give every value of every table as one text."""
    found = sa.inspect(crm.database.engine) if hasattr(crm.database, "engine") else None
    names = found.get_table_names() if found is not None else tables(crm)
    with crm.database.read() as transaction:
        rows = [row for name in names for row in transaction.core(sa.text(f"SELECT * FROM {name}"))]  # noqa: S608
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
        for row in rows
        for value in (bytes(one) if isinstance(one, memoryview) else one for one in row)
    )


def tables(crm):
    with crm.database.read() as transaction:
        sql = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if transaction.is_sqlite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        return [row[0] for row in transaction.core(sa.text(sql))]


def redact(**changed):
    told = {"shop_id": 954889, "shop_domain": DOMAIN, "customer": JOHN, "orders_to_redact": ORDERS}
    return json.dumps({**told, **changed}).encode()


def test_nothing_of_a_person_remains_when_their_erasure_was_asked_for(crm):
    tell(crm)
    send(crm, "customers/redact", redact())
    work(crm)
    said = everything(crm)
    for word in ("john@example.com", "5556251199", "Johnny", "191167", str(ORDERS[0]), str(ORDERS[1])):
        assert word not in said, word
    assert crm.customers.find("zeynep@example.org") is not None
    (request,) = crm.privacy.requests(None)
    assert (request.kind, request.law, request.state, request.channel) == ("erasure", "shopify", "done", "shopify")
    assert (request.due_at - request.received_at).days == 30


def test_a_late_delivery_does_not_bring_back_who_was_erased(crm):
    tell(crm)
    send(crm, "customers/redact", redact())
    work(crm)
    send(crm, "orders/updated", order(ORDERS[0], JOHN), id_="late")
    crm.work()
    assert crm.customers.find("john@example.com") is None
    assert "john@example.com" not in everything(crm)


def test_somebody_whose_events_wait_still_is_erased_with_them(crm):
    send(crm, "orders/create", order(ORDERS[0], JOHN))
    send(crm, "customers/redact", redact())
    work(crm)
    assert crm.customers.find("john@example.com") is None
    assert "john@example.com" not in everything(crm)


def test_nobody_known_is_a_request_that_is_done(crm):
    send(crm, "customers/redact", redact())
    work(crm)
    assert [one.state for one in crm.privacy.requests(None)] == ["done"]


def test_a_person_with_another_account_who_shares_the_phone_stays(crm):
    tell(crm)
    sister = {"id": 191168, "email": "jane@example.com", "phone": None, "updated_at": "2025-01-01T00:00:00Z"}
    send(crm, "customers/create", sister)
    crm.work()
    send(crm, "customers/redact", redact(customer={"id": 191167, "email": "jane@example.com", "phone": None}))
    work(crm)
    assert crm.customers.find(Who(user_id=191168, source="shopify")) is not None
    assert crm.customers.find(Who(user_id=191167, source="shopify")) is None


def test_data_that_was_asked_for_is_handed_over_once(crm, handed):
    tell(crm)
    send(crm, "customers/data_request", shopify_body("customers/data_request", customer=JOHN))
    work(crm)
    work(crm)
    ((shop, request, export),) = handed
    assert (shop, request.kind, "Johnny Doe" in export.json()) == ("main", "access", True)
    assert crm.privacy.requests() == []


def test_data_of_nobody_is_answered_with_nothing(crm, handed):
    send(crm, "customers/data_request", shopify_body("customers/data_request", customer=JOHN))
    work(crm)
    assert [told[2] for told in handed] == [None]


def test_without_anybody_to_hand_it_to_a_request_waits_until_a_person_fulfils_it(sqlite_url):
    with FrozenCRM(sqlite_url, plugins=[Shopify], secrets=HELD, clock=FrozenClock()) as crm:
        crm.plugins.configure("shopify", domain=DOMAIN, is_installed=False)
        tell(crm)
        send(crm, "customers/data_request", shopify_body("customers/data_request", customer=JOHN))
        work(crm)
        (request,) = crm.privacy.requests()
        assert "john@example.com" in crm.privacy.fulfil(request.id).json()
        assert crm.privacy.requests() == []
        crm.clock.advance(days=31)


def test_a_shop_that_is_gone_is_emptied_and_received_no_more(crm):
    tell(crm)
    other = crm.for_shop("outlet")
    other.plugins.configure("shopify", domain="outlet.myshopify.com", is_installed=False)
    crm.clock.advance(minutes=1)
    send(crm, "customers/create", {"id": 6, "email": "mehmet@example.org"}, domain="outlet.myshopify.com")
    send(crm, "shop/redact")
    work(crm)
    assert crm.customers.list() == []
    said = everything(crm)
    for word in ("john@example.com", "zeynep@example.org", "Johnny", str(ORDERS[1])):
        assert word not in said, word
    assert other.customers.find("mehmet@example.org") is not None
    crm.clock.advance(minutes=1)
    assert crm.receive("shopify", shopify_hook("customers/create")).status == 401
    # One that is installed again may know its customers again.
    crm.plugins.configure("shopify", domain=DOMAIN, is_installed=False)
    crm.clock.advance(minutes=1)
    tell(crm)
    assert crm.customers.find("zeynep@example.org") is not None


def test_replaying_a_request_opens_no_second_one(crm):
    send(crm, "customers/data_request", shopify_body("customers/data_request", customer=JOHN))
    crm.work()
    crm.inbox.replay(range(1, 100))
    crm.work()
    assert len(crm.privacy.requests(None)) == 1


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("customers/redact", SHOPIFY["orders/create"]),
        ("customers/redact", SHOPIFY["customers/data_request"]),
        ("shop/redact", SHOPIFY["customers/redact"]),
        ("customers/redact", redact(shop_domain="other.myshopify.com")),
        ("shop/redact", b"{}"),
        ("customers/data_request", b"[]"),
    ],
)
def test_a_delivery_of_another_kind_sent_again_under_this_topic_erases_nobody(crm, topic, body):
    assert crm.receive("shopify", shopify_hook(topic, body)).status == 400
    assert crm.inbox.counts() == {"waiting": 0, "done": 0, "rejected": 0}


def test_samples_are_of_their_topic():
    for topic in ("customers/data_request", "customers/redact", "shop/redact"):
        assert is_as_asked(topic, json.loads(SHOPIFY[topic]), DOMAIN)


def test_data_that_could_not_be_handed_over_is_handed_over_later_and_keeps_nobody_waiting(sqlite_url):
    handed, failing = [], [True]

    def hand_over(*told):
        if failing:
            failing.pop()
            raise OSError
        handed.append(told)

    with FrozenCRM(sqlite_url, plugins=[Shopify(hand_over=hand_over)], secrets=HELD, clock=FrozenClock()) as crm:
        crm.plugins.configure("shopify", domain=DOMAIN, is_installed=False)
        tell(crm)
        send(crm, "customers/data_request", shopify_body("customers/data_request", customer={"id": 5}))
        crm.clock.advance(minutes=1)
        send(crm, "customers/redact", redact())
        crm.work()
        crm.clock.advance(minutes=2)
        crm.work()
        assert crm.customers.find("john@example.com") is None
        crm.clock.advance(minutes=2)
        crm.work()
        assert ["zeynep@example.org" in told[2].json() for told in handed] == [True]
        assert crm.privacy.requests() == []
