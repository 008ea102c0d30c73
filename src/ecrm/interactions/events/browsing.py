"""Looking around: searches, lists, products, pages, carts.

What is bought is in `checkout` and `order`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Label, Prose, Trace
from ecrm.interactions.events.product import Product
from ecrm.interactions.events.rules import Currency, Id
from ecrm.interactions.events.shape import kind
from ecrm.values.money import Money

__all__ = [
    "CartAbandoned",
    "CartViewed",
    "PageEvent",
    "PageViewed",
    "ProductAdded",
    "ProductAddedToWishlist",
    "ProductEvent",
    "ProductListViewed",
    "ProductRemoved",
    "ProductShared",
    "ProductViewed",
    "ProductsSearched",
    "ScreenViewed",
]


@kind
class ProductsSearched(Event):
    """Say that the customer searched for products."""

    NAME: ClassVar[str] = "Products Searched"

    query: Trace | None = None


@kind
class ProductListViewed(Event):
    """Say that the customer looked at a list of products."""

    NAME: ClassVar[str] = "Product List Viewed"

    list_id: Id | None = None
    category: Label | None = None
    products: tuple[Product, ...] = ()


@kind
class ProductEvent(Event):
    """Be about one product, with the price of one piece."""

    cart_id: Id | None = None
    product_id: Id | None = None
    sku: Id | None = None
    name: Label | None = None
    category: Label | None = None
    brand: Label | None = None
    variant: Label | None = None
    price: Decimal | None = None
    value: Decimal | None = None
    currency: Currency | None = None
    quantity: Decimal | int | None = None
    coupon: Label | None = None
    position: int | None = None
    url: Label | None = None
    image_url: Label | None = None


@kind
class ProductViewed(ProductEvent):
    """Say that the customer looked at a product."""

    NAME: ClassVar[str] = "Product Viewed"


@kind
class ProductAdded(ProductEvent):
    """Say that a product was put into a cart."""

    NAME: ClassVar[str] = "Product Added"


@kind
class ProductRemoved(ProductEvent):
    """Say that a product was taken out of a cart."""

    NAME: ClassVar[str] = "Product Removed"


@kind
class ProductAddedToWishlist(ProductEvent):
    """Say that a product was put on a wishlist."""

    NAME: ClassVar[str] = "Product Added to Wishlist"

    wishlist_id: Id | None = None
    wishlist_name: Prose | None = None


@kind
class ProductShared(ProductEvent):
    """Say that the customer shared a product."""

    NAME: ClassVar[str] = "Product Shared"

    share_via: Label | None = None
    share_message: Prose | None = None


@kind
class CartViewed(Event):
    """Say that the customer looked at a cart."""

    NAME: ClassVar[str] = "Cart Viewed"

    cart_id: Id | None = None
    products: tuple[Product, ...] = ()


@kind
class CartAbandoned(Event):
    """Say that a cart was left; derived, and replayable."""

    NAME: ClassVar[str] = "Cart Abandoned"

    cart_id: Id | None = None
    checkout_id: Id | None = None
    total: Money | None = None
    url: Trace | None = None
    products: tuple[Product, ...] = ()


@kind
class PageEvent(Event):
    """Be about one page or screen."""

    name: Label | None = None
    category: Label | None = None
    title: Trace | None = None
    url: Trace | None = None
    path: Trace | None = None
    search: Trace | None = None
    referrer: Trace | None = None


@kind
class PageViewed(PageEvent):
    """Say that the customer opened a page."""

    NAME: ClassVar[str] = "Page Viewed"


@kind
class ScreenViewed(PageEvent):
    """Say that the customer opened a screen of an app."""

    NAME: ClassVar[str] = "Screen Viewed"
