"""How often something may be done, counted in this process and in bounded memory.

A host with several processes allows as many times more; what must hold over all of them is its proxy's concern.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import attrs

from ecrm.errors import InvalidError

__all__ = ["Limit", "Limits"]

_MOST_KEPT = 20_000


@attrs.frozen
class Limit:
    """Allow a number of times at once, and from then on so many a minute.

    Args:
        a_minute: How many times a minute, 1 or more.
        at_once: How many times without a pause, 1 or more.
    """

    a_minute: int = attrs.field()
    at_once: int = attrs.field()

    def __attrs_post_init__(self) -> None:
        if min(self.a_minute, self.at_once) < 1:
            raise InvalidError.of("limit", "allow 1 or more")

    @property
    def pause_s(self) -> float:
        """Give the seconds between two times."""
        return 60 / self.a_minute


class Limits:
    """Count what is done, by a key; what was not seen for longest is forgotten when there is too much.

    Args:
        moment: Gives seconds that only go on.
        most: How many keys are kept, 1 or more; about 200 bytes each.

    Source: the generic cell rate algorithm, ITU-T I.371: one time is kept for each key.

    >>> seconds = iter([0.0, 0.0, 0.0, 30.0])
    >>> limits = Limits(lambda: next(seconds))
    >>> [limits.wait_s("ayse", Limit(2, 2)) for _ in range(4)]
    [0.0, 0.0, 30.0, 0.0]
    """

    def __init__(self, moment: Callable[[], float] = time.monotonic, most: int = _MOST_KEPT) -> None:
        self._moment = moment
        self._most = most
        self._free_at: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._free_at)

    def wait_s(self, key: str, limit: Limit) -> float:
        """Count one time, unless it is too often; give how long to wait, in seconds: 0.0 where it is allowed.

        Args:
            key: Who does what; only its digest is kept.
            limit: How often it may be done.
        """
        digest = hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=16).digest()
        with self._lock:
            now = self._moment()
            free_at = max(self._free_at.get(digest, now), now)
            wait_s = free_at - now - limit.pause_s * (limit.at_once - 1)
            if wait_s > 0:
                return wait_s
            self._free_at[digest] = free_at + limit.pause_s
            self._free_at.move_to_end(digest)
            if len(self._free_at) > self._most:
                self._free_at.popitem(last=False)
        return 0.0
