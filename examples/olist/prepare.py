"""Join Olist's five files into the two that are imported: orders by line, and answers with whether it came late.

python examples/olist/prepare.py FOLDER_OF_OLIST FOLDER_TO_WRITE
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

CLOCK = "%m/%d/%Y %H:%M"
Line = dict[str, str]


def prepare(source: Path, target: Path) -> None:
    """Write `orders.csv` and `reviews.csv`.

    Args:
        source: The folder with Olist's files.
        target: Where the two are written.
    """
    who = {line["customer_id"]: line["customer_unique_id"] for line in read(source / "customers.csv")}
    orders = {line["order_id"]: line for line in read(source / "orders.csv")}
    items = defaultdict(list)
    for item in read(source / "order_items.csv"):
        items[item["order_id"]].append(item)
    write(target / "orders.csv", order_lines(orders, items, who))
    write(target / "reviews.csv", answers(read(source / "order_reviews.csv"), orders, who))


def order_lines(orders: dict[str, Line], items: dict[str, list[Line]], who: dict[str, str]) -> Iterator[Line]:
    """Give a line for each product of an order; of one without products, a line without a price."""
    for order in orders.values():
        for item in items[order["order_id"]] or [{}]:
            yield {
                "order_id": order["order_id"],
                "status": order["order_status"],
                "at": order["order_purchase_timestamp"],
                "customer": who[order["customer_id"]],
                "product": item.get("product_id", ""),
                "price": item.get("price", "0"),
            }


def answers(reviews: Iterator[Line], orders: dict[str, Line], who: dict[str, str]) -> Iterator[Line]:
    """Give the reviews, with the columns that `ecrm surveys import` knows."""
    for review in reviews:
        order = orders[review["order_id"]]
        yield {
            "id": review["review_pk"],
            "at": moment(review["review_answer_timestamp"]).isoformat(),
            "user_id": who[order["customer_id"]],
            "order_id": order["order_id"],
            "answer.score": review["review_score"],
            "answer.came_late": "yes" if is_late(order) else "no",
        }


def is_late(order: Line) -> bool:
    """Tell whether an order was delivered after the moment that was promised."""
    delivered = order["order_delivered_customer_date"]
    return bool(delivered) and moment(delivered) > moment(order["order_estimated_delivery_date"])


def moment(text: str) -> dt.datetime:
    """Read a time of Olist's, on a clock in Brazil; which one is the mapping's to say."""
    return dt.datetime.strptime(text, CLOCK)  # noqa: DTZ007 - the zone is that of the shop


def read(path: Path) -> Iterator[Line]:
    """Give the lines of a file."""
    with path.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


def write(path: Path, lines: Iterator[Line]) -> None:
    """Write lines that have the same columns each."""
    rows = list(lines)
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
