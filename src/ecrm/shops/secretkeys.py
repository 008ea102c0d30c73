"""The keys that sign links and mark who was erased: the host's own, else one that is made once and kept.

What seals the secrets of plugins is in `keyring`. Nothing here shows a key in a repr, a message or a log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable

from ecrm.database import Database, Transaction
from ecrm.errors import InvalidError
from ecrm.shops.keyring import USES, Keyring
from ecrm.shops.tables import find_key, keep_key

__all__ = ["SecretKeys"]

_KEY_BYTES = 32
# A mark of who was erased is kept for good: what was made with a kept key must be known after the host gave its own.
_LASTING = frozenset({"erasure"})


class SecretKeys:
    """Give the active keys of a shop for a use: to sign with, and to compare with.

    Args:
        keyring: The host's secrets.
        clock: Gives the time.

    >>> import datetime as dt
    >>> keys = SecretKeys(Keyring({}, {}), lambda: dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    >>> keys.active(crm.database, "main", "links") == keys.active(crm.database, "main", "links")
    True
    """

    def __init__(self, keyring: Keyring, clock: Callable[[], dt.datetime]) -> None:
        self._keyring = keyring
        self._clock = clock

    def __repr__(self) -> str:
        return "<SecretKeys>"

    def active(self, where: Transaction | Database, shop: str, use: str) -> tuple[bytes, ...]:
        """Give the active keys, 32 bytes each, the newest first: the host's own, else one that is kept.

        Args:
            where: An open transaction, in which a key that is missing is made and kept; or the database,
                for a transaction of its own.
            shop: Whose; no two shops have the same.
            use: `links`, to sign them; `erasure`, to mark who was erased.

        Raises:
            InvalidError: There is no such use.
        """
        found = self.held(where, shop, use)
        if found:
            return found
        if isinstance(where, Transaction):
            return self._made(where, shop, use)
        return where.transact(lambda transaction: self._made(transaction, shop, use))

    def held(self, where: Transaction | Database, shop: str, use: str) -> tuple[bytes, ...]:
        """Give the active keys there are, and make none: for what came from outside and names its shop itself.

        Args:
            where: An open transaction, or the database for one of its own.
            shop: Whose.
            use: As `active` takes it.

        Raises:
            InvalidError: There is no such use.
        """
        if use not in USES:
            raise InvalidError.of("use", f"give one of {', '.join(USES)}")
        given = tuple(_derived(secret, shop, use) for secret in self._keyring.of_use(use))
        if given and use not in _LASTING:
            return given
        if isinstance(where, Transaction):
            kept = find_key(where, shop, use)
        else:
            with where.read() as transaction:
                kept = find_key(transaction, shop, use)
        return given if kept is None else (*given, kept)

    def are_of_host(self) -> dict[str, bool]:
        """Tell of each use whether the host gave its own secret for it.

        >>> SecretKeys(Keyring({}, {}), lambda: None).are_of_host()
        {'links': False, 'erasure': False}
        """
        return {use: bool(self._keyring.of_use(use)) for use in USES}

    def _made(self, transaction: Transaction, shop: str, use: str) -> tuple[bytes, ...]:
        keep_key(transaction, shop, use, secrets.token_bytes(_KEY_BYTES), self._clock())
        # Another may have been faster: theirs is the one that stays.
        kept = find_key(transaction, shop, use)
        return () if kept is None else (kept,)


def _derived(secret: str, shop: str, use: str) -> bytes:
    return hmac.new(secret.encode(), f"ecrm:{use}:{shop}".encode(), hashlib.sha256).digest()
