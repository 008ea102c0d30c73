"""What answers are good for: set beside what people did, given out, taken in. Writing surveys is in `writing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ecrm.audit.tables import append
from ecrm.customers.model.claim import KINDS
from ecrm.customers.tables.profile import profiles_of
from ecrm.database import Transaction
from ecrm.database.streaming import snapshot
from ecrm.errors import InvalidError
from ecrm.hookspecs import Behaviour
from ecrm.interactions.events import SurveyAnswered
from ecrm.interactions.service import Recorder, Rejection, Report
from ecrm.messages.settling import who_of
from ecrm.surveys.behaviour import watched
from ecrm.surveys.followup import Followup, followup_of
from ecrm.surveys.gathering import Inquiry, gather
from ecrm.surveys.model import Survey
from ecrm.surveys.results.reading import Reader, moment_in
from ecrm.surveys.results.service import Readings
from ecrm.surveys.scoring import LEVEL, SCALES, ScoreScale, said_versus_did
from ecrm.surveys.scoring.followup import PURCHASE
from ecrm.surveys.sheet import Sheet, row_of
from ecrm.surveys.tables.answered import told_answers
from ecrm.surveys.taking import Taker, customer_id_in
from ecrm.surveys.writing import Desk
from ecrm.values import Actor, Who

__all__ = ["Account"]

_MOST_FOLLOWED = 1_000_000


class Account(Readings):
    """Give account of what customers of one shop answered.

    Args:
        desk: What it works with.
        reader: Reads what they answered.
        recorder: Records answers that come from elsewhere.
        behaviours: Gives what plugins that are on for a shop know customers to do.
    """

    def __init__(
        self, desk: Desk, reader: Reader, recorder: Recorder, behaviours: Callable[[str], Sequence[Behaviour]]
    ) -> None:
        super().__init__(desk, reader)
        self._recorder = recorder
        self._behaviours = behaviours

    def said_versus_did(
        self,
        survey: str,
        horizon_days: Sequence[int] = (30, 90, 180),
        since: dt.date | None = None,
        until: dt.date | None = None,
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
            horizon_days: Within how many days after it, whole days from 1 to 36,500.
            since: Only who answered, or was asked, from this time on: a time with its zone, or a day of the shop; None
                is from the first on.
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
        begins, ends = self._between(since, until)
        if not isinstance(most_not_asked, int) or not 0 <= most_not_asked <= _MOST_FOLLOWED:
            raise InvalidError.of("most_not_asked", "give 0 to 1,000,000")
        looked_at = watched(also, self._behaviours(self._shop.key), self._kit.book.by_name)
        inquiry = Inquiry(
            shop=self._shop.key, survey=survey, scale=scale, since=begins, until=ends, now=self._kit.now(),
            watched=looked_at, purchase=purchase, most_not_asked=most_not_asked, currency=self._shop.settings.currency,
        )  # fmt: skip
        with snapshot(self._database) as transaction:
            gathered = gather(transaction, inquiry)
        names = {one.name: one.name for one in looked_at}
        found = said_versus_did(gathered.rows, scale.kind, horizon_days, purchase=purchase, also=names, level=level)
        return followup_of(survey, inquiry.now, gathered, found)

    def export(
        self,
        survey: str,
        since: dt.date | None = None,
        until: dt.date | None = None,
        *,
        actor: Actor | None = None,
    ) -> Sheet:
        r"""Give the answers to a survey out, the oldest first, with who gave them; it is noted in the audit.

        Args:
            survey: Its key.
            since: Only answers from this time on.
            until: Only answers before this time.
            actor: Who asks for it; None is the program itself.

        Raises:
            NotFoundError: There is no such survey.
            InvalidError: A time has no zone.

        >>> crm.surveys.export("nps").csv()
        '"source","id","at","survey","answer.score","answer.wrong","answer.lacking","answer.liked","answer.may_contact"\r\n'
        """
        shown = self.show(survey)
        begins, ends = self._between(since, until)

        def work(transaction: Transaction) -> tuple[dict[str, Any], ...]:
            told = told_answers(transaction, self._shop.key, survey, begins, ends)
            rows = tuple(row_of(one) for one in told)
            details = {"what": "survey answers", "survey": survey, "rows": len(rows)}
            append(transaction, self._shop.key, "export", None, actor, details, self._kit.now())
            return rows

        return Sheet(shown, self._database.transact(work))

    def take_in(self, survey: str, rows: Iterable[Mapping[str, Any]], *, source: str = "import") -> Report:
        """Take answers in that were given elsewhere, or that `export` gave; `ecrm.imports.import_answers` reads files.

        They are not live: no reaction follows, and nobody is asked or told because of them. A tick for a consent is
        kept as an answer, and grants nothing.

        Args:
            survey: The key of the survey they answer.
            rows: The answers, each a mapping: `at`, who (`email`, `phone`, `customer_id` and so on), `answers` by
                question; `id` tells it from all others of its source, without it all that is in it does.
            source: The system they come from, where a row does not say.

        Returns:
            How many are new, were there already, and were rejected and why, by their place among the rows.

        Raises:
            NotFoundError: There is no such survey.

        >>> row = {"id": "1", "at": "2026-01-05T10:00Z", "email": "ayse@example.com", "answers": {"score": 9}}
        >>> crm.surveys.take_in("nps", [row], source="typeform").recorded
        1
        """
        shown = self.show(survey)
        given = list(rows)
        versions = {str(one.version): one for one in self._versions(survey, None)}
        known = self._known({id_ for row in given if isinstance(row, Mapping) and (id_ := customer_id_in(row))})
        taker = Taker(shown, versions.get, source, self._shop.settings.zone_info, known)
        made: list[tuple[int, SurveyAnswered]] = []
        refused: list[Rejection] = []
        for place, row in enumerate(given):
            try:
                made.append((place, taker.event(row)))
            except InvalidError as error:
                refused.append(Rejection(place, SurveyAnswered.NAME, error.fields or {"row": [str(error)]}))
        done = self._recorder.record_many([event for _, event in made])
        refused += [attrs.evolve(one, index=made[one.index][0]) for one in done.rejected]
        return attrs.evolve(done, rejected=tuple(sorted(refused, key=lambda one: one.index)))

    def _between(self, since: dt.date | None, until: dt.date | None) -> tuple[dt.datetime | None, dt.datetime | None]:
        return moment_in(self._shop, "since", since), moment_in(self._shop, "until", until)

    def _known(self, ids: Collection[UUID]) -> dict[UUID, Who]:
        """Give those of the customers that are known, each by the strongest identity an event can name."""
        with self._database.read() as transaction:
            profiles = profiles_of(transaction, self._shop.key, sorted(ids))
        found: dict[UUID, Who] = {}
        for one in sorted(profiles, key=lambda profile: KINDS[profile.kind].rank):
            who = who_of(one.kind, one.value)
            if who is not None:
                found.setdefault(one.customer_id, who)
        return found


def _scale_of(survey: Survey) -> ScoreScale:
    if survey.scale is None:
        raise InvalidError.of("survey", "follow a survey with a question of kind nps, csat or ces: it has no score")
    return SCALES[survey.scale.kind]
