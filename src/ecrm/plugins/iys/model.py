"""What İYS holds of an address, what the shop wants it to hold, and what is to be done about it. Pure rules."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal
from uuid import UUID

import attrs

from ecrm.plugins.iys.workdays import TURKEY, IsHoliday, deadline_of

__all__ = [
    "APPROVED", "CHANNELS_GRANTED", "CHANNELS_REFUSED", "NOTHING", "REFUSED", "SOURCES", "Entry", "Step", "Word",
    "date_of", "dropped", "failed", "is_turkish", "learn", "next_step", "source_of", "told", "type_of", "want",
    "written",
]  # fmt: skip

APPROVED, REFUSED = "ONAY", "RET"
# What İYS is known to hold where it was asked and has no record.
NOTHING = "-"
EARLIEST = dt.datetime(2015, 5, 1, tzinfo=TURKEY)
SOURCES = (
    "HS_FIZIKSEL_ORTAM", "HS_ISLAK_IMZA", "HS_WEB", "HS_CAGRI_MERKEZI", "HS_SOSYAL_MEDYA", "HS_EPOSTA", "HS_MESAJ",
    "HS_MOBIL", "HS_EORTAM", "HS_ETKINLIK", "HS_2015", "HS_ATM", "HS_KARAR",
)  # fmt: skip
# The shop itself decided to stop: İYS takes a refusal of this source with the date of the decision.
_DECISION = "HS_KARAR"
_SOURCE_OF: Mapping[str, str] = {
    "app": "HS_MOBIL", "atm": "HS_ATM", "checkbox": "HS_WEB", "double_opt_in": "HS_WEB", "email": "HS_EPOSTA",
    "event": "HS_ETKINLIK", "letter": "HS_ISLAK_IMZA", "paper": "HS_ISLAK_IMZA", "phone": "HS_CAGRI_MERKEZI",
    "preferences": "HS_WEB", "sms": "HS_MESAJ", "social": "HS_SOSYAL_MEDYA", "store": "HS_FIZIKSEL_ORTAM",
    "unsubscribe": "HS_EPOSTA", "web": "HS_WEB", "whatsapp": "HS_MESAJ",
}  # fmt: skip
_TYPES: Mapping[str, str] = {
    "call": "ARAMA", "call_task": "ARAMA", "phone": "ARAMA", "email": "EPOSTA", "sms": "MESAJ", "whatsapp": "MESAJ",
}  # fmt: skip
CHANNELS_REFUSED: Mapping[str, tuple[str, ...]] = {
    "ARAMA": ("call", "call_task"), "EPOSTA": ("email",), "MESAJ": ("sms", "whatsapp"),
}  # fmt: skip
# Who agrees to text messages has not asked for WhatsApp.
CHANNELS_GRANTED: Mapping[str, tuple[str, ...]] = {**CHANNELS_REFUSED, "MESAJ": ("sms",)}
_PHONE = re.compile(r"\+90[1-9][0-9]{9}\Z")
_FORMAT = "%Y-%m-%d %H:%M:%S"
_FIRST_PAUSE, _LONGEST_PAUSE = dt.timedelta(minutes=1), dt.timedelta(hours=6)


def _second(at: dt.datetime) -> dt.datetime:
    # İYS knows no fractions: what is newer by less is not newer there.
    return at.astimezone(dt.UTC).replace(microsecond=0)


@attrs.frozen(repr=False)
class Word:
    """Be what a customer said of one address and one way to reach it.

    Args:
        recipient: The address: `+90…` or an e-mail address.
        type: ARAMA, MESAJ or EPOSTA.
        status: ONAY or RET.
        at: When; to the second.
        source: One of `SOURCES`.
        profile_id: By which profile it came.
    """

    recipient: str
    type: str
    status: str
    at: dt.datetime = attrs.field(converter=_second)
    source: str
    profile_id: UUID


@attrs.frozen(repr=False, kw_only=True)
class Entry:
    """Hold what is known of one address and type.

    Args:
        recipient: The address.
        recipient_type: BIREYSEL or TACIR.
        type: ARAMA, MESAJ or EPOSTA.
        profile_id: Whose.
        known_status: What İYS holds: ONAY, RET, "-" for no record; None where nobody knows.
        known_at: From when that is.
        wanted_status: What the customer last said to the shop; None where they said nothing to it.
        wanted_at: When they did.
        wanted_source: How.
        due_at: When İYS must hold it; None where there is nothing to tell.
        pushed_at: When İYS last took something.
        error_code: İYS's code of what it refused.
        error: What it said.
        is_refused: Whether telling it again is of no use.
        tries: How often it failed.
        next_try_at: Before when it is not tried again.
    """

    recipient: str
    recipient_type: str
    type: str
    profile_id: UUID
    known_status: str | None = None
    known_at: dt.datetime | None = None
    wanted_status: str | None = None
    wanted_at: dt.datetime | None = None
    wanted_source: str | None = None
    due_at: dt.datetime | None = None
    pushed_at: dt.datetime | None = None
    error_code: str | None = None
    error: str | None = None
    is_refused: bool = False
    tries: int = 0
    next_try_at: dt.datetime | None = None

    def __repr__(self) -> str:
        return f"<Entry {self.type} {self.known_status} {'' if self.due_at is None else self.wanted_status}>"


@attrs.frozen
class Step:
    """Say what is to be done next about an entry.

    Args:
        do: `push`, `ask` what İYS holds, `wait`, `drop` what is wanted, or `refuse`: it can not be told any more.
        reason: Why, where it is not pushed.
    """

    do: Literal["push", "ask", "wait", "drop", "refuse"]
    reason: str = ""


def type_of(channel: str) -> str | None:
    """Give İYS's type of a channel; None where it knows none.

    >>> type_of("whatsapp"), type_of("push")
    ('MESAJ', None)
    """
    return _TYPES.get(channel)


def source_of(method: str | None, default: str) -> str:
    """Give İYS's source of the way a customer spoke: it may be named by itself.

    >>> source_of("store", "HS_WEB"), source_of("HS_ATM", "HS_WEB"), source_of("pigeon", "HS_WEB")
    ('HS_FIZIKSEL_ORTAM', 'HS_ATM', 'HS_WEB')
    """
    if method in SOURCES:
        return method
    return _SOURCE_OF.get(method or "", default)


def is_turkish(recipient: str, type_: str) -> bool:
    """Tell whether an address is one İYS takes: an e-mail address, or a number of Turkey."""
    return type_ == "EPOSTA" or bool(_PHONE.match(recipient))


def want(held: Entry | None, word: Word, recipient_type: str, is_holiday: IsHoliday) -> Entry:
    """Take in what a customer said to the shop: the newest word counts.

    Args:
        held: What is known of the address; None where nothing is.
        word: What was said.
        recipient_type: Of an address that is new.
        is_holiday: Tells whether a day is a public holiday.
    """
    entry = held or _entry(word, recipient_type)
    newest = max((at for at in (entry.known_at, entry.wanted_at) if at is not None), default=None)
    if newest is not None and word.at <= newest:
        return entry
    return attrs.evolve(
        _settled(entry),
        profile_id=word.profile_id,
        wanted_status=word.status,
        wanted_at=word.at,
        wanted_source=word.source,
        due_at=deadline_of(word.at, is_holiday),
    )


def learn(held: Entry | None, word: Word, recipient_type: str, is_holiday: IsHoliday) -> Entry:
    """Take in what İYS holds; a word of the shop's own that is newer and says otherwise is to be told there.

    Args:
        held: What is known of the address; None where nothing is.
        word: What İYS holds.
        recipient_type: Of an address that is new.
        is_holiday: Tells whether a day is a public holiday.
    """
    entry = held or _entry(word, recipient_type)
    if entry.known_at is not None and word.at < entry.known_at:
        return entry
    known = attrs.evolve(entry, known_status=word.status, known_at=word.at)
    if known.wanted_at is None or known.wanted_at <= word.at:
        return _settled(known)
    if known.due_at is None and known.wanted_status != known.known_status:
        # It was not told since İYS held the same then, as far as was known.
        return attrs.evolve(known, due_at=deadline_of(known.wanted_at, is_holiday))
    return known


def next_step(entry: Entry, now: dt.datetime, is_holiday: IsHoliday) -> Step:
    """Decide what is to be done about an entry.

    Args:
        entry: What is known of an address.
        now: The time, aware.
        is_holiday: Tells whether a day is a public holiday.

    Source: İYS's rules for a consent: not in the future, not before 1 May 2015, newer than what is held, at most three
        business days old, no refusal as the first record, no status twice.
    """
    return _held_back(entry, now) or _needless(entry) or _dated(entry, now, is_holiday)


def written(entry: Entry, now: dt.datetime, is_holiday: IsHoliday) -> dict[str, str]:
    """Give an entry as İYS is told it.

    A refusal that is too late for its own date is told as the shop's decision, dated now: it binds all the same.

    Args:
        entry: One whose next step is to push it.
        now: The time, aware.
        is_holiday: Tells whether a day is a public holiday.
    """
    at, source = entry.wanted_at or now, entry.wanted_source or _DECISION
    if _is_late(entry, now, is_holiday):
        at, source = now, _DECISION
    return {
        "recipient": entry.recipient,
        "recipientType": entry.recipient_type,
        "type": entry.type,
        "status": entry.wanted_status or REFUSED,
        "source": source,
        "consentDate": f"{at.astimezone(TURKEY):{_FORMAT}}",
    }


def told(entry: Entry, at: dt.datetime, now: dt.datetime) -> Entry:
    """Note that İYS took what was wanted.

    Args:
        entry: What was told.
        at: With which date.
        now: The time.
    """
    return attrs.evolve(_settled(entry), known_status=entry.wanted_status, known_at=at, pushed_at=now)


def failed(
    entry: Entry, now: dt.datetime, code: str | None, said: str, *, is_final: bool, wait_s: float | None = None
) -> Entry:
    """Note that İYS did not take it.

    Args:
        entry: What was told.
        now: The time.
        code: İYS's code; None where it gave none.
        said: What it said.
        is_final: Whether telling it again is of no use.
        wait_s: How long İYS asks to wait, in seconds.
    """
    pause = min(_FIRST_PAUSE * 2 ** min(entry.tries, 20), _LONGEST_PAUSE)
    if wait_s is not None:
        pause = max(pause, dt.timedelta(seconds=wait_s))
    return attrs.evolve(
        entry,
        error_code=code,
        error=said,
        is_refused=is_final,
        tries=entry.tries + 1,
        next_try_at=None if is_final else now + pause,
    )


def dropped(entry: Entry) -> Entry:
    """Note that there is nothing to tell."""
    return _settled(entry)


def date_of(text: str) -> dt.datetime:
    """Read a date of İYS's, which is in the time of Turkey.

    Raises:
        ValueError: It is none.

    >>> date_of("2026-11-24 12:00:00").isoformat()
    '2026-11-24T09:00:00+00:00'
    """
    return dt.datetime.strptime(text, _FORMAT).replace(tzinfo=TURKEY).astimezone(dt.UTC)


def _held_back(entry: Entry, now: dt.datetime) -> Step | None:
    if entry.is_refused:
        return Step("refuse", "İYS refused it")
    if entry.next_try_at is not None and entry.next_try_at > now:
        return Step("wait", "İYS was away: it is tried again")
    if entry.wanted_at is not None and entry.wanted_at > now:
        return Step("wait", "its date is still to come")
    return None


def _needless(entry: Entry) -> Step | None:
    if entry.due_at is None or entry.wanted_status == entry.known_status:
        return Step("drop", "İYS holds what it should")
    if entry.wanted_status == REFUSED and entry.known_status is None:
        return Step("ask", "what İYS holds of this address is not known")
    if entry.wanted_status == REFUSED and entry.known_status == NOTHING:
        return Step("drop", "İYS holds no consent that could be withdrawn")
    return None


def _dated(entry: Entry, now: dt.datetime, is_holiday: IsHoliday) -> Step:
    if _is_late(entry, now, is_holiday):
        if entry.wanted_status == REFUSED:
            return Step("push", "it is late, and told as the shop's decision of today")
        say = "it is older than three business days, and void: ask the customer again"
        return Step("refuse", say)
    return Step("push")


def _is_late(entry: Entry, now: dt.datetime, is_holiday: IsHoliday) -> bool:
    return entry.wanted_at is not None and (
        entry.wanted_at < EARLIEST or deadline_of(entry.wanted_at, is_holiday) <= now
    )


def _entry(word: Word, recipient_type: str) -> Entry:
    return Entry(recipient=word.recipient, recipient_type=recipient_type, type=word.type, profile_id=word.profile_id)


def _settled(entry: Entry) -> Entry:
    return attrs.evolve(
        entry,
        due_at=None,
        error_code=None,
        error=None,
        is_refused=False,
        tries=0,
        next_try_at=None,
    )
