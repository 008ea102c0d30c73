"""Visit the shop as two customers do: one has an account, one is a guest; say what the CRM knows of them then.

`python examples/django_shop/visit.py` uses Django's own test client, so that no server need run.
"""

import json
import os
import sys
from pathlib import Path

ADDRESS = {
    "first_name": "Ayşe", "last_name": "Yılmaz", "line1": "Bağdat Cad. 1", "line4": "İstanbul", "postcode": "34710",
    "country": "TR",
}  # fmt: skip


class Visitor:
    """Somebody with a browser."""

    def __init__(self):
        from django.test import Client

        self.client = Client()

    def get(self, name, *args, **query):
        """Open a page."""
        return self._seen(self.client.get(self._path(name, *args), query))

    def post(self, name, *args, **form):
        """Send a form."""
        return self._seen(self.client.post(self._path(name, *args), form))

    def _path(self, name, *args):
        from django.urls import reverse

        return reverse(name, args=args)

    def _seen(self, response):
        if response.status_code not in {200, 302}:
            message = f"the shop answered {response.status_code}"
            raise RuntimeError(message)
        return response

    def look_and_fill(self, product, quantity):
        """Search, look at a product, put some into the basket."""
        self.get("search:search", q="mug")
        self.client.get(product.get_absolute_url())
        self.post("basket:add", product.pk, quantity=str(quantity), action="add")

    def register(self, email):
        """Open an account."""
        self.post("customer:register", email=email, password1="a-long-pass-word-1", password2="a-long-pass-word-1")

    def check_out(self, guest_email=None):
        """Go to the till, and give the number of the order."""
        self.get("checkout:index")
        if guest_email is not None:
            self.post("checkout:index", username=guest_email, options="anonymous")
        self.post("checkout:shipping-address", **ADDRESS)
        self.get("checkout:shipping-method")
        self.get("checkout:payment-method")
        placed = self.post("checkout:preview", action="place_order")
        if placed.status_code != 302 or "thank-you" not in placed["location"]:
            message = "the order was not placed"
            raise RuntimeError(message)
        self.get("checkout:thank-you")
        from oscar.core.loading import get_model

        return get_model("order", "Order").objects.latest("pk").number


def visit():
    """Let a registered customer and a guest order; give the numbers of their orders."""
    from oscar.core.loading import get_model

    red, blue = get_model("catalogue", "Product").objects.order_by("pk")
    ayse = Visitor()
    ayse.look_and_fill(red, 2)
    ayse.register("ayse@example.com")
    ayse.post("basket:vouchers-add", code="MUGS10")
    orders = {"registered": ayse.check_out()}
    ayse.post("catalogue:reviews-add", red.slug, red.pk, title="Fine", score="5", body="It holds tea.")
    ayse.get("customer:logout")
    guest = Visitor()
    guest.look_and_fill(blue, 3)
    orders["guest"] = guest.check_out("mehmet@example.com")
    return orders


def main():
    """Make the shop if there is none, visit it, and print the two timelines."""
    sys.path.insert(0, str(Path(__file__).parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from shop.filling import fill

    from ecrm.adapters.django import crm

    fill()
    orders = visit()
    crm.work()
    for name, email in (("registered", "ayse@example.com"), ("guest", "mehmet@example.com")):
        print(f"{name}: order {orders[name]}")
        for one in reversed(crm.timeline(email)):
            print(f"  {one.at:%H:%M:%S} {one.kind} {json.dumps(dict(one.properties), ensure_ascii=False, default=str)}")
    crm.close()


if __name__ == "__main__":
    main()
