from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import Money, events
from ecrm.imports import read_mapping
from ecrm.imports.ledger import Ledger
from ecrm.imports.sorting import sort_lines
from ecrm.shops.model import Settings

MAPPING = """
source = "till"
currency = "TRY"
zone = "Europe/Istanbul"
[orders]
id = "no"
at = "at"
customer.user_id = "who"
product.sku = "sku"
product.price = "price"
product.quantity = "n"
[orders.apart]
shipping = ["POST"]
fees = ["FEE*"]
[[orders.becomes]]
event = "Order Refunded"
when = { no = "R*" }
because = "given back"
[[orders.becomes]]
event = "Order Cancelled"
when = { state = "cancelled" }
"""
HEADER = "no,at,who,sku,price,n,state"


def sorted_lines(tmp_path: Path, *lines: str, mapping: str = MAPPING, header: str = HEADER):
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    noted = []
    ledger = Ledger(noted.append)
    outcomes = list(sort_lines(path, read_mapping(mapping), Settings(), ledger))
    for outcome in outcomes:
        ledger.accept(outcome)
    return [event for outcome in outcomes for event in outcome.events], ledger.close(0, 0), noted


def test_lines_with_one_id_are_one_order_wherever_they_stand(tmp_path):
    made, report, _ = sorted_lines(
        tmp_path,
        "1,2026-01-01 10:00,7,A,1.50,2,",
        "2,2026-01-01 11:00,8,B,5,1,",
        "1,2026-01-01 10:00,7,B,5,1,",
    )
    assert [(event.order_id, event.total, len(event.products)) for event in made] == [
        ("1", Money("8.00", "TRY"), 2), ("2", Money("5.00", "TRY"), 1),
    ]  # fmt: skip
    assert report.is_balanced
    assert made[0].at.utcoffset().total_seconds() == 3 * 3600
    assert not made[0].live


def test_an_order_is_rounded_once_and_not_line_by_line(tmp_path):
    made, report, _ = sorted_lines(tmp_path, *["1,2026-01-01 10:00,7,A,0.333,1,"] * 3)
    assert made[0].total == Money("1.00", "TRY")
    assert (report.total, report.rounding) == (Decimal("0.999"), Decimal("0.001"))


def test_what_is_no_product_is_kept_apart_and_counts_in_the_total(tmp_path):
    made, report, _ = sorted_lines(
        tmp_path,
        "1,2026-01-01 10:00,7,A,10,1,",
        "1,2026-01-01 10:00,7,POST,4,1,",
        "1,2026-01-01 10:00,7,FEE1,1,1,",
    )
    (order,) = made
    assert (order.total, order.shipping) == (Money("15.00", "TRY"), Money("4.00", "TRY"))
    assert [product.sku for product in order.products] == ["A"]
    assert [charge["group"] for charge in order.context["charges"]] == ["shipping", "fees"]
    assert report.amounts == {"products": Decimal(10), "shipping": Decimal(4), "fees": Decimal(1)}


def test_a_refund_gives_back_what_its_lines_add_up_to(tmp_path):
    made, report, _ = sorted_lines(tmp_path, "R1,2026-01-01 10:00,7,A,10,-2,")
    (refund,) = made
    assert isinstance(refund, events.OrderRefunded)
    assert (refund.total, refund.refund_id, refund.reason) == (Money("20.00", "TRY"), "R1", "given back")
    assert report.total == -20


def test_a_refund_may_be_written_without_a_sign(tmp_path):
    made, _, _ = sorted_lines(tmp_path, "R1,2026-01-01 10:00,7,A,10,2,")
    assert made[0].total == Money("20.00", "TRY")


def test_a_refund_that_adds_up_to_a_payment_is_refused(tmp_path):
    made, report, _ = sorted_lines(tmp_path, "R1,2026-01-01 10:00,7,A,10,-1,", "R1,2026-01-01 10:00,7,B,30,1,")
    assert not made
    assert (report.rejected_lines, report.amounts) == (2, {"rejected": Decimal(20)})


def test_an_order_below_zero_that_nothing_is_said_of_is_refused(tmp_path):
    made, report, _ = sorted_lines(tmp_path, "1,2026-01-01 10:00,7,A,10,-1,")
    assert not made
    assert report.samples[0].field == "orders.becomes"


def test_a_cancelled_order_was_placed_before_it_was_cancelled(tmp_path):
    made, _, _ = sorted_lines(tmp_path, "1,2026-01-01 10:00,7,A,10,1,cancelled")
    assert [type(event) for event in made] == [events.OrderCompleted, events.OrderCancelled]


