"""Olist's orders and reviews go in as a shop would bring them, and the known means come out."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path

import pytest

from ecrm import CRM, Who

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "olist"
DATA = ROOT.parent / "shared" / "data" / "olist" / "orders5000"
# Without the data there is nothing to run it on, so there is no test: a skipped one would look like a hole.
FOLDERS = [DATA] if DATA.exists() else []


@pytest.fixture(scope="module")
def example():
    """The example's program, which imports the module beside it."""
    sys.path.insert(0, str(EXAMPLE))
    spec = importlib.util.spec_from_file_location("olist_run", EXAMPLE / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(EXAMPLE))
    yield module
    sys.modules.pop("prepare", None)


@pytest.mark.parametrize("folder", FOLDERS, ids=["orders5000"])
def test_late_orders_score_2_61_and_the_others_4_25(example, database_url, folder):
    with CRM(database_url, plugins=[]) as crm:
        orders, answers = example.fill(crm, folder)
        assert (orders.rejected_lines, orders.left_out_lines, orders.events["Order Completed"]) == (0, 34, 4_966)
        assert (answers.lines, answers.recorded, answers.rejected_lines) == (4_988, 4_988, 0)
        late, others, apart, followed = example.told(crm)
        assert str(late.mean) == "2.61 (95 %: 2.44 to 2.78; n = 385)"
        assert str(others.mean) == "4.25 (95 %: 4.21 to 4.28; n = 4,603)"
        assert str(apart) == "1.64 (95 %: 1.47 to 1.81; n = 4,988)"
        results = crm.surveys.results(example.SURVEY)
        assert str(results.score.headline) == "78.2 % (95 %: 77.0 to 79.3; n = 4,988)"
        (driver,) = results.drivers
        assert (driver.name, driver.is_clear, round(driver.correlation.value, 2)) == ("came_late", True, -0.27)
        assert sum(followed.of(band, 30).n for band in ("satisfied", "neutral", "unsatisfied")) == 4_957
        assert followed.verdict.word == "nothing"
        assert (followed.currency, followed.notes) == ("BRL", ())


def test_five_small_files_of_the_same_form_are_joined_and_go_in(example, crm, tmp_path):
    files = {
        "customers": [{"customer_id": "c1", "customer_unique_id": "ana"}, {"customer_id": "c2",
                                                                          "customer_unique_id": "ana"}],
        "orders": [order("o1", "c1", "delivered", "1/20/2018 9:00"), order("o2", "c2", "canceled", "")],
        "order_items": [{"order_id": "o1", "product_id": "p1", "price": "10.5"},
                        {"order_id": "o2", "product_id": "p1", "price": "3"}],
        "order_reviews": [{"review_pk": "1", "order_id": "o1", "review_score": "2",
                           "review_answer_timestamp": "1/21/2018 10:00"}],
        "order_payments": [{"order_id": "o1"}],
    }  # fmt: skip
    for name, lines in files.items():
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
    example.fill(crm, tmp_path)
    late, others, *_ = example.told(crm)
    assert (late.mean.value, others.n) == (2, 0)
    facts = crm.facts(Who(user_id="ana", source="olist"))
    assert (facts["orders.count"], facts["orders.cancelled_count"], facts["csat.last_score"]) == (1, 1, 2)


def order(order_id, customer, status, delivered):
    return {
        "order_id": order_id, "customer_id": customer, "order_status": status,
        "order_purchase_timestamp": "1/2/2018 10:56", "order_delivered_customer_date": delivered,
        "order_estimated_delivery_date": "1/18/2018 0:00",
    }  # fmt: skip
