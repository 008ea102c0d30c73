"""What every receiver of a signal does: whatever happens in it, the shop's own code goes on."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from ecrm.errors import EcrmError

__all__ = ["telling"]

_LOG = logging.getLogger("ecrm.emit")


def telling(receiver: Callable[..., None]) -> Callable[..., None]:
    """Make a receiver that raises nothing: what goes wrong is logged, without what it was about.

    Args:
        receiver: Takes a signal's arguments by name, `sender` among them.
    """

    @functools.wraps(receiver)
    def receive(**given: Any) -> None:
        try:
            receiver(**given)
        except Exception as error:  # noqa: BLE001 - an order must not fail for what is told of it
            said = str(error) if isinstance(error, EcrmError) else type(error).__name__
            _LOG.error("%s was not told of: %s", receiver.__name__.strip("_"), said)

    return receive
