"""How a survey is asked: after what, whom, how often, until when. Pure rules; asking is in `ecrm.surveys.asking`."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between, check_name
from ecrm.surveys.model.wording import check_language
from ecrm.values.text import checked_id

__all__ = ["LENGTHS", "Plan", "days_and_more", "is_in_sample", "read_plan"]

_LENGTH = re.compile(r"(\d{1,5}) (minute|hour|day|week)s?\Z")
_UNITS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_LONGEST = dt.timedelta(days=3_660)
_WEEK, _MONTH, _QUARTER = dt.timedelta(days=7), dt.timedelta(days=30), dt.timedelta(days=90)
_MOST_REMINDERS = 5
# The fields of a plan that are one length of time.
LENGTHS = ("delay", "every", "rest", "again", "expires")
_SLOTS = 2**64


def days_and_more(value: Any, name: str = "length") -> dt.timedelta:
    """Read a length of time: a timedelta, or words as `3 days`.

    Args:
        value: What was given.
        name: What an error calls it.

    Raises:
        InvalidError: It is neither, below nothing, or longer than ten years.

    >>> days_and_more("3 days").days
    3
    """
    found = _LENGTH.match(value) if isinstance(value, str) else None
    length = dt.timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else value
    if not isinstance(length, dt.timedelta) or not dt.timedelta(0) <= length <= _LONGEST:
        raise InvalidError.of(name, 'give a timedelta, or words as "3 days", "12 hours", up to ten years')
    return length


def _lengths(value: Any) -> tuple[dt.timedelta, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidError.of("reminders", 'give a list, as ["3 days", "7 days"]')
    found = tuple(sorted(days_and_more(one, "reminders") for one in value))
    if len(found) > _MOST_REMINDERS:
        raise InvalidError.of("reminders", f"give at most {_MOST_REMINDERS}")
    return found


def _optional_length(value: Any) -> dt.timedelta | None:
    return None if value is None else days_and_more(value)


def _check_moment(_: Any, field: Any, value: Any) -> None:
    if value is not None and (not isinstance(value, dt.datetime) or value.tzinfo is None):
        raise InvalidError.of(field.name, "give a time with its zone")


def _check_event(_: Any, field: Any, value: Any) -> None:
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise InvalidError.of(field.name, "give the name of an event, as Order Delivered")
    if value is not None:
        checked_id(value, field.name)


def _check_quota(_: Any, field: Any, value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise InvalidError.of(field.name, "give a whole number from 1 up, or None")


@attrs.frozen(kw_only=True)
class Plan:
    """Say how a survey is asked.

    Args:
        after: On which event; None asks by hand, or on a schedule.
        delay: How long after it.
        every: On a schedule: how long from one round to the next, at least a day.
        where: The name of a condition of a plugin that must hold when the survey is asked.
        sample: Which share of customers is asked, above 0 up to 1: always the same ones for a survey.
        quota: After how many answers nobody is asked any more.
        ends_at: From when on nobody is asked any more.
        rest: How long a customer is left alone after any survey; the longest rest of all that run holds.
        again: How long until the same survey may be asked again.
        expires: How long an invitation can be answered. Who could not be asked for so long, and for a week at least, is
            not asked any more.
        reminders: How long after the invitation those who did not answer are reminded, at most 5 times.
        channel: By which channel it is sent; `preferred` is as messages choose.
        language: BCP 47; None is the customer's own, else the shop's.
        template: The template of the invitation.
        reminder_template: That of the reminders.

    >>> Plan(after="Order Delivered", delay="3 days").delay.days
    3
    """

    after: str | None = attrs.field(default=None, validator=_check_event)
    delay: dt.timedelta = attrs.field(default=dt.timedelta(0), converter=days_and_more)
    every: dt.timedelta | None = attrs.field(default=None, converter=_optional_length)
    where: str | None = attrs.field(default=None, validator=attrs.validators.optional(check_name))
    sample: float = attrs.field(default=1.0, validator=between(0.0001, 1))
    quota: int | None = attrs.field(default=None, validator=_check_quota)
    ends_at: dt.datetime | None = attrs.field(default=None, validator=_check_moment)
    rest: dt.timedelta = attrs.field(default=_MONTH, converter=days_and_more)
    again: dt.timedelta = attrs.field(default=_QUARTER, converter=days_and_more)
    expires: dt.timedelta = attrs.field(default=_MONTH, converter=days_and_more)
    reminders: tuple[dt.timedelta, ...] = attrs.field(default=(), converter=_lengths)
    channel: str = attrs.field(default="preferred", validator=check_name)
    language: str | None = attrs.field(default=None, validator=attrs.validators.optional(check_language))
    template: str = attrs.field(default="survey_invitation", validator=check_name)
    reminder_template: str = attrs.field(default="survey_reminder", validator=check_name)

    def __attrs_post_init__(self) -> None:
        if self.after is not None and self.every is not None:
            raise InvalidError.of(
                "every", "ask after an event, or on a schedule: start it twice, by two names, for both"
            )
        if self.every is not None and self.every < dt.timedelta(days=1):
            raise InvalidError.of("every", "give at least 1 day")
        if self.after is None and self.delay:
            raise InvalidError.of("delay", "say after which event")
        if self.expires < dt.timedelta(hours=1):
            raise InvalidError.of("expires", "give at least 1 hour")
        if any(not dt.timedelta(0) < one < self.expires for one in self.reminders):
            raise InvalidError.of("reminders", "remind after the invitation, and before it expires")

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON holds it; lengths in seconds.

        >>> read_plan(Plan(every="30 days").to_json()) == Plan(every="30 days")
        True
        """
        return {name: _plain(value) for name, value in attrs.asdict(self, recurse=False).items() if value is not None}

    def asked_until(self, due_at: dt.datetime) -> dt.datetime:
        """Give until when somebody may be asked: later nobody expects it. Quiet hours and caps are waited for.

        Args:
            due_at: When the time came.

        >>> Plan(expires="2 hours").asked_until(dt.datetime(2026, 1, 1, 21, tzinfo=dt.UTC)).day
        8
        """
        return due_at + max(self.expires, _WEEK)

    def reminder_after(self, count: int) -> dt.timedelta | None:
        """Give how long after the invitation the next reminder goes.

        Args:
            count: How many went.
        """
        return self.reminders[count] if count < len(self.reminders) else None


def read_plan(held: Mapping[str, Any]) -> Plan:
    """Read what `Plan.to_json` gave."""
    read: dict[str, Any] = dict(held)
    for name in LENGTHS:
        if name in read:
            read[name] = dt.timedelta(seconds=read[name])
    read["reminders"] = [dt.timedelta(seconds=one) for one in read.get("reminders", ())]
    if "ends_at" in read:
        read["ends_at"] = dt.datetime.fromisoformat(read["ends_at"])
    return Plan(**read)


def is_in_sample(survey: str, customer_id: UUID, share: float) -> bool:
    """Tell whether a customer is among those a survey is asked of: the same answer each time.

    Args:
        survey: Its key: who is left out of one survey is not left out of each.
        customer_id: The customer.
        share: Which share is asked, 0 to 1.

    >>> is_in_sample("nps", UUID(int=7), 1.0)
    True
    """
    digest = hashlib.sha256(f"{survey}:{customer_id.hex}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _SLOTS


def _plain(value: Any) -> Any:
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value
