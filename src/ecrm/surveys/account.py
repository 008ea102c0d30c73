"""What answers are good for: set beside what people did. Writing surveys is in `writing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from ecrm.database import Database
from ecrm.errors import InvalidError
from ecrm.hookspecs import Behaviour, QuestionKind
from ecrm.interactions.recording import Kit
from ecrm.shops.service import Shop
from ecrm.surveys.behaviour import watched
from ecrm.surveys.followup import Followup, followup_of
from ecrm.surveys.gathering import PURCHASE, Inquiry, gather
from ecrm.surveys.model import Survey
from ecrm.surveys.model.scale import Scale
from ecrm.surveys.scoring import LEVEL, SCALES, ScoreScale, said_versus_did
from ecrm.surveys.tables import running as running_table
from ecrm.surveys.writing import Shelf

__all__ = ["Account"]

_MOST_FOLLOWED = 1_000_000


class Account(Shelf):
    """Give account of what customers of one shop answered.

    Args:
        database: Where it is.
        shop: The shop.
        kit: Ids, time and facts.
        ready: Gives a survey that comes with ecrm, by its key; None where there is none.
        kinds: The kinds of questions that plugins bring.
        behaviours: Gives what plugins that are on for a shop know customers to do.
    """

    def __init__(
        self,
        database: Database,
        shop: Shop,
        kit: Kit,
        ready: Callable[[str], Survey | None],
        kinds: Sequence[QuestionKind],
        behaviours: Callable[[str], Sequence[Behaviour]],
    ) -> None:
        super().__init__(database, shop, kit, ready, kinds)
        self._behaviours = behaviours

    def said_versus_did(
        self,
        survey: str,
        horizon_days: Sequence[int] = (30, 90, 180),
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        *,
        also: Mapping[str, str] | None = None,
        purchase: str = PURCHASE,
        most_not_asked: int = 10_000,
        level: float = LEVEL,
    ) -> Followup:
        """Set what customers did beside what they said: who bought again, for how much, who sent things back.

        The bands of the score are set against those who were asked and did not answer, and those who were not asked.
        A customer counts once, by the first answer, and is followed until now; follow-up that is not over yet is not
        taken for "did not buy". Who was erased is in no group.

        Args:
            survey: The key of a survey that scores nps, csat or ces.
            horizon_days: Within how many days after it, whole days above 0.
            since: Only who answered, or was asked, from this time on; None is from the first on.
            until: Only who did before this time; what they did is looked at until now.
            also: What else to count, by how it is shown: the name of an event, as `{"called": "Call Started"}`, or of
                a fact that counts events. What plugins offer, and returns, are counted in any case.
            purchase: The event that is buying again. Of `Order Completed` the orders count, as they stand.
            most_not_asked: How many of those not asked are followed at most, 0 to 1,000,000; who, is drawn by chance,
                the same each time.
            level: The level of the intervals, each for itself.

        Raises:
            NotFoundError: There is no such survey.
            InvalidError: It has no score to follow, or something else can not be.

        Source: see `ecrm.surveys.scoring.said_versus_did`. Who was not asked begins when the event that the survey
        follows would have led to it, else at a moment drawn from those at which others answered: method 4 of Zhou,
        Rahme, Abrahamowicz & Pilote (2005), Survival bias associated with time-to-treatment initiation, American
        Journal of Epidemiology 162, 1016-1023.

        >>> crm.surveys.said_versus_did("nps", horizon_days=[90]).sentence
        'Too few promoters or detractors were followed for 90 days to say whether the score predicts.'
        """
        scale = _scale_of(self.show(survey))
        for name, at in (("since", since), ("until", until)):
            if at is not None and (not isinstance(at, dt.datetime) or at.tzinfo is None):
                raise InvalidError.of(name, "give a time with its zone")
        if not isinstance(most_not_asked, int) or not 0 <= most_not_asked <= _MOST_FOLLOWED:
            raise InvalidError.of("most_not_asked", "give 0 to 1,000,000")
        looked_at = watched(also, self._behaviours(self._shop.key), self._kit.book.by_name)
        now = self._kit.now()
        with self._database.read() as transaction:
            runs = running_table.runs_of(transaction, self._shop.key)
            triggers = {(run.plan.after, run.plan.delay) for run in runs if run.survey == survey and run.plan.after}
            inquiry = Inquiry(
                shop=self._shop.key, survey=survey, scale=scale, since=since, until=until, now=now, watched=looked_at,
                purchase=purchase, triggers=[(after, delay) for after, delay in triggers if after],
                most_not_asked=most_not_asked, currency=self._shop.settings.currency,
            )  # fmt: skip
            gathered = gather(transaction, inquiry)
        names = {one.name: one.name for one in looked_at}
        found = said_versus_did(gathered.rows, scale.kind, horizon_days, purchase=purchase, also=names, level=level)
        return followup_of(survey, now, gathered, found)


def _scale_of(survey: Survey) -> ScoreScale:
    scales = [one for one in survey.questions if isinstance(one, Scale) and survey.scored_by in {"", one.key}]
    if not scales:
        raise InvalidError.of("survey", "follow a survey with a question of kind nps, csat or ces: it has no score")
    return SCALES[scales[0].kind]
