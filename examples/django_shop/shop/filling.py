"""Fill an empty shop: a country to send to, two mugs on the shelf, a voucher, somebody who may see the admin site."""

from decimal import Decimal

from django.contrib.auth import get_user_model
from django.utils import timezone
from oscar.core.loading import get_model

__all__ = ["fill"]


def fill() -> None:
    """Make what is not there."""
    get_model("address", "Country").objects.get_or_create(
        iso_3166_1_a2="TR",
        defaults={"printable_name": "Türkiye", "name": "Türkiye", "is_shipping_country": True, "iso_3166_1_a3": "TUR"},
    )
    products = get_model("catalogue", "Product").objects
    if products.exists():
        return
    kind = get_model("catalogue", "ProductClass").objects.create(name="Mugs", track_stock=True)
    partner = get_model("partner", "Partner").objects.create(name="The potter")
    for upc, title, price in (("MUG-RED", "Red mug", "74.95"), ("MUG-BLUE", "Blue mug", "120.10")):
        product = products.create(structure="standalone", product_class=kind, title=title, upc=upc)
        get_model("partner", "StockRecord").objects.create(
            product=product, partner=partner, partner_sku=upc, price=Decimal(price), price_currency="TRY",
            num_in_stock=1_000,
        )  # fmt: skip
    _make_voucher()
    get_user_model().objects.create_superuser("owner", "owner@example.com", "owner")


def _make_voucher() -> None:
    everything = get_model("offer", "Range").objects.create(name="Everything", includes_all_products=True)
    condition = get_model("offer", "Condition").objects.create(range=everything, type="Count", value=1)
    benefit = get_model("offer", "Benefit").objects.create(range=everything, type="Percentage", value=10)
    offer = get_model("offer", "ConditionalOffer").objects.create(
        name="A tenth off", offer_type="Voucher", condition=condition, benefit=benefit
    )
    now = timezone.now()
    voucher = get_model("voucher", "Voucher").objects.create(
        name="A tenth off", code="MUGS10", usage="Multi-use", start_datetime=now - timezone.timedelta(days=1),
        end_datetime=now + timezone.timedelta(days=365),
    )  # fmt: skip
    voucher.offers.add(offer)
