"""What the plugin contributes: the channel `webhook`, which posts messages signed by Standard Webhooks."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Sequence

from ecrm.errors import InvalidError, SetupError, UnavailableError
from ecrm.hookspecs import Channel, Line, Outgoing, Receipt, Setting, hookimpl
from ecrm.plugins.webhook.posting import Context, UnansweredError, post
from ecrm.plugins.webhook.target import Resolve, Target, resolve
from ecrm.signatures import signature, standard_key, standard_text

__all__ = ["Webhook"]


class Webhook:
    """The plugin.

    Args:
        patience_s: How long one step of a call may take, in seconds.
        look_up: Gives every address of a name.
        context: Makes what TLS is checked by; tests trust their own certificate.
    """

    name = "webhook"

    def __init__(
        self, patience_s: float = 10.0, look_up: Resolve = resolve, context: Context = ssl.create_default_context
    ) -> None:
        self._patience_s = patience_s
        self._look_up = look_up
        self._context = context

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("url", "text", "Where messages are posted, by https."),
            Setting("secret", "secret", "What they are signed with, as whsec_…", check=_check_key),
            Setting("allows_loopback", "boolean", "Whether they may be posted to this machine: for tests.",
                    default=False),
        ]  # fmt: skip

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel: who takes the messages in knows each by its id."""
        return [Channel("webhook", "any", self.deliver, deadline_s=45, takes_html=True, is_repeatable=True)]

    def deliver(self, messages: Sequence[Outgoing], line: Line) -> Iterator[Receipt]:
        """Post messages.

        Raises:
            SetupError: The shop has not set the channel up.
        """
        given = line.settings()
        if not given.get("url"):
            raise SetupError("set url and secret: ecrm plugins configure webhook url=https://…")
        key = standard_key(line.secret("secret"))
        return (self._posted(message, line, given["url"], key) for message in messages)

    def _posted(self, message: Outgoing, line: Line, url: str, key: bytes) -> Receipt:
        body, at = _body(message, line), str(int(line.now().timestamp()))
        id_ = f"msg_{message.id.hex}"
        headers = {
            "content-type": "application/json", "user-agent": "ecrm", "webhook-id": id_, "webhook-timestamp": at,
            "webhook-signature": f"v1,{signature(key, standard_text(id_, at, body))}",
        }  # fmt: skip
        try:
            # Looked up anew for each message, so that what was checked is what is connected to.
            target = Target.of(url, self._look_up, allows_loopback=line.settings()["allows_loopback"])
            answer = post(target, body, headers, self._patience_s, self._context)
        except InvalidError as error:
            return Receipt("refused", reason="blocked", raw=str(error))
        except UnavailableError as error:
            return Receipt("delayed", reason="away", raw=str(error))
        except UnansweredError as error:
            return Receipt("uncertain", raw=f"no answer came: {error}")
        return Receipt("accepted", provider_id=id_, raw=answer.text) if answer.is_good else answer.failed()


def _check_key(secret: str) -> None:
    standard_key(secret)


def _body(message: Outgoing, line: Line) -> bytes:
    said = {
        "id": str(message.id), "shop": message.shop, "to": message.to, "purpose": message.purpose,
        "is_commercial": message.is_commercial, "language": message.language, "subject": message.subject,
        "text": message.text, "html": message.html, "details": dict(message.details),
    }  # fmt: skip
    whole = {"type": "message.requested", "timestamp": line.now().isoformat(), "data": said}
    return json.dumps(whole, ensure_ascii=False, default=str).encode()
