"""A real oscar shop: two customers order by its own pages, and what they did is on the right timelines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

DRIVER = Path(__file__).with_name("oscardriver.py")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def story(request, tmp_path_factory):
    """What came of a visit to a shop on SQLite, and on PostgreSQL, with ATOMIC_REQUESTS."""
    around = os.environ | {"SHOP_DIRECTORY": str(tmp_path_factory.mktemp("shop")), "PYTHONWARNINGS": "ignore"}
    if request.param == "sqlite":
        yield run(around) | {"database": request.param}
        return
    server = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        named = sa.make_url(url)
        yield run(
            around
            | {
                "SHOP_POSTGRESQL": named.database,
                "SHOP_POSTGRESQL_USER": named.username,
                "SHOP_POSTGRESQL_HOST": named.host,
                "SHOP_POSTGRESQL_PORT": str(named.port or 5432),
            }
        ) | {"database": request.param}


def run(around):
    done = subprocess.run([sys.executable, str(DRIVER)], env=around, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1]) | {"log": done.stderr}


def kinds(told):
    return [one["kind"] for one in told]


def one_of(told, kind):
    (found,) = [one for one in told if one["kind"] == kind]
    return found


def test_registered_customer_is_known_from_the_first_search_to_the_review(story):
    assert kinds(story["registered"]) == [
        "Products Searched", "Product Viewed", "Product Added", "Signed Up", "Signed In", "Coupon Applied",
        "Checkout Started", "Order Completed", "Product Reviewed", "Signed Out",
    ]  # fmt: skip


def test_guest_is_known_by_the_address_they_gave(story):
    assert kinds(story["guest"]) == [
        "Products Searched", "Product Viewed", "Product Added", "Checkout Started", "Order Completed",
    ]  # fmt: skip


def test_order_has_its_lines_and_its_money(story):
    told = one_of(story["registered"], "Order Completed")
    assert told["order_id"] == story["numbers"]["registered"]
    assert (told["total"], told["discount"], told["currency"]) == ("134.91", "14.99", "TRY")
    assert (told["revenue"], told["tax"], told["shipping"], told["coupon"]) == ("134.91", "0.00", "0.00", "MUGS10")
    (line,) = told["products"]
    assert (line["sku"], line["name"], line["price"], line["quantity"]) == ("MUG-RED", "Red mug", "74.95", 2)


def test_guest_order_has_its_lines_and_its_money(story):
    told = one_of(story["guest"], "Order Completed")
    assert (told["order_id"], told["total"]) == (story["numbers"]["guest"], "360.30")
    assert [(line["sku"], line["price"], line["quantity"]) for line in told["products"]] == [("MUG-BLUE", "120.10", 3)]


def test_basket_is_told_with_how_many(story):
    added = one_of(story["guest"], "Product Added")
    assert (added["quantity"], added["price"], added["currency"]) == (3, "120.10", "TRY")
    started = one_of(story["guest"], "Checkout Started")
    assert (started["value"], started["products"][0]["quantity"]) == ("360.30", 3)


def test_search_voucher_and_review_say_what_was_said(story):
    assert one_of(story["registered"], "Products Searched")["query"] == "mug"
    assert one_of(story["registered"], "Coupon Applied")["coupon_id"] == "MUGS10"
    review = one_of(story["registered"], "Product Reviewed")
    assert (review["rating"], review["review_body"]) in {("5", "It holds tea."), (5, "It holds tea.")}


def test_status_of_an_order_is_told_and_what_it_means(story):
    assert set(kinds(story["changed"]["registered"])) == {"Order Updated", "Order Cancelled"}
    assert set(kinds(story["changed"]["guest"])) == {"Order Updated", "Order Shipped"}
    registered, guest = (story["orders"][story["numbers"][name]] for name in ("registered", "guest"))
    assert (registered["is_cancelled"], guest["is_cancelled"]) == (True, False)
    assert (guest["total"], guest["currency"]) == ("360.30", "TRY")


def test_receiver_that_raises_leaves_the_order_untouched(story):
    assert story["raising"]["lines"] == [["Red mug", 1]]
    assert story["raising"]["basket"] == "Submitted"
    assert "placed was not told of: ZeroDivisionError" in story["log"]


def test_inbox_that_is_away_leaves_the_order_untouched(story):
    assert story["away"]["lines"] == [["Red mug", 1]]
    assert story["away"]["basket"] == "Submitted"
    assert "an event was not emitted" in story["log"]
    assert "Order Completed" not in story["late"]


def test_order_that_is_rolled_back_is_not_told(story):
    assert story["rolled_back"] == []


def test_logs_name_nobody(story):
    assert "example.com" not in story["log"]


def test_crm_lives_where_the_shop_does_and_is_healthy(story):
    assert story["is_healthy"]
    assert story["where"] == story["database"]
