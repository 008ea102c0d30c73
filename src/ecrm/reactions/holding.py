"""Take a reaction, or the timers, in hand for a while: one worker at a time, by a lease on its cursor."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from ecrm.database import Retry
from ecrm.errors import EcrmError
from ecrm.reactions.parts import Parts
from ecrm.reactions.tables import cursor as cursor_table
from ecrm.reactions.tables.cursor import Lease

__all__ = ["LostError", "in_hand", "leased_until"]


class LostError(Exception):
    """Tell that another worker has taken it in hand."""


@contextlib.contextmanager
def in_hand(parts: Parts, name: str, deadline_s: float) -> Iterator[Lease | None]:
    """Hold a cursor, and give it back at the end where it is still held; None where another worker has it.

    Args:
        parts: Database and time.
        name: Of the cursor.
        deadline_s: How long one call of a plugin may take meanwhile, in seconds.
    """
    now, until = parts.now(), leased_until(parts, deadline_s)
    lease = parts.transact(lambda transaction: cursor_table.take(transaction, name, now, until))
    try:
        yield lease
    except LostError:
        return
    except BaseException:
        # Its own failure must not hide what went wrong; the lease ends by itself.
        with contextlib.suppress(EcrmError, Retry):
            _give_back(parts, lease)
        raise
    _give_back(parts, lease)


def leased_until(parts: Parts, deadline_s: float) -> dt.datetime:
    """Give until when a lease taken now holds: a call is found to hang after up to twice its deadline."""
    return parts.now() + parts.lease + dt.timedelta(seconds=2 * deadline_s)


def _give_back(parts: Parts, lease: Lease | None) -> None:
    if lease is not None:
        parts.transact(lambda transaction: cursor_table.give_back(transaction, lease))
