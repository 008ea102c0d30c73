"""Deliveries of Shopify and WooCommerce, signed as they sign them, and the bodies they send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ecrm.http import Request
from ecrm.signatures import signature

__all__ = ["DOMAIN", "SECRETS", "SHOPIFY", "WOO", "WOO_SECRET", "shopify_body", "shopify_hook", "woo_body", "woo_hook"]

WOO_SECRET = "a secret of woocommerce"  # noqa: S105 - of nobody
_HERE = Path(__file__).parent / "adapters"
DOMAIN = "snowdevil.myshopify.com"
SECRETS = {"client_secret": "a client secret of shopify", "access_token": "an access token of a shop"}
SHOPIFY = {
    path.stem.replace("__", "/"): path.read_bytes().replace(b"{shop}.myshopify.com", DOMAIN.encode())
    for path in sorted((_HERE / "shopify" / "bodies").glob("*.json"))
}
WOO = {path.stem: path.read_bytes() for path in sorted((_HERE / "woocommerce" / "bodies").glob("*.json"))}


def shopify_body(topic: str, **changed: Any) -> bytes:
    """Give a sample body with some of its members changed."""
    return json.dumps({**json.loads(SHOPIFY[topic]), **changed}).encode()


def shopify_hook(
    topic: str,
    body: bytes | dict[str, Any] | None = None,
    *,
    secret: str = SECRETS["client_secret"],
    domain: str = DOMAIN,
    id_: str | None = None,
    prefix: str = "X-Shopify-",
) -> Request:
    """Give a delivery of a topic, with its sample body or another."""
    raw = SHOPIFY[topic] if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "Topic": topic,
        "Hmac-Sha256": signature(secret, raw),
        "Shop-Domain": domain,
        "API-Version": "2026-07",
        "Webhook-Id": id_ or f"hook-{signature('ids', topic.encode() + raw, form='hex')[:24]}",
        "Event-Id": "59d6d79c-595f-4e7e-bc6f-72f5c3d0c66f",
        "Triggered-At": "2025-07-10T16:15:47.000000Z",
    }
    named = {f"{prefix}{name}": value for name, value in headers.items()}
    return Request("POST", "/webhooks/shopify", raw, {"Content-Type": "application/json", **named})


def woo_body(name: str, **changed: Any) -> bytes:
    """Give a sample body with some of its members changed."""
    return json.dumps({**json.loads(WOO[name]), **changed}).encode()


def woo_hook(
    topic: str,
    body: bytes,
    *,
    secret: str = WOO_SECRET,
    source: str = "https://shop.example.com/",
    id_: str | None = None,
) -> Request:
    """Give a delivery of a topic."""
    headers = {
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": signature(secret, body),
        "X-WC-Webhook-Source": source,
        "X-WC-Webhook-ID": "5",
        "X-WC-Webhook-Delivery-ID": id_ or signature("ids", body, form="hex")[:32],
    }
    return Request("POST", "/webhooks/woocommerce", body, {"Content-Type": "application/json", **headers})
