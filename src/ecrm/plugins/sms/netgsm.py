"""Netgsm's REST API, version 2: one message a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecrm.hookspecs import Outgoing, Receipt
from ecrm.messages.provider import Meaning, Provider

__all__ = ["send"]

_LATER = Meaning("delayed", "account")
# Source: netgsm.com.tr/dokuman, "SMS gönderimi", the codes of the REST API.
_CODES: Mapping[str, Meaning] = {
    "20": Meaning("refused", "content"),
    "30": _LATER,
    "40": _LATER,
    "50": _LATER,
    "51": _LATER,
    "60": _LATER,
    "70": Meaning("refused", "other"),
    "80": Meaning("delayed", "limit"),
    # The same text to the same number within a minute.
    "85": Meaning("delayed", "limit", wait_s=60),
}
_TURKEY = "+90"


def send(message: Outgoing, given: Mapping[str, Any], password: str, provider: Provider) -> Receipt:
    """Hand a message to Netgsm.

    Args:
        message: What is to be said.
        given: What the shop set.
        password: Of its API user.
        provider: Asks.

    Source: netgsm.com.tr/dokuman, "SMS gönderimi": `iysfilter` 0 tells, 11 is advertising to consumers.
    """
    asked: dict[str, Any] = {
        "msgheader": given["sender"],
        "messages": [{"msg": message.text, "no": _number(message.to)}],
        "iysfilter": given["iys_filter"] if message.is_commercial else "0",
    }
    if not message.text.isascii():
        asked["encoding"] = "TR"
    url = f"{given['api_url'] or 'https://api.netgsm.com.tr'}/sms/rest/v2/send"
    answer = provider.post(url, json=asked, auth=(given["account"], password))
    if isinstance(answer, Receipt):
        return answer
    code = str(answer.body.get("code", ""))
    return answer.accepted(answer.body.get("jobid")) if code == "00" else answer.failed(_CODES.get(code))


def _number(to: str) -> str:
    return to.removeprefix(_TURKEY) if to.startswith(_TURKEY) else f"00{to.removeprefix('+')}"
