"""A plugin whose channels do what a test says, and the messages that are sent by them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from ecrm.hookspecs import Channel, Receipt, hookimpl
from ecrm.messages import Commercial, Content, Transactional
from story import AYSE

__all__ = ["Pigeons", "advert", "note"]


def takes(*_: Any) -> Receipt:
    """Take a message."""
    return Receipt("accepted", provider_id=None)


class Pigeons:
    """Channels `pigeon` (to an e-mail address) and `raven` (to a phone), which remember what they were given.

    Args:
        answer: Gives the receipt for a message; it may raise.
        contact: What the plugin says where it is asked whether somebody may be contacted.
        options: Of the channel `pigeon`.
    """

    name = "pigeons"

    def __init__(
        self,
        answer: Callable[[Any, Any], Receipt] = takes,
        contact: Callable[[Any], str | None] = lambda _: None,
        **options: Any,
    ) -> None:
        self.answer = answer
        self.contact = contact
        self.options = options
        self.sent: list[Any] = []
        self._lock = threading.Lock()

    def deliver(self, messages: Iterable[Any], line: Any) -> Iterable[Receipt]:
        """Deliver, one after the other."""
        for message in messages:
            with self._lock:
                self.sent.append(message)
            yield self.answer(message, line)

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Bring the channels."""
        return [
            Channel("pigeon", "email", self.deliver, takes_html=True, **self.options),
            Channel("raven", "phone", self.deliver),
        ]

    @hookimpl
    def may_contact(self, contact: Any) -> str | None:
        """Say what the test says."""
        return self.contact(contact)


def note(number: int = 7, **more: Any) -> Transactional:
    """Make a message about an order."""
    content = more.pop("content", Content(text=f"Order {number} is on its way."))
    said = {"to": AYSE, "channel": "pigeon", "purpose": "order_updates", "reason": f"order {number} was shipped"}
    return Transactional(**{**said, "content": content, **more})


def advert(**more: Any) -> Commercial:
    """Make a message that advertises."""
    content = more.pop("content", Content(subject="Spring", text="All for less.", html="<p>All for less.</p>"))
    said = {"to": AYSE, "channel": "pigeon", "purpose": "marketing", "reason": "the spring campaign"}
    return Commercial(**{**said, "content": content, **more})
