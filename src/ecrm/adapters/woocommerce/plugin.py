"""What the plugin contributes: settings, and the source `woocommerce`."""

from __future__ import annotations

import hashlib
import html
import re
from urllib.parse import parse_qsl, urlsplit

from ecrm.adapters.woocommerce.topics import translate
from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery, Keys, Refusal, Setting, Source, hookimpl
from ecrm.http import Request, Response
from ecrm.signatures import is_signed

__all__ = ["WooCommerce", "verify"]

_TOPIC = re.compile(r"[a-z_]{1,60}\.[a-z_]{1,60}\Z")
_LONGEST_BODY = 4 * 1_048_576
_LONGEST_PING, _LONGEST_NUMBER = 200, 64
_FORM = "application/x-www-form-urlencoded"


class WooCommerce:
    """The plugin."""

    name = "woocommerce"

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("secret", "secret", "The secret of the webhook."),
            Setting(
                "url", "text", "The address of the shop, as https://shop.example.com/.", default="", check=_check_url
            ),
        ]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source."""
        return [Source("woocommerce", verify, translate, body_limit=_LONGEST_BODY)]


def verify(request: Request, keys: Keys) -> Delivery | Refusal | Response:
    """Tell whose a delivery is: of the shop whose own secret signed the bytes, and whose address it names.

    The ping of a webhook that was just made is not signed: it is answered, and nothing of it is kept.

    Source: woocommerce.com, "Webhooks" and WC_Webhook::generate_signature, which signs with the secret as the
    settings page holds it, entities of HTML read.
    """
    headers = request.headers
    shown, origin = headers.get("x-wc-webhook-signature"), _host(headers.get("x-wc-webhook-source", ""))
    if not shown and _is_ping(request):
        return Response(200) if keys.shops() else Refusal()
    for shop in keys.shops():
        held = [spelt for secret in keys.secrets(shop, "secret") for spelt in (secret, html.unescape(secret))]
        known = _host(str(keys.settings(shop)["url"]))
        if known in {"", origin} and is_signed(dict.fromkeys(held), request.body, shown):
            return _delivery(request, shop)
    return Refusal()


def _delivery(request: Request, shop: str) -> Delivery | Refusal:
    topic = request.headers.get("x-wc-webhook-topic", "").lower()
    if not _TOPIC.match(topic):
        return Refusal(400, "it names no topic")
    # Delivery ids collide within a second, and two topics may have one body: all of it tells deliveries apart.
    number = request.headers.get("x-wc-webhook-delivery-id", "")[:_LONGEST_NUMBER]
    told = {"topic": topic, "delivery_id": number}
    id_ = f"{topic}:{hashlib.sha256(request.body).hexdigest()}:{number}"
    return Delivery(shop, id_, {name: said for name, said in told.items() if said})


def _is_ping(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or len(request.body) > _LONGEST_PING or kind not in {_FORM, ""}:
        return False
    fields = parse_qsl(request.body.decode("ascii", "replace"), keep_blank_values=True)
    return [name for name, _ in fields] == ["webhook_id"] and fields[0][1].isdecimal()


def _host(url: str) -> str:
    address = urlsplit(url)
    return f"{address.netloc}{address.path.rstrip('/')}".lower()


def _check_url(value: str) -> None:
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
        raise InvalidError.of("url", "give the whole address of the shop, as https://shop.example.com/")
