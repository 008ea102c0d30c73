"""What ecrm tells its host after a commit; a receiver that fails is logged and hurts nobody."""

from __future__ import annotations

import logging
from typing import Any

from blinker import Signal

__all__ = ["Signals"]

_LOG = logging.getLogger("ecrm.signals")


class Signals:
    """Hold the signals of one CRM.

    Connect with `crm.signals.recorded.connect(receiver)`; blinker keeps a weak reference to the
    receiver, so keep one of your own, or pass `weak=False`.

    Args:
        recorded: After interactions were stored; gets `shop` and `interactions`, one call a batch.
        lagged: When the inbox, a reaction, the timers or a source came to be late, or something failed for
            good; gets `shop` and `findings`, those of `crm.health()` that were good before.

    >>> seen = []
    >>> signals = Signals()
    >>> receiver = signals.recorded.connect(lambda sender, **told: seen.append(told), weak=False)
    >>> signals.tell(signals.recorded, None, shop="main", interactions=[])
    >>> seen
    [{'shop': 'main', 'interactions': []}]
    """

    def __init__(self) -> None:
        self.recorded = Signal("Interactions were stored.")
        self.lagged = Signal("Something came to be late, or failed for good.")

    def tell(self, signal: Signal, sender: Any, **told: Any) -> None:
        """Call every receiver, each for itself."""
        for receiver in signal.receivers_for(sender):
            try:
                receiver(sender, **told)
            except Exception as error:  # noqa: BLE001 - a receiver is the host's code: it must not hurt ours
                # The message of a stranger's error may hold personal data: its kind must do.
                _LOG.error("a receiver of a signal failed with %s", type(error).__name__)
