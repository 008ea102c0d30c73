"""What `crm.surveys` offers of answers: results, and what people wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ecrm.errors import InvalidError
from ecrm.surveys.model import Survey
from ecrm.surveys.results.reading import Reader, moment_in
from ecrm.surveys.results.results import Results
from ecrm.surveys.results.verbatim import Verbatim
from ecrm.surveys.schema import survey_from_wire
from ecrm.surveys.tables import definition as definition_table
from ecrm.surveys.tables.answerwords import Wanted
from ecrm.surveys.tables.definition import DRAFT
from ecrm.surveys.writing import Desk, Shelf
from ecrm.values.text import checked_id

__all__ = ["Readings"]


class Readings(Shelf):
    """Read what the surveys of one shop came to.

    Args:
        desk: What it works with.
        reader: Reads answers.
    """

    def __init__(self, desk: Desk, reader: Reader) -> None:
        super().__init__(desk)
        self._reader = reader

    def results(
        self,
        survey: str,
        since: dt.date | None = None,
        until: dt.date | None = None,
        *,
        by: str | None = None,
        version: int | None = None,
    ) -> Results:
        """Give what a survey came to: rates, scores with intervals, what was answered to each question.

        All of it is counted when it is asked for, from the answers on the log: one that was voided or erased is in
        nothing. Answers that events told of count as well; rates are those of invitations.

        Args:
            survey: Its key.
            since: From when on it was answered, or asked: a time with its zone, or a day of the shop.
            until: Before when.
            by: What to split it by: a fact, the name of a plugin's condition, `version`, `language`, `location_id` or
                `channel`. Facts are those of now, not of when it was answered.
            version: Of one version only.

        Raises:
            NotFoundError: There is no such survey, or version, and nobody answered it; or nothing to split by.
            InvalidError: A time has no zone.

        Source: `ecrm.surveys.scoring` names the paper for each figure.

        >>> from ecrm import Who, events
        >>> for number, score in enumerate([10, 9, 9, 7, 3]):
        ...     _ = crm.record(events.SurveyAnswered(survey_id="mood", kind="nps", score=score, source_id=str(number),
        ...         customer=Who(email=f"customer{number}@example.com")))
        >>> print(crm.surveys.results("mood").score.headline)
        40.0 (95 %: -29.8 to 79.8; n = 5; only 5 answers: read the interval)
        """
        wanted = self._wanted(survey, since, until, version)
        return self._reader.results(wanted, by, self._versions(survey, version))

    def verbatims(
        self,
        survey: str,
        since: dt.date | None = None,
        until: dt.date | None = None,
        *,
        search: str | None = None,
        band: str | None = None,
        limit: int = 100,
    ) -> Sequence[Verbatim]:
        """Give what people wrote, the newest first.

        It is personal data: note in the audit who looks at it, as `ecrm surveys verbatims` does.

        Args:
            survey: Its key.
            since: From when on: a time with its zone, or a day of the shop.
            until: Before when.
            search: What is in it, in any case of letters; i, ı, I and İ are one.
            band: The band of the score: promoter, passive, detractor, satisfied, neutral, unsatisfied, easy, hard.
            limit: How many at most, 1 to 1,000. Only the newest 50,000 answers are looked through.

        Raises:
            NotFoundError: There is no such survey, and nobody answered one of that key.
            InvalidError: There is no such band, the limit is out of range, or a time has no zone.
        """
        wanted = self._wanted(survey, since, until, None)
        return self._reader.verbatims(wanted, self._versions(survey, None), (search, band), limit)

    def _wanted(self, survey: str, since: dt.date | None, until: dt.date | None, version: int | None) -> Wanted:
        if version is not None and not isinstance(version, int):
            raise InvalidError.of("version", "give a whole number from 1 up, or None")
        return Wanted(
            shop=self._shop.key, survey=checked_id(survey, "survey"), since=moment_in(self._shop, "since", since),
            until=moment_in(self._shop, "until", until), version=version,
        )  # fmt: skip

    def _versions(self, key: str, version: int | None) -> list[Survey]:
        """Give the versions that were live, the oldest first; of one that comes with ecrm, that one."""
        with self._database.read() as transaction:
            held = definition_table.versions_of(transaction, self._shop.key, checked_id(key, "survey"))
        live = [row for row in held if row.state != DRAFT and version in {None, row.version}]
        ready = self._ready(key) if not held else None
        if ready is not None and version in {None, ready.version}:
            return [ready]
        return [survey_from_wire(row.body, self._kinds) for row in live]
