"""How much a shop says and when: caps, quiet hours, closed days, and what mutes it.

Whether the customer agreed is in `ecrm.consent`; what was sent is given, not looked up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between
from ecrm.messages.model.quiet import ClosedDays, Holidays, QuietHours

__all__ = ["EXEMPTIONS", "Cap", "Go", "Policy", "Sent", "Suppress", "Wait", "may_go"]

EXEMPTIONS = ("caps", "quiet_hours", "closed_days", "muted")
_LONGEST_PATIENCE = dt.timedelta(days=60)


@attrs.frozen
class Sent:
    """Be one message that went out, or is going out.

    Args:
        at: When, UTC.
        purpose: What for.
        channel: By which channel.
        is_commercial: Whether it was advertising.
    """

    at: dt.datetime
    purpose: str
    channel: str
    is_commercial: bool = True


def _check_within(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, dt.timedelta) or value <= dt.timedelta(0):
        raise InvalidError.of(field.name, "give a timedelta longer than nothing")


@attrs.frozen
class Cap:
    """Allow at most so many messages in any stretch of time so long.

    Args:
        most: How many, 1 to 10,000.
        within: How long the stretch is.
        purpose: Of which purpose; None is all of them together.
        channel: On which channel; None is all of them together.
        counts_transactional: Whether service messages take up room too.

    >>> str(Cap(3, dt.timedelta(days=7), purpose="marketing"))
    '3 for marketing in 7 days'
    """

    most: int = attrs.field(validator=[attrs.validators.instance_of(int), between(1, 10_000)])
    within: dt.timedelta = attrs.field(validator=_check_within)
    purpose: str | None = None
    channel: str | None = None
    counts_transactional: bool = False

    def concerns(self, purpose: str, channel: str) -> bool:
        """Tell whether a message takes up room of it."""
        return self.purpose in {None, purpose} and self.channel in {None, channel}

    def next_open(self, at: dt.datetime, sent: Iterable[Sent]) -> dt.datetime:
        """Give the moment from which one more may go.

        What was sent after `at`, as when a clock was set back, takes up room as well.
        """
        taking = sorted(one.at for one in sent if self._counts(one))
        return max(at, taking[-self.most] + self.within) if len(taking) >= self.most else at

    def _counts(self, one: Sent) -> bool:
        return (one.is_commercial or self.counts_transactional) and self.concerns(one.purpose, one.channel)

    def __str__(self) -> str:
        what = "".join([f" for {self.purpose}" if self.purpose else "", f" by {self.channel}" if self.channel else ""])
        return f"{self.most}{what} in {_said_length(self.within)}"


def _exemptions(value: Iterable[str]) -> frozenset[str]:
    held = frozenset(value)
    if isinstance(value, str) or not held <= set(EXEMPTIONS):
        raise InvalidError.of("transactional_exempt_from", f"give a list of {', '.join(EXEMPTIONS)}")
    return held


def _caps(value: Iterable[Cap]) -> tuple[Cap, ...]:
    return tuple(value)


def _names(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidError.of("muted_by", 'give a list of facts, as ["complaints.open"]')
    return tuple(value)


def _check_patience(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, dt.timedelta) or not dt.timedelta(0) <= value <= _LONGEST_PATIENCE:
        raise InvalidError.of(field.name, f"give a timedelta of at most {_LONGEST_PATIENCE.days} days")


@attrs.frozen(kw_only=True)
class Policy:
    """Say how much a shop says and when.

    Args:
        caps: All of them hold together.
        quiet_hours: Between which times nobody is written to; None is never.
        closed_days: On which days nobody is written to; None is none.
        muted_by: Facts that mute the shop while they are true, or other than 0: an open complaint.
        transactional_exempt_from: What does not hold for service messages: caps, quiet_hours, closed_days, muted.
        patience: How long a message waits at most; one that would wait for longer is suppressed. Up to 60 days.

    >>> Policy(caps=[Cap(1, dt.timedelta(days=1))]).patience.days
    7
    """

    caps: tuple[Cap, ...] = attrs.field(default=(), converter=_caps)
    quiet_hours: QuietHours | None = None
    closed_days: ClosedDays | None = None
    muted_by: tuple[str, ...] = attrs.field(default=(), converter=_names)
    transactional_exempt_from: frozenset[str] = attrs.field(default=EXEMPTIONS, converter=_exemptions)
    patience: dt.timedelta = attrs.field(default=dt.timedelta(days=7), validator=_check_patience)


@attrs.frozen
class Go:
    """Say that a message may go now."""


@attrs.frozen
class Wait:
    """Say that a message may not go now, and when it may.

    Args:
        until: From when, UTC, as far as is known now.
        reason: Why, in words a shop reads.
    """

    until: dt.datetime
    reason: str


@attrs.frozen
class Suppress:
    """Say that a message is not to go at all.

    Args:
        reason: Why, in words a shop reads.
    """

    reason: str


def may_go(
    policy: Policy,
    now: dt.datetime,
    zone: dt.tzinfo | Sequence[dt.tzinfo],
    sent: Sequence[Sent],
    *,
    is_commercial: bool,
    purpose: str,
    channel: str,
    holidays: Holidays = (),
    facts: Mapping[str, Any] | None = None,
) -> Go | Wait | Suppress:
    """Decide whether a message may go.

    Args:
        policy: How much the shop says and when.
        now: The time, aware.
        zone: The recipient's; where it is one of several, all of them, and each must allow it.
        sent: What went to this customer, at least as far back as the longest cap; in any order.
        is_commercial: Whether it is advertising.
        purpose: What for.
        channel: By which channel.
        holidays: The holidays where the recipient is: the days, or what tells of a day whether it is one.
        facts: What is known of the customer, for what mutes.

    Returns:
        Go; or Wait until a moment at which the same question, if nothing more is sent, is answered with Go; or
        Suppress.

    Raises:
        InvalidError: The time has no zone.

    >>> night = dt.datetime(2026, 1, 1, 23, tzinfo=dt.UTC)
    >>> may_go(Policy(quiet_hours=QuietHours()), night, dt.UTC, [],
    ...        is_commercial=True, purpose="marketing", channel="sms").reason
    'quiet hours 21:00-08:00 where the recipient is'
    """
    if now.tzinfo is None:
        raise InvalidError.of("now", "give the time with its zone")
    exempt = frozenset[str]() if is_commercial else policy.transactional_exempt_from
    if "muted" not in exempt:
        for name in policy.muted_by:
            if (facts or {}).get(name):
                return Suppress(f"muted while {name} holds")
    asked = _Asked(policy, zone if isinstance(zone, Sequence) else (zone,), sent, purpose, channel, holidays, exempt)
    return _waited(asked, now.astimezone(dt.UTC))


@attrs.frozen
class _Asked:
    policy: Policy
    zones: Sequence[dt.tzinfo]
    sent: Sequence[Sent]
    purpose: str
    channel: str
    holidays: Collection[dt.date] | Any
    exempt: frozenset[str]

    def next_open(self, at: dt.datetime) -> Iterator[tuple[dt.datetime | None, str]]:
        """Give from when each rule allows it, and what to say where that is later; None is never."""
        policy, exempt = self.policy, self.exempt
        for cap in policy.caps if "caps" not in exempt else ():
            if cap.concerns(self.purpose, self.channel):
                yield cap.next_open(at, self.sent), f"the budget is used up: {cap}"
        quiet, closed = policy.quiet_hours, policy.closed_days
        if quiet is not None and "quiet_hours" not in exempt and quiet.concerns(self.channel):
            reason = f"quiet hours {quiet} where the recipient is"
            yield from ((quiet.next_open(at, zone), reason) for zone in self.zones)
        if closed is not None and "closed_days" not in exempt:
            days = policy.patience.days
            reason = "a day on which the shop does not write"
            yield from ((closed.next_open(at, zone, self.holidays, days), reason) for zone in self.zones)


def _waited(asked: _Asked, now: dt.datetime) -> Go | Wait | Suppress:
    at, reasons = now, dict[str, None]()
    while True:
        later: dt.datetime = at
        for moment, reason in asked.next_open(at):
            if moment is None or moment - now > asked.policy.patience:
                return Suppress(f"{reason}, for longer than it may wait ({_said_length(asked.policy.patience)})")
            if moment > at:
                later = max(later, moment)
                reasons.setdefault(reason)
        if later == at:
            return Wait(at, "; ".join(reasons)) if reasons else Go()
        at = later


def _said_length(length: dt.timedelta) -> str:
    seconds = length.total_seconds()
    for unit, size_s in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size_s and seconds % size_s == 0:
            count = int(seconds // size_s)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds:g} seconds"
