"""Bring a seller's packages from Trendyol: pulled in windows of 14 days, and told by its webhook."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx2

from ecrm import Money, Who, events
from ecrm.errors import SetupError, UnavailableError
from ecrm.hookspecs import Delivery, Keys, Page, Refusal, Setting, Source, hookimpl
from ecrm.http import Request, read_retry_after
from ecrm.signatures import is_known

HOUR = 3_600_000
# Trendyol's milliseconds are in GMT+3: what the clocks of Istanbul show, counted as if they were at Greenwich.
# Read the other way, a time is 3 hours off: windows overlap by more, and what comes twice is stored once.
AHEAD, OVERLAP, WINDOW, HISTORY = 3 * HOUR, 4 * HOUR, 14 * 24 * HOUR, 89 * 24 * HOUR
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LINE = {"product_id": "barcode", "name": "productName", "price": "lineUnitPrice", "quantity": "quantity"}
STEPS = {"Shipped": events.OrderShipped, "Delivered": events.OrderDelivered, "Returned": events.ReturnReceived}
CANCELLED = {"Cancelled", "UnSupplied", "UnPacked"}


class Trendyol:
    """The plugin. Tests give another client, or another address."""

    name = "trendyol"

    def __init__(self, client: httpx2.Client | None = None, url: str = "https://apigw.trendyol.com") -> None:
        self._client = client or httpx2.Client(timeout=20)
        self._url = url

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Give what a shop sets."""
        shown = Setting("webhook_key", "secret", "What Trendyol shows to our webhook: its x-api-key, or user:password.")
        secrets = [Setting(f"api_{name}", "secret", f"The {name} of Trendyol's API.") for name in ("key", "secret")]
        return [Setting("seller_id", "integer", "The seller's number at Trendyol."), *secrets, shown]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Give the source; Trendyol asks for five seconds between two calls."""
        return [Source("trendyol", verify, translate, self.pull, calls_per_minute=12)]

    def pull(self, shop: str, cursor: str | None, keys: Keys) -> Page:
        """Ask for a page of a window; the cursor holds where the window begins and ends, and where in it we are."""
        now = int(keys.now().timestamp() * 1000) + AHEAD
        held = json.loads(cursor) if cursor else {"since": now - HISTORY}
        window = {"since": held["since"], "until": held.get("until", min(held["since"] + WINDOW, now))}
        found = self._ask(shop, window, held.get("next"), keys)
        told = translate(found, Delivery(shop))
        if found["hasMore"]:
            return Page(told, json.dumps(window | {"next": found["nextCursor"]}), is_last=False)
        return Page(told, json.dumps({"since": window["until"] - OVERLAP}), is_last=window["until"] + AHEAD > now)

    def _ask(self, shop: str, window: dict[str, int], cursor: str | None, keys: Keys) -> Any:
        seller, *secrets = (
            keys.settings(shop)["seller_id"],
            keys.secrets(shop, "api_key"),
            keys.secrets(shop, "api_secret"),
        )
        if seller is None or not all(secrets):
            raise SetupError("set seller_id, api_key and api_secret: ecrm plugins configure trendyol")
        address = f"{self._url}/integration/order/sellers/{seller}/orders/stream"
        headers, auth = {"User-Agent": f"{seller} - SelfIntegration"}, (secrets[0][0], secrets[1][0])
        asked = {"lastModifiedStartDate": window["since"], "lastModifiedEndDate": window["until"], "size": 200}
        asked |= {"nextCursor": cursor} if cursor else {}
        try:
            answer = self._client.get(address, params=asked, auth=auth, headers=headers)
        except httpx2.HTTPError as error:
            raise UnavailableError("Trendyol does not answer") from error
        if answer.status_code == httpx2.codes.BAD_REQUEST and cursor:  # It was forgotten: the window begins again.
            return self._ask(shop, window, None, keys)
        if answer.status_code != httpx2.codes.OK:
            wait_s = read_retry_after(answer.headers.get("retry-after"), keys.now())
            raise UnavailableError(f"Trendyol answered {answer.status_code}", retry_after_s=wait_s)
        return json.loads(answer.content, parse_float=Decimal)


def verify(request: Request, keys: Keys) -> Delivery | Refusal:
    """Tell whose a webhook is by the key it shows; Trendyol signs no bodies."""
    key, user = request.headers.get("x-api-key"), request.headers.get("authorization")
    for shop in keys.shops():
        known = keys.secrets(shop, "webhook_key")
        basic = [f"Basic {base64.b64encode(one.encode()).decode()}" for one in known]
        if is_known(known, key) or is_known(basic, user):
            return Delivery(shop)
    return Refusal()


def translate(body: Any, _: Delivery) -> list[events.Event]:
    """Give what a webhook tells."""
    return [event for package in body["content"] for event in events_of(package)]


def events_of(package: dict[str, Any]) -> Iterator[events.Event]:
    """Give what is known of a package. It is the order: Trendyol splits and cancels packages, and prices each."""
    if package["status"] == "Awaiting":  # Not paid yet.
        return
    number, phone = str(package["shipmentPackageId"]), (package.get("invoiceAddress") or {}).get("phone")
    who = Who(user_id=package["customerId"], email=package.get("customerEmail") or None, phone=phone or None)
    same: dict[str, Any] = {"order_id": number, "customer": who, "channel": "marketplace"}
    lines = [events.Product(**{ours: one[theirs] for ours, theirs in LINE.items()}) for one in package["lines"]]
    total = Money(package["packageTotalPrice"], package["currencyCode"])
    at = EPOCH + dt.timedelta(milliseconds=package["orderDate"] - AHEAD)
    yield events.OrderCompleted(checkout_id=str(package["orderNumber"]), total=total, products=lines, at=at, **same)
    # The history is in UTC; the status it does not hold yet came with the last change.
    history = {step["status"]: step["createdDate"] for step in package["packageHistories"]}
    steps = {package["status"]: package["lastModifiedDate"]} | history
    for status, changed in steps.items():
        at = EPOCH + dt.timedelta(milliseconds=changed)
        if status in STEPS:
            yield STEPS[status](source_id=f"{number}:{status}", at=at, **same)
        elif status in CANCELLED:
            yield events.OrderCancelled(reason=status, at=at, **same)
