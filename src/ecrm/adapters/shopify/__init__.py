"""Shopify: its webhooks, and its Admin API to ask for what they missed; many shops in one app.

`Shopify` is the plugin; what each topic becomes is in `topics`.
"""

from ecrm.adapters.shopify.client import Ask, HttpAsk
from ecrm.adapters.shopify.plugin import Shopify

__all__ = ["Ask", "HttpAsk", "Shopify"]
