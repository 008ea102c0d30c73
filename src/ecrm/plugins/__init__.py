"""The plugins that come with ecrm: by name, the module, or the class in it, that says what each contributes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["BUILT_IN"]

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "abandoned_cart": "ecrm.plugins.abandoned_cart.plugin",
        "activity": "ecrm.plugins.activity.plugin",
        "call_task": "ecrm.plugins.call_task.plugin:CallTaskPlugin",
        "console": "ecrm.plugins.console:Console",
        "email": "ecrm.plugins.email.plugin:Email",
        "iys": "ecrm.plugins.iys.plugin:IysPlugin",
        "mailgun": "ecrm.plugins.mailgun:Mailgun",
        "notify": "ecrm.plugins.notify:Notify",
        "outreach": "ecrm.plugins.outreach.plugin",
        "segment": "ecrm.adapters.segment:Segment",
        "ses": "ecrm.plugins.ses.plugin:Ses",
        "shopify": "ecrm.adapters.shopify:Shopify",
        "sms": "ecrm.plugins.sms.plugin:Sms",
        "standard_webhooks": "ecrm.plugins.standard_webhooks:StandardWebhooks",
        "webhook": "ecrm.plugins.webhook.plugin:Webhook",
        "whatsapp": "ecrm.plugins.whatsapp.plugin:Whatsapp",
        "woocommerce": "ecrm.adapters.woocommerce:WooCommerce",
    }
)
