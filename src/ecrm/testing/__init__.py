"""What ecrm ships for tests: a clock, a CRM and a line that go by it, what a host emitted, contracts, strategies.

The contracts are classes of pytest, which is imported when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecrm.testing.capturing import capture
from ecrm.testing.clock import FrozenClock
from ecrm.testing.frozen import FrozenCRM
from ecrm.testing.line import FrozenLine

if TYPE_CHECKING:
    from ecrm.testing.contracts import (
        Arrival,
        ChannelCase,
        ChannelContract,
        ChannelStage,
        Loopback,
        PluginContract,
        QuestionCase,
        SourceCase,
        SourceContract,
    )

__all__ = [
    "Arrival",
    "ChannelCase",
    "ChannelContract",
    "ChannelStage",
    "FrozenCRM",
    "FrozenClock",
    "FrozenLine",
    "Loopback",
    "PluginContract",
    "QuestionCase",
    "SourceCase",
    "SourceContract",
    "capture",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ecrm.testing import contracts

    return getattr(contracts, name)
