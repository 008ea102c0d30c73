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
from ecrm.errors import EcrmError

__all__ = ["Visitor", "Visitors"]

_LOG = logging.getLogger("ecrm.web")
_LONGEST = 300
_REST_S = 30.0


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
        elapsed_s: Tells how time goes by, in seconds: a database that is away is asked again after 30.

    >>> from ecrm import CRM
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     visitors = Visitors(crm)
    ...     visitor = visitors.new()
    ...     visitors.read(visitor.cookie) == visitor, visitors.read("forged")
    (True, None)
    """

    def __init__(
        self, crm: CRM, new_id: Callable[[], UUID] = uuid4, elapsed_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._crm = crm
        self._new_id = new_id
        self._elapsed_s = elapsed_s
        self._lock = threading.Lock()
        self._held: Any = None
        self._rests_until = 0.0

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
        # The key is read once: a cookie must not cost every request a query.
        if self._held is not None:
            return self._held
        with self._lock:
            if self._held is None and self._elapsed_s() >= self._rests_until:
                try:
                    self._held = self._crm.links.signer(self._crm.shop.key, "visitor")
                except EcrmError as error:
                    # A database that is away must not be waited for by every request.
                    self._rests_until = self._elapsed_s() + _REST_S
                    _LOG.warning("visitors are not known for %.0f s: %s", _REST_S, type(error).__name__)
            return self._held
