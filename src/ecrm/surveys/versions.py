"""Versions of surveys, read once: one that was live never changes, and each page and answer asks for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from ecrm.database import Transaction
from ecrm.hookspecs import QuestionKind
from ecrm.surveys.model import Survey
from ecrm.surveys.schema import survey_from_wire
from ecrm.surveys.tables import definition as definition_table
from ecrm.surveys.tables.definition import DRAFT

__all__ = ["Versions"]

_MOST_KEPT = 200


class Versions:
    """Read versions of surveys, and keep those that never change; the ones not asked for longest are let go.

    Args:
        kinds: The kinds of questions that plugins bring.
    """

    def __init__(self, kinds: Sequence[QuestionKind]) -> None:
        self._kinds = kinds
        self._kept: OrderedDict[tuple[str, str, int], Survey] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, transaction: Transaction, shop: str, key: str, version: int) -> Survey | None:
        """Give a version of a survey; None where there is none."""
        with self._lock:
            kept = self._kept.get((shop, key, version))
            if kept is not None:
                self._kept.move_to_end((shop, key, version))
                return kept
        held = definition_table.find_version(transaction, shop, key, version)
        if held is None:
            return None
        survey = survey_from_wire(held.body, self._kinds)
        if held.state != DRAFT:
            with self._lock:
                self._kept[shop, key, version] = survey
                if len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
        return survey