def test_a_bad_line_takes_its_whole_order_with_it_and_no_other(tmp_path):
    made, report, noted = sorted_lines(
        tmp_path,
        "1,2026-01-01 10:00,7,A,ten,1,",
        "1,2026-01-01 10:00,7,B,5,1,",
        "2,2026-01-01 10:00,7,B,5,1,",
    )
    assert [event.order_id for event in made] == ["2"]
    assert [(entry.number, entry.field) for entry in noted] == [(2, "orders.product.price"), (3, "order")]
    assert report.is_balanced
    assert report.unreadable_amounts == 1


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (",2026-01-01 10:00,7,A,1,1,", "orders.id"),
        ("1,,7,A,1,1,", "orders.at"),
        ("1,soon,7,A,1,1,", "orders.at"),
        ("1,2026-01-01 10:00,7,A,,1,", "orders.product.price"),
        ("1,2026-01-01 10:00,7,A,1,,", "orders.product.quantity"),
        ("1,2026-01-01 10:00,7,,1,1,", "orders.product.product_id"),
        ("1,2026-01-01 10:00,7,A,1,1,,more", "line"),
    ],
)
def test_a_bad_line_is_reported_with_its_place_and_never_with_what_stands_in_it(tmp_path, line, field):
    made, report, noted = sorted_lines(tmp_path, line)
    assert not made
    assert [(entry.what, entry.number, entry.field) for entry in noted] == [("rejected", 2, field)]
    assert report.is_balanced


def test_lines_that_disagree_about_the_customer_are_refused(tmp_path):
    _, report, _ = sorted_lines(tmp_path, "1,2026-01-01 10:00,7,A,1,1,", "1,2026-01-01 10:00,8,B,1,1,")
    assert report.samples[0].field == "orders.customer.user_id"


def test_an_order_without_a_customer_is_anonymous(tmp_path):
    made, report, _ = sorted_lines(tmp_path, "1,2026-01-01 10:00,,A,1,1,")
    assert made[0].customer is None
    assert report.odd == {"lines_without_customer": 1, "orders_without_customer": 1}


def test_an_exact_duplicate_line_is_reported_and_not_dropped(tmp_path):
    made, report, noted = sorted_lines(tmp_path, *["1,2026-01-01 10:00,7,A,1,1,"] * 3)
    assert len(made[0].products) == 3
    assert report.odd["exact_duplicate_lines"] == 2
    assert [(entry.what, entry.number) for entry in noted] == [("odd", 3), ("odd", 4)]


def test_lines_may_be_left_out_or_rejected_by_rule_and_are_accounted_for(tmp_path):
    rules = """
[[leave_out]]
because = "a test of the till"
when = { sku = "TEST" }
[[reject]]
because = "check the price"
when = { price = "> 1000" }
"""
    made, report, noted = sorted_lines(
        tmp_path,
        "1,2026-01-01 10:00,7,TEST,3,1,",
        "2,2026-01-01 10:00,7,A,2000,1,",
        "3,2026-01-01 10:00,7,A,1,1,",
        mapping=MAPPING + rules,
    )
    assert [event.order_id for event in made] == ["3"]
    assert report.amounts == {"left out": Decimal(3), "rejected": Decimal(2000), "products": Decimal(1)}
    assert [(entry.what, entry.reason) for entry in noted] == [
        ("left out", "a test of the till"), ("rejected", "check the price"),
    ]  # fmt: skip
    assert report.is_balanced


def test_an_order_with_a_total_of_its_own_costs_that(tmp_path):
    mapping = """
source = "x"
currency = "TRY"
[orders]
id = "no"
at = "at"
fields.total = "sum"
fields.tax = "tax"
"""
    made, report, _ = sorted_lines(
        tmp_path, "1,2026-01-01,118.00,18", "1,2026-01-01,118.00,18", mapping=mapping, header="no,at,sum,tax"
    )
    assert (made[0].total, made[0].tax) == (Money("118.00", "TRY"), Money("18.00", "TRY"))
    assert report.is_balanced


def test_a_file_without_a_currency_needs_one_in_the_mapping_or_the_shop(tmp_path):
    _, report, _ = sorted_lines(
        tmp_path, "1,2026-01-01 10:00,7,A,1,1,", mapping=MAPPING.replace('currency = "TRY"', "")
    )
    assert report.samples[0].field == "orders.currency"


def test_every_line_may_be_an_order_of_its_own_also_with_one_id(tmp_path):
    made, _, _ = sorted_lines(
        tmp_path,
        *["1,2026-01-01 10:00,7,A,1,1,"] * 2,
        mapping=MAPPING.replace('id = "no"', 'id = "no"\neach = "line"'),
    )
    assert [event.order_id for event in made] == ["1", "1-2"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "2", "3", "R4", ""]),
            st.sampled_from(["A", "POST", "FEE2", ""]),
            st.decimals(min_value=-99, max_value=99, places=3).map(str) | st.just("x"),
            st.integers(-3, 3),
        ),
        max_size=12,
    )
)
def test_whatever_stands_in_a_file_the_money_adds_up_to_the_last_digit(tmp_path_factory, lines):
    rows = [f"{no},2026-01-01 10:00,7,{sku},{price},{count}," for no, sku, price, count in lines]
    made, report, _ = sorted_lines(tmp_path_factory.mktemp("lines"), *rows)
    readable = [(Decimal(price), count) for _, _, price, count in lines if price != "x"]
    assert report.lines == len(lines)
    assert report.total == sum(price * count for price, count in readable)
    assert report.is_balanced
    told = sum(
        (-event.total.amount if isinstance(event, events.OrderRefunded) else event.total.amount) for event in made
    )
    kept = sum(amount for group, amount in report.amounts.items() if group != "rejected")
    if not any(isinstance(event, events.OrderRefunded) for event in made):
        assert told == kept + report.rounding
