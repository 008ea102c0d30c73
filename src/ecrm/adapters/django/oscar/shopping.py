"""What people do in an oscar shop before they order: search, look, fill a basket, use a voucher, begin to pay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ecrm.interactions.events import (
    CheckoutStarted,
    CouponApplied,
    CouponRemoved,
    Product,
    ProductAdded,
    ProductReviewed,
    ProductsSearched,
    ProductViewed,
)
from ecrm.values import Money, Who

__all__ = ["added", "checkout_started", "coupon", "reviewed", "searched", "viewed"]

_MOST_AT_ONCE = 1_000_000
_LONGEST_QUERY = 1_000


def searched(who: Who, query: str) -> ProductsSearched:
    """Tell of a search."""
    return ProductsSearched(customer=who, query=query[:_LONGEST_QUERY], channel="web")


def viewed(who: Who, product: Any) -> ProductViewed:
    """Tell that somebody looked at a product."""
    return ProductViewed(customer=who, channel="web", **_product(product))


def added(who: Who, product: Any, request: Any, line: Any) -> ProductAdded:
    """Tell that a product was put into a basket.

    Args:
        who: Whose.
        product: What.
        request: The form that was sent: oscar's signal does not say how many.
        line: The line of the basket, where the view still has it.
    """
    price, currency = _price(line)
    basket = getattr(request, "basket", None)
    return ProductAdded(
        customer=who, channel="web", quantity=_quantity(request), price=price, currency=currency,
        cart_id=None if basket is None or basket.pk is None else str(basket.pk), **_product(product),
    )  # fmt: skip


def coupon(who: Who, basket: Any, voucher: Any, *, is_added: bool) -> CouponApplied | CouponRemoved:
    """Tell that a voucher was put into a basket, or taken out."""
    kind = CouponApplied if is_added else CouponRemoved
    return kind(customer=who, cart_id=str(basket.pk), coupon_id=voucher.code, coupon_name=voucher.name, channel="web")


def checkout_started(who: Who, basket: Any) -> CheckoutStarted:
    """Tell that somebody began to check out."""
    lines = [] if basket is None else list(basket.all_lines())
    products = tuple(Product(price=_price(line)[0], quantity=line.quantity, **_product(line.product)) for line in lines)
    return CheckoutStarted(
        customer=who, channel="web", products=products, value=_worth(basket) if lines else None,
        checkout_id=None if basket is None or basket.pk is None else str(basket.pk),
    )  # fmt: skip


def reviewed(who: Who, review: Any) -> ProductReviewed:
    """Tell what somebody thinks of a product."""
    return ProductReviewed(
        customer=who, review_id=str(review.pk), product_id=str(review.product_id), rating=Decimal(review.score),
        review_title=review.title or None, review_body=review.body or None, channel="web",
    )  # fmt: skip


def _product(product: Any) -> dict[str, Any]:
    return {"product_id": str(product.pk), "sku": product.upc or None, "name": product.get_title()}


def _price(line: Any) -> tuple[Decimal | None, str | None]:
    """Give what one piece of a basket's line costs, with its tax where that is known, and the currency."""
    if line is None:
        return None, None
    price = line.price_incl_tax if line.price_incl_tax is not None else line.price_excl_tax
    return price, None if price is None else line.price_currency


def _worth(basket: Any) -> Money | None:
    amount = basket.total_incl_tax if basket.is_tax_known else basket.total_excl_tax
    return Money(amount, basket.currency) if basket.currency else None


def _quantity(request: Any) -> int:
    given = request.POST.get("quantity", "") if request is not None else ""
    return int(given) if given.isdecimal() and given.isascii() and 0 < int(given) < _MOST_AT_ONCE else 1
