"""Drive a real oscar shop, that of `examples/django_shop`, and print as JSON what the CRM knows then.

It is a program of its own: a process has one Django project. Its tests are in `test_oscar`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples" / "django_shop"
AYSE, MEHMET, LATE = "ayse@example.com", "mehmet@example.com", "late@example.com"


class NoMigrations:
    """Make tables as the models are: oscar's history of migrations takes half a minute."""

    def __contains__(self, item):
        return True

    def __getitem__(self, item):
        return None


def open_shop():
    """Set Django up, make the tables, fill the shelves."""
    sys.path.insert(0, str(EXAMPLE))
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
    from django.conf import settings

    settings.MIGRATION_MODULES = NoMigrations()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    from shop.filling import fill

    fill()


def told(crm, who):
    """Give somebody's timeline, the oldest first."""
    crm.work()
    return [{"kind": one.kind} | dict(one.properties) for one in crm.timeline(who)][::-1]


def orders_of(crm, who):
    """Give somebody's orders as they stand."""
    return {
        one.order_id: {
            "total": str(one.total.amount),
            "currency": one.total.currency,
            "is_cancelled": one.cancelled_at is not None,
        }
        for one in crm.orders(who)
    }


def order(number):
    """Find an order of the shop."""
    from oscar.core.loading import get_model

    return get_model("order", "Order").objects.get(number=number)


def place_beside(fail):
    """Let a guest order while something of ours fails; tell whether the order stands, and whether it is told."""
    from oscar.core.loading import get_model
    from visit import Visitor

    red = get_model("catalogue", "Product").objects.order_by("pk").first()
    guest = Visitor()
    with fail():
        guest.look_and_fill(red, 1)
        number = guest.check_out(LATE)
    lines = [(line.title, line.quantity) for line in order(number).lines.all()]
    return {"number": number, "lines": lines, "basket": order(number).basket.status}


def receiver_that_raises():
    """Break what puts an order into words."""
    from unittest import mock

    return mock.patch("ecrm.adapters.django.oscar.orders.completed", side_effect=ZeroDivisionError)


def inbox_that_is_away():
    """Break what is written to."""
    import contextlib

    from django.db import connection

    @contextlib.contextmanager
    def away():
        with connection.cursor() as cursor:
            cursor.execute("alter table ecrm_inbox rename to ecrm_inbox_away")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("alter table ecrm_inbox_away rename to ecrm_inbox")

    return away()


def roll_back():
    """Tell of an order in a transaction that is rolled back; give what is left of it."""
    from djangoproject import rolled_back
    from oscar.apps.order.signals import order_placed

    found = order(numbers["guest"])
    with rolled_back():
        found.number = "rolled-back"
        order_placed.send(sender=None, order=found, user=None)
    return [one for one in told(crm, MEHMET) if one.get("order_id") == "rolled-back"]


open_shop()
from visit import visit  # noqa: E402 - the shop must be open

from ecrm.adapters.django import crm  # noqa: E402

numbers = visit()
story = {"numbers": numbers, "registered": told(crm, AYSE), "guest": told(crm, MEHMET)}
order(numbers["registered"]).set_status("Cancelled")
order(numbers["guest"]).set_status("Shipped")
story |= {
    "changed": {"registered": told(crm, AYSE)[-2:], "guest": told(crm, MEHMET)[-2:]},
    "orders": orders_of(crm, AYSE) | orders_of(crm, MEHMET),
    "raising": place_beside(receiver_that_raises),
    "away": place_beside(inbox_that_is_away),
    "late": [one["kind"] for one in told(crm, LATE)],
    "rolled_back": roll_back(),
    "where": crm.database.dialect,
    "is_healthy": all(one.is_good for one in crm.doctor(recount=True)),
}
crm.close()
sys.stdout.write(f"{json.dumps(story, default=str)}\n")
