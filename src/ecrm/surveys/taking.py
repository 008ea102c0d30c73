"""Answers that come from elsewhere: rows of a file, checked against the survey, become events that are not live."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from ecrm.errors import InvalidError
from ecrm.interactions.events import SurveyAnswered
from ecrm.surveys.model import Survey
from ecrm.surveys.saying import told_by
from ecrm.surveys.sheet import COLUMNS, IDENTITIES
from ecrm.values import Who

__all__ = ["Taker", "customer_id_in"]

_COPIED = ("order_id", "invitation_id", "channel", "location_id")
_ROW = frozenset({*COLUMNS, "answers"})


@attrs.frozen(repr=False)
class Taker:
    """Make events of rows.

    Args:
        survey: The survey, in the version that is live.
        version_of: Gives another version, where there is one.
        source: Where answers come from that do not say.
        zone: Of times that name none.
        known: The customers of this shop that rows name by their ids, as events can name them.
    """

    survey: Survey
    version_of: Callable[[str], Survey | None]
    source: str
    zone: ZoneInfo
    known: Mapping[UUID, Who]

    def event(self, row: Mapping[str, Any]) -> SurveyAnswered:
        """Make the event of a row.

        Raises:
            InvalidError: It can not be an answer to the survey; `fields` says what to do. No answer is repeated.
        """
        _check_names(row)
        if str(row.get("survey", self.survey.key)) != self.survey.key:
            raise InvalidError.of("survey", f"take it in with its own survey: this is {self.survey.key}")
        version = row.get("version")
        survey = (None if version is None else self.version_of(str(version))) or self.survey
        source, source_id = self._name(row)
        given: dict[str, Any] = {name: str(row[name]) for name in _COPIED if row.get(name) is not None}
        return SurveyAnswered(
            customer=self._who(row, source_id), survey_id=survey.key, version=str(survey.version), at=self._at(row),
            duration_s=_duration(row.get("duration_s")), source=source, source_id=source_id, direction="in", live=False,
            **given, **told_by(survey, _answers(survey, row)),
        )  # fmt: skip

    def _name(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Give what tells it from all others: its id, else all that stands in it."""
        if row.get("id") is not None:
            return str(row.get("source") or self.source), str(row["id"])
        try:
            told = json.dumps(row, sort_keys=True, default=str).encode()
        except TypeError as error:
            raise InvalidError.of("answers", "name questions by texts") from error
        return str(row.get("source") or self.source), f"line:{hashlib.sha256(told).hexdigest()[:32]}"

    def _who(self, row: Mapping[str, Any], source_id: str) -> Who:
        id_ = customer_id_in(row)
        if id_ is not None and id_ in self.known:
            return self.known[id_]
        given = {name: str(row[name]) for name in IDENTITIES if row.get(name) is not None}
        source = given.pop("identity_source", None)
        if given:
            return Who(**given, source=source)
        if row.get("customer_id") is not None:
            raise InvalidError.of("customer_id", "nobody is known by it here: name an e-mail, a phone or an account")
        return Who(anonymous_id=f"survey:{source_id}")

    def _at(self, row: Mapping[str, Any]) -> dt.datetime:
        given = row.get("at")
        try:
            at = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(str(given).strip())
        except ValueError as error:
            raise InvalidError.of("at", "say when it was answered, as 2026-11-24T10:00:00+03:00") from error
        return at if at.tzinfo is not None else at.replace(tzinfo=self.zone)


def customer_id_in(row: Mapping[str, Any]) -> UUID | None:
    """Give the id of a customer that a row names; None where it names none, or none that could be one."""
    try:
        return UUID(str(row["customer_id"]))
    except (KeyError, ValueError):
        return None


def _check_names(row: Mapping[str, Any]) -> None:
    if not isinstance(row, Mapping):
        raise InvalidError.of("row", "give a mapping")
    strange = sorted(str(name)[:100] for name in row if name not in _ROW)
    if strange:
        raise InvalidError.of(strange[0], "remove it: there is no such field; answers stand in `answers`")


def _answers(survey: Survey, row: Mapping[str, Any]) -> dict[str, Any]:
    """Check each answer by itself: which way somebody took through the survey is long ago."""
    given = row.get("answers") or {}
    if not isinstance(given, Mapping):
        raise InvalidError.of("answers", "give a mapping of questions to answers")
    score = row.get("score")
    # Somebody may send a survey off without an answer, and only a file of ours tells of it.
    if not given and score is None and row.get("version") is None:
        raise InvalidError.of("answers", "give one answer at least")
    if score is not None and not given:
        given = {_scored(survey, row.get("kind")): score}
    clean: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    questions = {one.key: one for one in survey.questions}
    for key, value in given.items():
        if key not in questions:
            wrong["answers"] = ["remove what answers no question of this survey"]
            continue
        try:
            answer = questions[key].checked(_plain(value), is_partial=True)
        except InvalidError as error:
            wrong[f"answers.{key}"] = next(iter(error.fields.values()), [str(error)])[:1]
        else:
            clean |= {} if answer is None else {key: answer}
    if wrong:
        raise InvalidError("; ".join(f"{key}: {said[0]}" for key, said in wrong.items()), wrong)
    return {key: clean[key] for key in questions if key in clean}


def _scored(survey: Survey, kind: Any) -> str:
    """Give the question that a score without answers answers."""
    if survey.scale is None or kind not in (None, survey.scale.kind):
        raise InvalidError.of("score", "remove it: this survey has no such score")
    return survey.scale.key


def _plain(value: Any) -> Any:
    """Give 9.0 as 9: programs that know only one kind of number write it so."""
    is_whole = isinstance(value, float | Decimal) and value == int(value) if _is_finite(value) else False
    return int(value) if is_whole else value


def _is_finite(value: Any) -> bool:
    return isinstance(value, float | Decimal) and Decimal(value).is_finite()


def _duration(given: Any) -> int | None:
    if given is None:
        return None
    try:
        seconds = int(str(given))
    except ValueError as error:
        raise InvalidError.of("duration_s", "give whole seconds") from error
    return seconds
