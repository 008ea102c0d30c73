"""What the author of a channel gives to its contract, and the stage on which it is tried."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

import attrs

from ecrm.database import Database
from ecrm.hookspecs import Channel, Outgoing, Receipt
from ecrm.http import Response
from ecrm.registry import Contributions, collect
from ecrm.testing.contracts.loopback import Loopback
from ecrm.testing.line import FrozenLine

__all__ = ["MISHAPS", "WAIT_S", "Arrival", "ChannelCase", "ChannelStage"]

Mishap = Literal["limit", "error", "reset", "garbage", "silence"]
MISHAPS: tuple[Mishap, ...] = ("limit", "error", "reset", "garbage", "silence")
WAIT_S = 120
_SILENCE_S = 30.0
_BY_HTTP: Mapping[Mishap, tuple[Response | float | None, ...]] = {
    "limit": (Response(429, b"{}", {"retry-after": str(WAIT_S)}),),
    "error": (Response(500, b"oh no"),),
    "reset": (None,),
    "garbage": (Response(200, b"<html>\xff hello"),),
    "silence": (_SILENCE_S,),
}


@attrs.frozen(repr=False)
class Arrival:
    """Be a message as the provider got it.

    Args:
        to: The address, as the channel spells it.
        text: All that arrived of it, its texts and titles.
        key: By what the provider would know it again; None where it is given nothing.
    """

    to: str
    text: str
    key: str | None = None


@attrs.frozen(repr=False)
class ChannelCase:
    """Describe a channel to its contract.

    Args:
        plugin: The plugin: its name, module, object or class. Give its HTTP a short patience, so that tests are fast.
        settings: What the shop sets.
        secrets: A value for each secret that the plugin wants of a shop.
        to: Two addresses or more that can be reached.
        arrived: Gives what has reached the provider so far, in its order.
        bad: Addresses that can not be.
        refused: An address that looks good and that the provider refuses; None where it refuses none at once.
        nowhere: Settings under which nobody answers.
        server: The provider, open, where it speaks HTTP.
        mishaps: Where it does not, or goes wrong in another way: makes its next answer go wrong, by what goes
            wrong: `limit`, `error`, `reset`, `garbage` or `silence`.
        message: What else each message has, as `template="order_sent"`.
        channel: The name of the channel; None where the plugin brings one.
        database: Where it keeps its rows, with its tables; None where it has none.
    """

    plugin: Any
    to: Sequence[str]
    arrived: Callable[[], Sequence[Arrival]]
    settings: Mapping[str, Any] = attrs.field(factory=dict)
    secrets: Mapping[str, str] = attrs.field(factory=dict)
    bad: Sequence[str] = ()
    refused: str | None = None
    nowhere: Mapping[str, Any] = attrs.field(factory=dict)
    server: Loopback | None = None
    mishaps: Mapping[str, Callable[[], None]] = attrs.field(factory=dict)
    message: Mapping[str, Any] = attrs.field(factory=dict)
    channel: str | None = None
    database: Database | None = None


@attrs.frozen(slots=False, repr=False)
class ChannelStage:
    """Make messages, hand them to the channel, and let the provider go wrong.

    Args:
        case: What is tested.
    """

    case: ChannelCase
    numbers: Any = attrs.field(factory=lambda: itertools.count(1))

    @cached_property
    def contributions(self) -> Contributions:
        """Give what the plugin contributes."""
        return collect([self.case.plugin])

    @cached_property
    def channel(self) -> Channel:
        """Give the channel."""
        found = {name: owned.record for name, owned in self.contributions.channels.items()}
        assert self.case.channel is not None or len(found) == 1, f"say which channel is meant: {', '.join(found)}"
        return found[self.case.channel or next(iter(found))]

    def line(self, **settings: Any) -> FrozenLine:
        """Give the line to a shop that has set the channel up, but for these settings."""
        plugin = next(iter(self.contributions.plugins.values())).implementation
        given = {**self.case.settings, **settings}
        return FrozenLine.of(plugin, given, self.case.secrets, database=self.case.database)

    def bare_line(self) -> FrozenLine:
        """Give the line to a shop that has set nothing."""
        return FrozenLine.of(next(iter(self.contributions.plugins.values())).implementation)

    def message(self, to: str | None = None, **more: Any) -> Outgoing:
        """Make a message that tells from all others; to the first address that can be reached, unless said."""
        number = next(self.numbers)
        given = {"text": f"Merhaba {number:04}", "subject": f"Selam {number:04}", **self.case.message, **more}
        id_ = UUID(int=0x019B7_0000_0000_7000_8000_0000_0000_0000 + number)
        address = self.case.to[0] if to is None else to
        return Outgoing(id_, "main", address, is_commercial=False, purpose="order_updates", language="tr", **given)

    def deliver(self, *messages: Outgoing, line: FrozenLine | None = None) -> list[Receipt]:
        """Hand messages over; give the receipts."""
        return list(self.channel.deliver(messages, line or self.line()))

    def timed(self, message: Outgoing) -> tuple[Receipt, float]:
        """Hand a message over; give its receipt, and how long that took, in seconds."""
        began = time.monotonic()
        (receipt,) = self.deliver(message)
        return receipt, time.monotonic() - began

    def befall(self, mishap: Mishap) -> None:
        """Let the provider's next answer go wrong."""
        if mishap in self.case.mishaps:
            self.case.mishaps[mishap]()
            return
        assert self.case.server is not None, f"say how its provider comes to it: ChannelCase(mishaps={{{mishap!r}: …}})"
        self.case.server.answer_next(*_BY_HTTP[mishap])

    def recover(self) -> None:
        """Let the provider answer as ever."""
        if self.case.server is not None:
            self.case.server.answer_as_ever()
