"""The channel that prints messages, so that a shop sees them before it has any other."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from ecrm.hookspecs import Channel, Line, Outgoing, Receipt, hookimpl

__all__ = ["Console"]


class Console:
    """The plugin: it prints to the standard output, and reaches nobody outside."""

    name = "console"

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel."""
        return [Channel("console", "any", deliver)]


def deliver(messages: Sequence[Outgoing], _: Line) -> Iterator[Receipt]:
    """Print each message."""
    for message in messages:
        subject = [] if message.subject is None else [f"Subject: {message.subject}"]
        print(f"To: {message.to}", *subject, "", message.text, "", sep="\n", file=sys.stdout)  # noqa: T201 - a console
        yield Receipt("accepted", provider_id=str(message.id))
