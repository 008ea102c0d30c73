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
        "mailgun": "ecrm.plugins.mailgun:Mailgun",
        "email": "ecrm.plugins.email.plugin:Email",
        "notify": "ecrm.plugins.notify:Notify",
        "ses": "ecrm.plugins.ses.plugin:Ses",
        "iys": "ecrm.plugins.iys.plugin:IysPlugin",
        "sms": "ecrm.plugins.sms.plugin:Sms",
        "standard_webhooks": "ecrm.plugins.standard_webhooks:StandardWebhooks",
        "webhook": "ecrm.plugins.webhook.plugin:Webhook",
        "whatsapp": "ecrm.plugins.whatsapp.plugin:Whatsapp",
    }
)
