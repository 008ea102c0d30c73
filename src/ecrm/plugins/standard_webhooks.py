"""The source of whoever signs by Standard Webhooks: what became of messages, and what customers wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery, Keys, Receipt, Refusal, Setting, Source, hookimpl
from ecrm.hookspecs.channels import RECEIPTS
from ecrm.http import Request
from ecrm.interactions.events import Event, MessageReceived
from ecrm.messages.receipts import event_of
from ecrm.signatures import is_signed, standard_key, standard_text
from ecrm.values import Who

__all__ = ["StandardWebhooks"]

_TOLERANCE = dt.timedelta(minutes=5)


class StandardWebhooks:
    """The plugin."""

    name = "standard_webhooks"

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("secret", "secret", "What the sender signs with, as whsec_…", check=_check_key),
            Setting("sender", "text", "Who sends, to know it by.", default=""),
        ]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source."""
        return [Source("standard_webhooks", verify, translate)]


def verify(request: Request, keys: Keys) -> Delivery | Refusal:
    """Tell whose a webhook is by its signature; any of those it shows may be right, while the sender rotates.

    Source: standardwebhooks.com, "Verifying webhooks".
    """
    headers = request.headers
    id_, at, shown = (
        headers.get(f"webhook-{name}") or headers.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature")
    )
    signed = standard_text(id_, at, request.body)
    given = [one.removeprefix("v1,") for one in shown.split(" ") if one.startswith("v1,")]
    for shop in keys.shops():
        held = [standard_key(secret) for secret in keys.secrets(shop, "secret")]
        if any(is_signed(held, signed, one) for one in given):
            if abs(keys.now() - dt.datetime.fromtimestamp(int(at), dt.UTC)) > _TOLERANCE:
                return Refusal(reason="it was signed more than five minutes ago, or in the future")
            return Delivery(shop, id_)
    return Refusal()


def translate(body: Any, delivery: Delivery) -> Iterator[Event]:
    """Give what a webhook tells: `message.received`, or `message.` and the status of a receipt.

    Raises:
        InvalidError: It is of a type that is not known here.
    """
    kind, data = body["type"], body["data"]
    status = kind.removeprefix("message.")
    at = dt.datetime.fromisoformat(body["timestamp"])
    if status == "received":
        yield MessageReceived(
            customer=_who(data["from"]), at=at, channel=data.get("channel"), direction="in",
            message_id=data["id"], source_id=data["id"], conversation_id=data.get("conversation_id"),
            subject=data.get("subject"), text=data.get("text"), attachments=tuple(data.get("attachments") or ()),
        )  # fmt: skip
        return
    if status not in RECEIPTS or status == kind:
        raise InvalidError.of("type", "use message.received, or message. and the status of a receipt")
    receipt = Receipt(
        status, provider_id=data.get("provider_id"), reason=data.get("reason"), at=at,
        is_hard=data.get("is_hard") is True, is_weak=data.get("is_weak") is True or status == "opened",
        raw=str(data.get("raw", "")),
    )  # fmt: skip
    made = event_of(
        receipt, channel=data["channel"], who=_who(data["to"]), source="standard_webhooks",
        source_id=str(delivery.id), message_id=_ours(data), link_url=data.get("link_url"),
    )  # fmt: skip
    if made is not None:
        yield made


def _who(address: str) -> Who:
    if "@" in address and not address.startswith("@"):
        return Who(email=address)
    return Who(phone=address) if address.startswith("+") else Who(handle=address)


def _ours(data: Mapping[str, Any]) -> UUID | None:
    text = data.get("message_id")
    return None if text is None else UUID(text)


def _check_key(secret: str) -> None:
    standard_key(secret)
