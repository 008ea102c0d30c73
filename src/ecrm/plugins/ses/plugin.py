"""What the plugin contributes: the source `ses`, an address that a topic of Amazon SNS is subscribed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery, Keys, Refusal, Setting, Source, hookimpl
from ecrm.http import Request, Response, read_basic
from ecrm.interactions.events import Event
from ecrm.plugins.ses.sns import Fetch, Sns, fetch
from ecrm.plugins.ses.telling import events_of
from ecrm.signatures import is_known
from ecrm.values.strict_json import read_json

__all__ = ["Ses"]

_LONGEST_BODY = 1_048_576
_ASKS_WHO = Response(401, headers={"www-authenticate": 'Basic realm="ecrm"'})


class Ses:
    """The plugin.

    Args:
        fetch: Gets what is at an address of Amazon's: certificates, and the confirmation of a subscription.
    """

    name = "ses"

    def __init__(self, fetch: Fetch = fetch) -> None:
        self._sns = Sns(fetch)

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        key = "What SNS shows: the password in the address it posts to, as https://sns:KEY@…"
        return [
            Setting("webhook_key", "secret", key),
            Setting("topics", "text", "The ARNs of the topics that are believed, with commas; any where it is empty.",
                    default=""),
        ]  # fmt: skip

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source."""
        return [Source("ses", self.verify, translate, body_limit=_LONGEST_BODY)]

    def verify(self, request: Request, keys: Keys) -> Delivery | Refusal | Response:
        """Tell whose a notification is by the key it shows, and whether Amazon signed it; answer a subscription.

        SNS shows the key only when it was asked who it is.

        Source: docs.aws.amazon.com, SNS, "Verifying the signatures of Amazon SNS messages".
        """
        _, shown = read_basic(request.headers.get("authorization")) or ("", "")
        shops = [shop for shop in keys.shops() if is_known(keys.secrets(shop, "webhook_key"), shown)]
        if not shops:
            return _ASKS_WHO
        message = read_json(request.body, _LONGEST_BODY)
        if not isinstance(message, dict) or not self._sns.is_signed(message):
            return Refusal()
        shop = next((one for one in shops if _believes(keys.settings(one), message)), None)
        if shop is None:
            return Refusal(403, "it comes from a topic that the shop does not believe")
        if message["Type"] == "SubscriptionConfirmation":
            self._sns.confirm(message)
            return Response(200)
        if message["Type"] != "Notification":
            # The topic is unsubscribed: only who holds the account can do that, and it tells of no customer.
            return Response(200)
        return Delivery(shop, str(message["MessageId"]))


def translate(body: Any, _: Delivery) -> Iterator[Event]:
    """Give what the message inside a notification tells."""
    text = body["Message"]
    if not isinstance(text, str):
        raise InvalidError.of("Message", "a notification of Amazon SNS holds a text")
    if text.lstrip().startswith("{"):
        told: Any = read_json(text.encode("utf-8", "surrogatepass"), _LONGEST_BODY)
        yield from events_of(told)


def _believes(given: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    topics = [topic.strip() for topic in given["topics"].split(",") if topic.strip()]
    return not topics or message.get("TopicArn") in topics
