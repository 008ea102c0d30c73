"""Send e-mail by Postmark."""

import re
from collections.abc import Iterator, Sequence

import httpx2

from ecrm.errors import SetupError
from ecrm.hookspecs import Channel, Line, Outgoing, Receipt, Setting, hookimpl
from ecrm.http import read_retry_after

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\Z")  # One: a comma would make it several.
NO_ADDRESS = {300, 406}  # Postmark's errors: it is none, or one that Postmark delivers to no more.


class Postmark:
    """The plugin. Tests give it less patience."""

    name = "postmark"

    def __init__(self, patience_s: float = 15.0) -> None:
        self.patience_s = patience_s

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Give what a shop sets."""
        url = Setting("api_url", "text", "Its API.", default="https://api.postmarkapp.com")
        return [Setting("sender", "text", "Who mails are from."), Setting("token", "secret", "Its token."), url]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Give the channel."""
        return [Channel("postmark", "email", self.deliver, deadline_s=60, takes_html=True)]

    def deliver(self, messages: Sequence[Outgoing], line: Line) -> Iterator[Receipt]:
        """Yield a receipt for each message, in their order; one client for them all."""
        if not line.settings()["sender"]:
            raise SetupError("set sender and token: ecrm plugins configure postmark sender=… --secret token")
        url, headers = line.settings()["api_url"], {"X-Postmark-Server-Token": line.secret("token")}
        with httpx2.Client(base_url=url, headers=headers, timeout=self.patience_s) as client:
            for message in messages:
                is_one = ADDRESS.match(message.to)
                yield posted(client, message, line) if is_one else Receipt("refused", reason="address")


def posted(client: httpx2.Client, message: Outgoing, line: Line) -> Receipt:
    """Hand a message over; tell what became of it, whatever comes back."""
    said = {"Subject": message.subject or "", "TextBody": message.text, "HtmlBody": message.html or ""}
    try:
        answer = client.post("/email", json={"From": line.settings()["sender"], "To": message.to, **said})
        if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            wait_s = read_retry_after(answer.headers.get("retry-after"), line.now())
            return Receipt("delayed", reason="limit", wait_s=wait_s)
        code, id_ = answer.json()["ErrorCode"], answer.json().get("MessageID")
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        return Receipt("delayed", reason="away")  # Nothing went out.
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        return Receipt("uncertain")  # Nobody can know whether it went out.
    said_no = Receipt("refused", reason="address") if code in NO_ADDRESS else Receipt("delayed", reason="account")
    return Receipt("accepted", provider_id=id_) if code == 0 else said_no
