"""What a shop on django-oscar pays for it: oscar's own `place_order` with our receivers, beside without.

Both sides place the same basket with one line, in a transaction as ATOMIC_REQUESTS opens one, and commit it; only that
is timed. The shop is that of `examples/django_shop`, on a database of its own in a process of its own, since a
process has one Django project. The worker does not run meanwhile.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness import ROUNDS, Figure, folder, postgresql

ORDERS = int(os.environ.get("ORDERS", "40"))
LIMIT = 1.01
SHOP = Path(__file__).parent.parent / "examples" / "django_shop"


def measure() -> Iterator[Figure]:
    """Give the figures of both databases."""
    with folder() as place:
        yield _measured("SQLite", {"SHOP_DIRECTORY": str(place)})
    with folder() as place, postgresql() as url:
        server, _, name = url.rpartition("/")
        user, _, address = server.partition("://")[2].rpartition("@")
        host, _, port = address.partition(":")
        named = {"SHOP_POSTGRESQL_USER": user, "SHOP_POSTGRESQL_HOST": host, "SHOP_POSTGRESQL_PORT": port or "5432"}
        yield _measured("PostgreSQL", {"SHOP_DIRECTORY": str(place), "SHOP_POSTGRESQL": name, **named})


def _measured(database: str, around: dict[str, str]) -> Figure:
    command = [sys.executable, "-W", "ignore", __file__, database]
    done = subprocess.run(command, env=os.environ | around, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    *shown, told = done.stdout.splitlines()
    print("\n".join(shown), flush=True)
    figure: dict[str, Any] = json.loads(told)
    return Figure(**figure | {"ratios": tuple(figure["ratios"])})


def _measure_here(database: str) -> Figure:
    _open_shop()
    from oscar.apps.order.signals import order_placed

    from ecrm.adapters.django import crm
    from ecrm.adapters.django.oscar import receivers

    def connect(*, is_ours: bool) -> None:
        if is_ours:
            order_placed.connect(receivers._placed, dispatch_uid="ecrm")
        else:
            order_placed.disconnect(dispatch_uid="ecrm")

    rounds = [_round(number, connect) for number in range(-1, ROUNDS)][1:]
    ours, theirs = zip(*rounds, strict=True)
    ratios = tuple(mine / other for mine, other in rounds)
    what = "oscar's place_order with us, against without"
    figure = Figure(what, database, LIMIT, ratios, statistics.median(ours), statistics.median(theirs))
    print(figure.row(), flush=True)
    told = crm.work().received
    assert told >= ORDERS, "nothing was emitted"
    crm.close()
    return figure


def _open_shop() -> None:
    sys.path.insert(0, str(SHOP))
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
    import django
    from django.conf import settings

    settings.DEBUG = False
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from shop.filling import fill

    fill()


def _round(round_number: int, connect: Callable[..., None]) -> tuple[float, float]:
    """Place orders in turns, one with us and one without; give the median of each, in µs.

    What is looked for is a hundredth, and the machine is shared: neighbours of an order are its best measure.
    """
    spent: dict[bool, list[float]] = {True: [], False: []}
    gc.collect()
    gc.disable()
    for number in range(ORDERS):
        for is_ours in (number % 2 == 0, number % 2 == 1):
            basket = _basket()
            connect(is_ours=is_ours)
            start = time.perf_counter()
            _place(basket, f"{round_number}-{number}-{is_ours}")
            spent[is_ours].append((time.perf_counter() - start) * 1e6)
    gc.enable()
    return statistics.median(spent[True]), statistics.median(spent[False])


def _basket() -> Any:
    from oscar.core.loading import get_class, get_model

    basket = get_model("basket", "Basket").objects.create()
    basket.strategy = get_class("partner.strategy", "Selector")().strategy()
    basket.add_product(get_model("catalogue", "Product").objects.order_by("pk").first(), quantity=2)
    return basket


def _place(basket: Any, number: str) -> None:
    from django.db import transaction
    from oscar.core import prices
    from oscar.core.loading import get_class

    shipping = get_class("shipping.methods", "Free")()
    nothing = prices.Price(currency="TRY", excl_tax=Decimal(0), incl_tax=Decimal(0))
    total = prices.Price(currency="TRY", excl_tax=basket.total_excl_tax, incl_tax=basket.total_incl_tax)
    with transaction.atomic():
        get_class("order.utils", "OrderCreator")().place_order(
            basket=basket, total=total, shipping_method=shipping, shipping_charge=nothing, order_number=number,
            guest_email="ayse@example.com",
        )  # fmt: skip


if __name__ == "__main__":
    import attrs

    print(json.dumps(attrs.asdict(_measure_here(sys.argv[1]))))
