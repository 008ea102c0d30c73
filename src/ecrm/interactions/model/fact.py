"""The facts the core keeps of every customer, declared.

What a declaration is stands in `ecrm.values.fact`. `book` puts these and the plugins' together, `tally` adds
up, the tables keep one wide row a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecrm.values.fact import Fact

__all__ = ["CHANNELS", "EVENT_FACTS", "FACTS", "ORDER_FACTS", "is_by_customer"]

CHANNELS = ("web", "app", "store", "phone", "email", "sms", "whatsapp", "chat", "social", "marketplace")


def _count(name: str, about: str, *kinds: str) -> Fact:
    return Fact(name, "integer", "events", about, "count", frozenset(kinds))


def _newest(name: str, about: str, *kinds: str) -> Fact:
    return Fact(name, "time", "UTC", about, "max", frozenset(kinds))


EVENT_FACTS: tuple[Fact, ...] = (
    _count("interactions.count", "Everything on the timeline that is not voided."),
    Fact("interactions.first_at", "time", "UTC", "When the first of it happened.", "min"),
    _newest("interactions.last_at", "When the newest of it happened."),
    *(
        Fact(f"channels.{channel}.last_at", "time", "UTC", f"When they were last seen on {channel}.",
             "max", channel=channel, by_customer=True)
        for channel in CHANNELS
    ),
    _count("products.viewed_count", "Product pages looked at.", "Product Viewed"),
    _newest("products.last_viewed_at", "When a product was last looked at.", "Product Viewed"),
    _count("products.searched_count", "Searches.", "Products Searched"),
    _count("carts.added_count", "Times something was put into a cart.", "Product Added"),
    _newest("carts.last_added_at", "When something was last put into a cart.", "Product Added"),
    _count("checkouts.started_count", "Checkouts begun.", "Checkout Started"),
    _newest("checkouts.last_started_at", "When a checkout was last begun.", "Checkout Started"),
    _count("coupons.applied_count", "Coupons that were taken.", "Coupon Applied"),
    _count("wishlists.added_count", "Products put on a wishlist.", "Product Added to Wishlist"),
    _count("reviews.count", "Reviews written.", "Product Reviewed"),
    Fact("reviews.last_rating", "number", "stars", "The rating of the newest review.", "last",
         frozenset({"Product Reviewed"}), field="rating"),
    _count("emails.opened_count", "E-mails opened; weak evidence, since scanners open too.", "Email Opened"),
    _count("emails.clicked_count", "Links clicked in e-mails.", "Email Link Clicked"),
    _newest("emails.last_clicked_at", "When a link was last clicked.", "Email Link Clicked"),
    _count("messages.received_count", "Messages they sent us.", "Message Received"),
    _count("chats.count", "Chats begun.", "Live Chat Conversation Started"),
    _count("calls.count", "Calls begun.", "Call Started"),
    _newest("calls.last_at", "When the last call began.", "Call Started"),
    _count("visits.count", "Visits to a store.", "Store Visited"),
    _newest("visits.last_at", "When they last visited a store.", "Store Visited"),
    _count("mentions.count", "Times they mentioned us.", "Social Mention Received"),
    _count("cases.opened_count", "Service cases opened.", "Case Opened"),
    _count("surveys.sent_count", "Surveys they were sent.", "Survey Sent"),
    _count("surveys.answered_count", "Surveys they answered.", "Survey Answered"),
    _newest("surveys.last_answered_at", "When they last answered a survey.", "Survey Answered"),
    *(
        Fact(f"{scale}.last_score", "number", "points", f"What they last answered to {said}.", "last",
             frozenset({"Survey Answered"}), field=scale)
        for scale, said in (("nps", "whether they would recommend the shop, 0 to 10"),
                            ("csat", "how content they are, 1 to 5"), ("ces", "how easy it was, 1 to 7"))
    ),
    _count("returns.requested_count", "Returns asked for.", "Return Requested"),
    _count("payments.failed_count", "Payments that failed.", "Payment Failed"),
    _count("sign_ins.count", "Times they signed in.", "Signed In"),
    _newest("sign_ins.last_at", "When they last signed in.", "Signed In"),
)  # fmt: skip
ORDER_FACTS: tuple[Fact, ...] = (
    Fact("orders.count", "integer", "orders", "Orders placed and not cancelled.", "order"),
    Fact("orders.cancelled_count", "integer", "orders", "Orders cancelled.", "order"),
    Fact("orders.refunded_count", "integer", "orders", "Orders of which something was given back.", "order"),
    Fact("orders.items", "integer", "pieces", "Pieces in orders that count.", "order"),
    Fact("orders.days", "integer", "days", "Distinct days of the shop with an order.", "order"),
    Fact("orders.first_at", "time", "UTC", "When the first order that counts was placed.", "order"),
    Fact("orders.last_at", "time", "UTC", "When the newest order that counts was placed.", "order"),
)
DERIVED_FACTS: tuple[Fact, ...] = (
    Fact("orders.spent.<currency>", "money", "the currency",
         "Totals of orders that count, with tax and shipping, less refunds.", "derived"),
    Fact("orders.revenue.<currency>", "money", "the currency",
         "The same without tax and shipping.", "derived"),
    Fact("orders.spent", "money", "the shop's currency",
         "All currencies at the shop's rates; there once every rate needed is given.", "derived"),
    Fact("orders.revenue", "money", "the shop's currency",
         "The same without tax and shipping.", "derived"),
    Fact("customer.is_prospect", "boolean", "yes or no", "No order that counts so far.", "derived"),
    Fact("attributes.<name>", "as declared", "as declared",
         "The present value of an attribute the shop has declared.", "derived"),
)  # fmt: skip
FACTS: tuple[Fact, ...] = (*EVENT_FACTS, *ORDER_FACTS, *DERIVED_FACTS)


def is_by_customer(context: Mapping[str, Any] | None) -> bool:
    """Tell whether the customer did it: not sent to them, nor done by staff or a system."""
    if not context:
        return True
    actor = context.get("actor") or {}
    return context.get("direction") != "out" and actor.get("kind") not in {"staff", "system"}
