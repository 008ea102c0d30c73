"""What surveys share among the views of one CRM, put together once by the composition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from ecrm.database import Database
from ecrm.hookspecs import Behaviour, QuestionKind
from ecrm.interactions.recording import Kit
from ecrm.interactions.service import Recorder, Told
from ecrm.shops.service import Shop
from ecrm.surveys.answering import Answering
from ecrm.surveys.asking import Asker
from ecrm.surveys.deciding import Cases
from ecrm.surveys.library import READY
from ecrm.surveys.model import Survey
from ecrm.surveys.planning import Planner
from ecrm.surveys.results.reading import Known, Reader
from ecrm.surveys.service import Surveys
from ecrm.surveys.tables import invitation as invitation_table
from ecrm.surveys.versions import Versions
from ecrm.surveys.writing import Desk

__all__ = ["SurveyParts"]


class SurveyParts:
    """Hold what plans, asks and answers.

    Args:
        database: Where surveys are.
        kit: Ids, time and keys.
        cases: Reads what is decided by.
        holds: Tells whether a condition of a plugin holds, by name, shop and customer; None where it can not tell.
        kinds: The kinds of questions that plugins bring.
        conditions: The names of conditions they offer.
        behaviours: Gives what plugins that are on for a shop know customers to do.
    """

    def __init__(
        self,
        database: Database,
        kit: Kit,
        cases: Cases,
        holds: Callable[[str, str, UUID], bool | None],
        kinds: Sequence[QuestionKind],
        conditions: Collection[str],
        behaviours: Callable[[str], Sequence[Behaviour]],
    ) -> None:
        self._database = database
        self._kit = kit
        self._held_of = cases.held_of
        self._kinds, self._conditions = tuple(kinds), frozenset(conditions)
        self._known = Known(kit.book, self._conditions, holds)
        self._behaviours = behaviours
        self._versions = Versions(self._kinds)
        self._planner = Planner(database, kit)
        self._asker = Asker(database, kit, cases, holds)

    def work(self) -> int:
        """Do a part of what is due: plan, ask, see what became of messages; give how many invitations changed."""
        return self._planner.plan() + self._asker.ask() + self._asker.follow()

    def next_due(self, after: dt.datetime) -> dt.datetime | None:
        """Give when something is due next, after a time; None where nothing is."""
        with self._database.read() as transaction:
            invitation = invitation_table.next_due(transaction, after)
        moments = (invitation, self._planner.next_due(after))
        return min((at for at in moments if at is not None), default=None)

    def surveys_of(self, shop: Shop, tell: Told) -> Surveys:
        """Give what a shop is offered.

        Args:
            shop: The shop.
            tell: Called after a commit with what was stored.
        """
        answering = Answering(self._database, shop, self._kit, self._versions, tell)
        reader, recorder = Reader(self._database, shop, self._known), Recorder(self._database, shop, self._kit, tell)
        desk = Desk(self._database, shop, self._kit, _ready, self._kinds)
        return Surveys(
            desk, reader, recorder, self._behaviours, answering, self._asker, self._held_of, self._conditions
        )


def _ready(key: str) -> Survey | None:
    return READY[key]() if key in READY else None
