"""Receive a webhook: verify the raw bytes, keep them in the inbox, answer. Nothing else happens in the request.

What is kept is translated by the worker, in `translating`.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from ecrm.errors import InvalidError, SetupError, UnavailableError
from ecrm.hookspecs import Delivery, Refusal, Source
from ecrm.http import Request, Response
from ecrm.interactions.tables import delivery as delivery_table
from ecrm.interactions.tables.delivery import DeliveryRow
from ecrm.reactions.model.cause import said_of
from ecrm.sources.parts import OwnedSource, SourceParts
from ecrm.values.strict_json import read_json

__all__ = ["Door"]

_LOG = logging.getLogger("ecrm.sources")
_RETRY_AFTER_S = 30
Verdict = Delivery | Refusal | Response


class Door:
    """Take in what other systems send.

    Args:
        parts: What receiving shares with the rest.
        sources: Of every plugin that is on.
    """

    def __init__(self, parts: SourceParts, sources: Sequence[OwnedSource]) -> None:
        self._parts = parts
        self._sources: Mapping[str, OwnedSource] = {one.record.name: one for one in sources}
        self._counting = threading.Lock()
        self._refused: Counter[str] = Counter()

    @property
    def refused(self) -> Mapping[str, int]:
        """Give how many deliveries of each source were refused since the start; nothing else is kept of them."""
        with self._counting:
            return dict(self._refused)

    @property
    def names(self) -> tuple[str, ...]:
        """Give the sources that take requests, in the order of their names."""
        return tuple(sorted(name for name, one in self._sources.items() if one.record.verify is not None))

    def receive(self, name: str, request: Request) -> Response:
        """Answer a request to a source's address.

        Args:
            name: Of the source.
            request: As it came.

        Returns:
            200 where it is kept, or was before; 4xx where it is refused, and nothing is kept; 503 where the
            database is away or a secret can not be opened, so that the sender tries again.
        """
        owned = self._sources.get(name)
        if owned is None or owned.record.verify is None:
            return _refused(404, "there is no source of this name")
        answer = self._answer(name, owned, request)
        if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            with self._counting:
                self._refused[name] += 1
        return answer

    def _answer(self, name: str, owned: OwnedSource, request: Request) -> Response:
        if len(request.body) > owned.record.body_limit:
            return _refused(413, "the body is too long")
        verdict = self._verdict(owned, request)
        if isinstance(verdict, Response):
            return verdict
        if request.method != "POST":
            return Response(405, headers={"allow": "POST"})
        if isinstance(verdict, Refusal):
            _LOG.warning("a delivery to %s was refused: %s", name, verdict.reason)
            return _refused(verdict.status, "refused")
        return self._kept(owned.record, request, verdict)

    def _verdict(self, owned: OwnedSource, request: Request) -> Verdict:
        keys = self._parts.keys_of(owned.plugin)
        assert owned.record.verify is not None  # noqa: S101 - the caller looked
        try:
            verdict = owned.record.verify(request, keys)
            if isinstance(verdict, Delivery) and verdict.shop not in keys.shops():
                return Refusal(reason="it names a shop that has not set this source up")
        except (UnavailableError, SetupError) as error:
            # The sender is not to blame: told 4xx it would drop the delivery for good.
            return _later(owned.record, error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - what a forger sends must not become an error of ours
            return Refusal(400, f"it could not be verified: {said_of(error)}")
        if not isinstance(verdict, Verdict):
            return Refusal(400, "verify gave neither a delivery nor a refusal")
        return verdict

    def _kept(self, source: Source, request: Request, delivery: Delivery) -> Response:
        if source.form == "json":
            try:
                read_json(request.body, source.body_limit)
            except InvalidError:
                _LOG.warning("a delivery to %s was refused: it is no JSON that can be kept", source.name)
                return _refused(400, "the body is no JSON that can be kept")
        id_ = delivery.id or hashlib.sha256(request.body).hexdigest()
        row = DeliveryRow(0, delivery.shop, source.name, id_, request.body, self._parts.now(), delivery.context)
        try:
            self._parts.transact(lambda transaction: delivery_table.put_delivery(transaction, row))
        except Exception as error:  # noqa: BLE001 - whatever the database meets, the sender tries again
            return _later(source, error)
        return Response(200)


def _later(source: Source, error: Exception) -> Response:
    _LOG.error("a delivery to %s could not be kept: %s", source.name, said_of(error))
    return Response(503, headers={"retry-after": str(_RETRY_AFTER_S)})


def _refused(status: int, why: str) -> Response:
    return Response(status, why.encode(), {"content-type": "text/plain; charset=utf-8"})
