"""Receive a webhook: verify the raw bytes, keep them in the inbox, answer. Nothing else happens in the request.

What is kept is translated by the worker, in `translating`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence

from ecrm.errors import EcrmError, InvalidError
from ecrm.hookspecs import Delivery, Refusal, Source
from ecrm.http import Request, Response
from ecrm.interactions.tables import delivery as delivery_table
from ecrm.interactions.tables.delivery import DeliveryRow
from ecrm.reactions.model.cause import said_of
from ecrm.sources.parts import OwnedSource, SourceParts
from ecrm.values.strict_json import read_json

__all__ = ["Door"]

_LOG = logging.getLogger("ecrm.sources")
_LONGEST_ID = 255
_RETRY_AFTER_S = 30


class Door:
    """Take in what other systems send.

    Args:
        parts: What receiving shares with the rest.
        sources: Of every plugin that is on.
    """

    def __init__(self, parts: SourceParts, sources: Sequence[OwnedSource]) -> None:
        self._parts = parts
        self._sources: Mapping[str, OwnedSource] = {one.record.name: one for one in sources}

    def receive(self, name: str, request: Request) -> Response:
        """Answer a request to a source's address.

        Args:
            name: Of the source.
            request: As it came.

        Returns:
            200 where it is kept, or was before; 4xx where it is refused, and nothing is kept; 503 where the
            database is away, so that the sender tries again.
        """
        owned = self._sources.get(name)
        if owned is None or owned.record.verify is None:
            return _refused(404, "there is no source of this name")
        source = owned.record
        if len(request.body) > source.body_limit:
            return _refused(413, "the body is too long")
        verdict = self._verdict(owned, request)
        if isinstance(verdict, Response):
            return verdict
        if request.method != "POST":
            return Response(405, headers={"allow": "POST"})
        if isinstance(verdict, Refusal):
            _LOG.warning("a delivery to %s was refused: %s", name, verdict.reason)
            return _refused(verdict.status, "refused")
        return self._keep(source, request, verdict)

    def _verdict(self, owned: OwnedSource, request: Request) -> Delivery | Refusal | Response:
        keys = self._parts.keys_of(owned.plugin)
        assert owned.record.verify is not None  # noqa: S101 - the caller looked
        try:
            verdict = owned.record.verify(request, keys)
            if isinstance(verdict, Delivery) and verdict.shop not in keys.shops():
                return Refusal(reason="it names a shop that has not set this source up")
        except Exception as error:  # noqa: BLE001 - what a forger sends must not become an error of ours
            _LOG.warning("verifying a delivery to %s failed: %s", owned.record.name, said_of(error))
            return Refusal(400, "it could not be verified")
        if not isinstance(verdict, Delivery | Refusal | Response):
            return Refusal(400, "verify returned neither a delivery nor a refusal")
        return verdict

    def _keep(self, source: Source, request: Request, delivery: Delivery) -> Response:
        if source.form == "json":
            try:
                read_json(request.body, source.body_limit)
            except InvalidError:
                return _refused(400, "the body is no JSON that can be kept")
        id_ = delivery.id or hashlib.sha256(request.body).hexdigest()
        if len(id_) > _LONGEST_ID or "\0" in id_:
            return _refused(400, "the delivery's id can not be kept")
        try:
            with self._parts.database.write() as transaction:
                row = DeliveryRow(0, delivery.shop, source.name, id_, request.body, self._parts.now(), delivery.context)
                delivery_table.put_delivery(transaction, row)
        except EcrmError as error:
            _LOG.error("a delivery to %s could not be kept: %s", source.name, error)
            return Response(503, headers={"retry-after": str(_RETRY_AFTER_S)})
        return Response(200)


def _refused(status: int, why: str) -> Response:
    return Response(status, why.encode(), {"content-type": "text/plain; charset=utf-8"})
