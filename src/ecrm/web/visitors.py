"""The anonymous id of a visitor, signed, for a cookie: what the visitor can not make up is what joins at sign-in.

Which cookie, and whether the visitor agreed to it, is the adapter's and the host's concern.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import attrs

from ecrm.crm import CRM
from ecrm.deadlines import Runner

__all__ = ["Visitor", "Visitors"]

_LOG = logging.getLogger("ecrm.web")
_LONGEST = 300
_PATIENCE_S, _REST_S = 0.2, 5.0


@attrs.frozen
class Visitor:
    """Be a visitor who is known by a cookie.

    Args:
        anonymous_id: For `Who(anonymous_id=…)`.
        cookie: What the cookie holds.
    """

    anonymous_id: str = attrs.field(repr=False)
    cookie: str = attrs.field(repr=False)


class Visitors:
    """Make and read signed anonymous ids of a shop; a database that is away makes none, and raises nothing.

    Args:
        crm: The CRM, as a view on the shop.
        new_id: Gives ids.
        moment: Gives seconds that only go on.

    >>> from ecrm import CRM
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     visitors = Visitors(crm)
    ...     visitor = visitors.new()
    ...     visitors.read(visitor.cookie) == visitor, visitors.read("forged")
    (True, None)
    """

    def __init__(
        self, crm: CRM, new_id: Callable[[], UUID] = uuid4, moment: Callable[[], float] = time.monotonic
    ) -> None:
        self._crm = crm
        self._new_id = new_id
        self._moment = moment
        self._runner = Runner("ecrm-visitors", leave=crm.database.release)
        self._lock = threading.Lock()
        self._rests_until = float("-inf")
        self._held: Any = None

    @property
    def is_ready(self) -> bool:
        """Tell whether the key is read, so that making and reading ask no database."""
        return self._held is not None

    def new(self) -> Visitor | None:
        """Make a visitor; None where the key can not be read at the moment."""
        signer = self._signer()
        if signer is None:
            return None
        made = self._new_id().hex
        return Visitor(made, signer.dumps(made))

    def read(self, cookie: str | None) -> Visitor | None:
        """Read a cookie that came back; None where there is none, or it is none of ours.

        Args:
            cookie: What it holds.
        """
        from itsdangerous import BadData

        if not cookie or len(cookie) > _LONGEST or not cookie.isascii():
            return None
        signer = self._signer()
        if signer is None:
            return None
        try:
            said = signer.loads(cookie)
        except BadData:
            return None
        return Visitor(said, cookie) if isinstance(said, str) else None

    def _signer(self) -> Any:
        # The key is read once: a cookie must not cost every request a query. While somebody reads it, or it could
        # not be read a moment ago, requests go on without.
        if self._held is None and self._moment() >= self._rests_until and self._lock.acquire(blocking=False):
            try:
                self._held = self._runner.call(self._read_key, deadline_s=_PATIENCE_S)
            except Exception as error:  # noqa: BLE001 - whatever the database does, the host's request goes on
                self._rests_until = self._moment() + _REST_S
                _LOG.warning("visitors are not known at the moment: %s", type(error).__name__)
            finally:
                self._lock.release()
        return self._held

    def _read_key(self) -> Any:
        return self._crm.links.signer(self._crm.shop.key, "visitor")
