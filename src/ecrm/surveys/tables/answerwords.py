"""Which answers are read, split by what; and how that is said to each database. What is read by it is in `answer`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import attrs

from ecrm.database.types import micros

__all__ = ["QUARTER_S", "Split", "Told", "Wanted", "Words"]

# Whether there is an answer, what it is, or what it is where nobody knows of which type.
Told = Literal["whether", "what", "any"]
# No zone is off by less, so that a quarter of an hour lies on one day everywhere.
QUARTER_S = 900
_SCALES = ("nps", "csat", "ces")
_WHOSE = " LEFT JOIN ecrm_profile p ON p.shop = i.shop AND p.id = i.profile_id"
_VOIDED = "SELECT 1 FROM ecrm_void v WHERE v.shop = i.shop AND v.profile_id = i.profile_id AND v.interaction_id = i.id"


@attrs.frozen(kw_only=True)
class Wanted:
    """Say which answers are read.

    Args:
        shop: Whose.
        survey: Its key.
        since: From when on; None is from the first.
        until: Before when; None is to the last.
        version: Of which version; None is all.
    """

    shop: str
    survey: str
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    version: int | None = None


@attrs.frozen
class Split:
    """Say what answers are split by.

    Args:
        by: Nothing, what an answer says itself, or who the customer is.
        parts: The part of each customer; whoever is not in it is in none.
    """

    by: Literal["", "version", "channel", "location_id", "customer"] = ""
    parts: Mapping[UUID, str] = attrs.field(factory=dict, repr=False)


class Words:
    """Say in a driver's words what is read, and keep what its places hold.

    Args:
        wanted: Which answers.
        is_sqlite: Whether it is said to SQLite.
    """

    def __init__(self, wanted: Wanted, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite
        self._wanted = wanted
        self.parameters: dict[str, Any] = {"shop": wanted.shop, "survey": wanted.survey}
        for name, at in (("since", wanted.since), ("until", wanted.until)):
            if at is not None:
                self.parameters[name] = micros(at) if is_sqlite else at
        if wanted.version is not None:
            self.parameters["version"] = wanted.version

    def named(self, name: str) -> str:
        """Give the place of a parameter."""
        return f":{name}" if self.is_sqlite else f"%({name})s"

    def body(self, name: str) -> str:
        """Give a field of the event, as text."""
        return f"json_extract(i.body, '$.{name}')" if self.is_sqlite else f"(i.body->>'{name}')"

    def score(self) -> str:
        """Give the kind and the value; events of others may hold the value alone, under the word of its scale."""
        scales = ", ".join(f"'{scale}:' || {self.body(scale)}" for scale in _SCALES)
        return f"coalesce({self.body('kind')} || ':' || {self.body('score')}, {scales})"

    def answered(self, key: str, place: int, told: Told) -> str:
        """Give what was answered to a question.

        Args:
            key: Its key.
            place: Its number, for the name of the parameter.
            told: What is told of it.
        """
        name = f"q{place}"
        self.parameters[name] = f"$.answers.{key}" if self.is_sqlite else key
        said = f"json_extract(i.body, :{name})" if self.is_sqlite else f"(i.answers->>%({name})s::text)"
        if told == "whether":
            return f"CASE WHEN {said} IS NOT NULL THEN '1' END"
        if told == "any" and self.is_sqlite:
            # SQLite has no truth of its own: true would be 1.
            flags = "WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
            return f"CASE json_type(i.body, :{name}) {flags} ELSE {said} END"
        return said

    def part(self, split: Split) -> str:
        """Give the part an answer is in, on SQLite the customer where it is split by that."""
        location = "json_extract(i.context, '$.location_id')" if self.is_sqlite else "(i.context->>'location_id')"
        said = {"version": self.body("version"), "channel": "i.channel", "location_id": location}
        return said.get(split.by) or self._of_customer(split, "p.customer_id")

    def part_asked(self, split: Split) -> str:
        """Give the part an invitation is in, on SQLite the customer where it is split by that."""
        said = {"version": "CAST(i.version AS TEXT)", "location_id": "i.location_id"}
        return said.get(split.by) or self._of_customer(split, "i.customer_id")

    def between(self, column: str) -> str:
        """Give the bounds of a time, to be added to others."""
        since = f" AND {column} >= {self.named('since')}" if self._wanted.since is not None else ""
        return since + (f" AND {column} < {self.named('until')}" if self._wanted.until is not None else "")

    def answers(self, *, with_customer: bool = False) -> str:
        """Give where answers that stand come from; their kind is written out, or no index of theirs would be used."""
        return f"FROM ecrm_interaction i{_WHOSE if with_customer else ''} WHERE {self._stand()}"

    def answers_apart(self, split: Split) -> str:
        """Give the same with `i.answers` taken out of each body once, where it is split so with the part."""
        joined = _WHOSE if split.by == "customer" else ""
        if self.is_sqlite:
            return f"FROM ecrm_interaction i{joined} WHERE {self._stand()}"
        # OFFSET 0 keeps the planner from taking them out again for each question.
        columns = "i.shop, i.profile_id, i.at, i.channel, i.context, i.body, i.body->'answers' AS answers"
        return f"FROM (SELECT {columns} FROM ecrm_interaction i WHERE {self._stand()} OFFSET 0) i{joined}"

    def invitations(self) -> str:
        """Give where invitations that were asked come from."""
        version = f" AND i.version = {self.named('version')}" if self._wanted.version is not None else ""
        return (
            f"FROM ecrm_survey_invitation i WHERE i.shop = {self.named('shop')} "
            f"AND i.survey = {self.named('survey')} AND i.asked_at IS NOT NULL{self.between('i.asked_at')}{version}"
        )

    def _stand(self) -> str:
        version = f" AND {self.body('version')} = CAST({self.named('version')} AS TEXT)"
        return (
            f"i.shop = {self.named('shop')} AND i.kind = 'Survey Answered' "
            f"AND {self.body('survey_id')} = {self.named('survey')}{self.between('i.at')}"
            f"{'' if self._wanted.version is None else version} AND NOT EXISTS ({_VOIDED})"
        )

    def _of_customer(self, split: Split, customer: str) -> str:
        if split.by != "customer":
            return "CAST(NULL AS TEXT)"
        if self.is_sqlite:
            return customer
        # One look into a sorted object for each row: an array to join is taken for short, and gone through for each.
        self.parameters["parts"] = json.dumps({str(who): part for who, part in split.parts.items()})
        return f"(%(parts)s::jsonb ->> {customer}::text)"
