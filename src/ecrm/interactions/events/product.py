"""One line of products in a list, a cart or an order.

Totals of an order are Money; a line has the price of one piece, as exact as the shop has it.
"""

from __future__ import annotations

from decimal import Decimal

from ecrm.interactions.events.declared import Label
from ecrm.interactions.events.rules import Id
from ecrm.interactions.events.shape import Shaped, invalid, kind

__all__ = ["Product"]


@kind
class Product(Shaped):
    """Keep one line of products.

    Args:
        product_id: What the shop calls the product.
        sku: What the warehouse calls the variant.
        name: What the customer reads.
        price: Of one piece, in the currency of the event, as exact as need be.
        quantity: How many, or how much; below zero when it comes back.
        cost: What one piece cost the shop.

    Raises:
        InvalidError: None of product_id, sku and name is given, or a field holds what it must not.

    >>> Product(sku="SHIRT-M", price="74.95", quantity=2).price
    Decimal('74.95')
    """

    product_id: Id | None = None
    sku: Id | None = None
    name: Label | None = None
    category: Label | None = None
    brand: Label | None = None
    variant: Label | None = None
    price: Decimal | None = None
    quantity: Decimal | int = 1
    cost: Decimal | None = None
    coupon: Label | None = None
    position: int | None = None
    url: Label | None = None
    image_url: Label | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.product_id is None and self.sku is None and self.name is None:
            raise invalid("Product", {"product_id": ["give at least one of product_id, sku and name"]})

    def __repr__(self) -> str:
        return f"Product(product_id={self.product_id!r}, sku={self.sku!r})"
