"""Hand messages to Meta: free text while the customer has written within 24 hours, templates at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ecrm.hookspecs import Outgoing, Receipt
from ecrm.messages.provider import Provider
from ecrm.plugins.whatsapp.codes import meaning_of

__all__ = ["send"]

WINDOW = dt.timedelta(hours=24)
_LONGEST_TEXT = 4_096


def send(message: Outgoing, given: Mapping[str, Any], token: str, provider: Provider, now: dt.datetime) -> Receipt:
    """Hand a message over.

    Args:
        message: What is to be said.
        given: What the shop set.
        token: Its access token.
        provider: Asks.
        now: The time, aware.

    Source: developers.facebook.com, Cloud API, "Messages"; "Customer service windows" for the 24 hours.
    """
    if message.template is None and not _may_write_freely(message, now):
        raw = "no template, and the customer has not written for 24 hours: Meta takes templates only"
        return Receipt("refused", reason="expired", raw=raw)
    if message.template is None and len(message.text) > _LONGEST_TEXT:
        return Receipt("refused", reason="content", raw=f"a text has at most {_LONGEST_TEXT} characters")
    url = f"{given['api_url']}/{given['api_version']}/{given['phone_number_id']}/messages"
    answer = provider.post(url, json=_asked(message), headers={"authorization": f"Bearer {token}"})
    if isinstance(answer, Receipt):
        return answer
    if not answer.is_good:
        return answer.failed(meaning_of(answer.body.get("error")))
    sent = answer.body.get("messages")
    first = sent[0] if isinstance(sent, list) and sent and isinstance(sent[0], dict) else {}
    return answer.accepted(first.get("id"))


def _may_write_freely(message: Outgoing, now: dt.datetime) -> bool:
    return message.last_heard_at is not None and now - message.last_heard_at < WINDOW


def _asked(message: Outgoing) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to.removeprefix("+"),
        # Meta gives it back with what becomes of the message.
        "biz_opaque_callback_data": message.id.hex,
    }
    if message.template is None:
        return asked | {"type": "text", "text": {"preview_url": False, "body": message.text}}
    template: dict[str, Any] = {"name": message.template, "language": {"code": message.language.replace("-", "_")}}
    if message.parameters:
        filled = [{"type": "text", "text": value} for value in message.parameters]
        template["components"] = [{"type": "body", "parameters": filled}]
    return asked | {"type": "template", "template": template}
