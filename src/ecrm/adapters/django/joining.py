"""Django's own connection, lent to `emit`: what is emitted shares the transaction the code is in.

Inside `atomic`, and so in every request under ATOMIC_REQUESTS, the event is committed and rolled back with
the rest. Outside of it Django commits each statement by itself, and so it does the event.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction

from ecrm.database.host import LentConnection

__all__ = ["lent_connection"]


def lent_connection(alias: str) -> LentConnection:
    """Lend the connection this thread has to a database.

    Args:
        alias: Its name in DATABASES.
    """
    return LentConnection(connections[alias].vendor, lambda: _lend(alias))


@contextlib.contextmanager
def _lend(alias: str) -> Iterator[Any]:
    connection = connections[alias]
    connection.ensure_connection()
    if connection.get_autocommit():
        with transaction.atomic(using=alias):
            yield connection.connection
    else:
        yield connection.connection
