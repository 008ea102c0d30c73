from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from ecrm import Money, Who
from ecrm.imports import import_file, load_mapping, rehearse_file

ROOT = Path(__file__).parents[2]
WHOLE = ROOT.parent / "shared" / "data" / "online_retail" / "online_retail.csv.gz"
EXCERPT = Path(__file__).parent / "data" / "online_retail_excerpt.csv"
# Without the data there is nothing to run it on, so there is no test: a skipped one would look like a hole.
WHOLE_FILES = [WHOLE] if WHOLE.exists() else []


@pytest.fixture(scope="module")
def mapping():
    return load_mapping(ROOT / "examples" / "online_retail" / "mapping.toml")


def customer(number):
    return Who(user_id=number, source="online_retail")


def test_every_line_of_an_excerpt_with_every_kind_of_dirt_is_accounted_for(crm, mapping):
    report = import_file(crm, EXCERPT, mapping)
    assert (report.lines, report.rejected_lines) == (22, 3)
    assert report.events == {"Invoice Issued": 3, "Order Completed": 7, "Order Refunded": 2}
    assert report.odd == {
        "exact_duplicate_lines": 1,
        "lines_apart": 6,
        "lines_without_customer": 6,
        "lines_without_product_name": 1,
        "negative_quantities": 4,
        "orders_at_several_times": 1,
        "orders_without_customer": 5,
        "prices_below_zero": 2,
        "prices_of_zero": 3,
        "refund_lines": 3,
        "refunds": 2,
        "times_shown_twice": 1,
    }
    assert report.is_balanced
    assert report.unreadable_amounts == 1
    assert report.amounts["rejected"] == Decimal("5.94")
    assert report.rounding == Decimal("-0.001")
    assert [(fault.number, fault.field) for fault in report.samples] == [
        (21, "orders.at"), (22, "orders.product.quantity"), (23, "order"),
    ]  # fmt: skip


def test_a_customer_number_kept_as_a_float_is_the_account(crm, mapping):
    import_file(crm, EXCERPT, mapping)
    assert crm.customers.find(customer("17850")) is not None
    assert crm.customers.find(customer("17850.0")) is None


def test_cancellations_are_refunds_of_the_customer(crm, mapping):
    import_file(crm, EXCERPT, mapping)
    facts = crm.facts(customer("17850"))
    assert (facts["orders.count"], facts["orders.refunded_count"]) == (4, 1)
    assert facts["orders.spent.GBP"] == Money("59.14", "GBP")
    assert facts["orders.revenue.GBP"] == Money("41.14", "GBP")


def test_the_hour_shown_twice_is_the_first_of_the_two(crm, mapping):
    import_file(crm, EXCERPT, mapping)
    newest = crm.timeline(customer("17850"))[0]
    assert (newest.properties["order_id"], newest.at.isoformat()) == ("900012", "2011-10-30T00:30:00+00:00")


def test_the_same_excerpt_again_is_no_change(crm, mapping):
    first = import_file(crm, EXCERPT, mapping)
    facts = crm.facts(customer("17850"))
    again = import_file(crm, EXCERPT, mapping)
    assert (again.recorded, again.duplicates) == (0, first.recorded)
    assert crm.facts(customer("17850")) == facts
    counts = rehearse_file(crm, EXCERPT, mapping).counts
    assert counts == {"new": 0, "updated": 0, "unchanged": first.recorded, "conflicting": 0, "rejected": 3}


@pytest.mark.whole_file
@pytest.mark.parametrize("path", WHOLE_FILES, ids=lambda path: path.stem)
def test_the_whole_file_is_accounted_for_and_the_second_time_is_no_change(crm, mapping, path):
    report = import_file(crm, path, mapping)
    assert (report.lines, report.rejected_lines, report.left_out_lines) == (541_909, 0, 0)
    assert (report.recorded, report.duplicates, report.rejected_events) == (25_900, 0, 0)
    assert report.events == {"Invoice Issued": 2_101, "Order Completed": 19_963, "Order Refunded": 3_836}
    assert report.odd == {
        "exact_duplicate_lines": 5_268,
        "lines_apart": 2_946,
        "lines_without_customer": 135_080,
        "lines_without_product_name": 1_454,
        "negative_quantities": 10_624,
        "orders_at_several_times": 43,
        "orders_without_customer": 3_710,
        "prices_below_zero": 2,
        "prices_of_zero": 2_515,
        "refund_lines": 9_288,
        "refunds": 3_836,
    }
    assert report.total == Decimal("9747747.934")
    assert sum(report.amounts.values()) == report.total

    spent, counted = expected(path)
    facts = {number: crm.facts(customer(number)) for number in spent}
    assert len(facts) == 4_372
    assert sum(known["orders.count"] for known in facts.values()) == 18_536
    assert {number: known["orders.count"] for number, known in facts.items()} == counted
    nothing = Money(0, "GBP")
    assert {number: known.get("orders.spent.GBP", nothing).amount for number, known in facts.items()} == spent

    again = import_file(crm, path, mapping)
    assert (again.recorded, again.duplicates, again.rejected_events) == (0, 25_900, 0)
    assert {number: crm.facts(customer(number)) for number in spent} == facts


def expected(path):
    """Add up what each customer spent, and count their orders, without any code of ours."""
    totals = defaultdict(Decimal)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            if row["CustomerID"]:
                number = row["CustomerID"].removesuffix(".0")
                totals[number, row["InvoiceNo"]] += int(row["Quantity"]) * Decimal(row["UnitPrice"])
    spent, counted = defaultdict(Decimal), Counter()
    for (number, invoice), total in totals.items():
        spent[number] += total.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        counted[number] += not invoice.startswith("C")
    return dict(spent), dict(counted)
