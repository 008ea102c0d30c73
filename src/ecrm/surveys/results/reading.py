"""Read results and verbatims of a shop's surveys: each in one snapshot, so that all figures are of one moment."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import attrs

from ecrm.customers.tables.customer import languages_of
from ecrm.database import Database, Transaction
from ecrm.database.streaming import snapshot
from ecrm.errors import InvalidError, NotFoundError
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.reading import facts_of_many
from ecrm.shops.service import Shop
from ecrm.surveys.model import Survey
from ecrm.surveys.results.asked import asked_in
from ecrm.surveys.results.counting import Tally, outcomes_by_part, tallies_by_part
from ecrm.surveys.results.grouping import UNKNOWN, groups_of
from ecrm.surveys.results.making import Frame, frame_of, make_results
from ecrm.surveys.results.results import Results
from ecrm.surveys.results.verbatim import Verbatim, verbatims_in
from ecrm.surveys.scoring import SCALES
from ecrm.surveys.tables import answer as answer_table
from ecrm.surveys.tables.answerwords import Split, Wanted
from ecrm.values.text import checked_text

__all__ = ["Known", "Reader", "moment_in"]

_AT_ONCE = 500
_MOST_TEXTS, _MOST_READ = 1_000, 50_000
_BANDS = tuple(dict.fromkeys(band for scale in SCALES.values() for band in scale.bands))
_WRITTEN, _WITH_OTHER = frozenset({"short_text", "long_text"}), frozenset({"single", "multiple"})
_NOBODY = "there is no such survey in this shop, and nobody answered one of that key"
_OF_ANSWERS = {"version": Split("version"), "channel": Split("channel"), "location_id": Split("location_id")}
Way = Literal["fact", "condition", "language"]


@attrs.frozen
class Known:
    """Say what is known of customers, and who can tell.

    Args:
        book: The facts there are.
        conditions: The names of conditions that plugins offer.
        holds: Tells whether one holds, by name, shop and customer; None is: it could not be told.
    """

    book: FactBook
    conditions: frozenset[str]
    holds: Callable[[str, str, UUID], bool | None]


class Reader:
    """Read what a shop's surveys came to.

    Args:
        database: Where the answers are.
        shop: The shop.
        known: What customers can be split by.
    """

    def __init__(self, database: Database, shop: Shop, known: Known) -> None:
        self._database = database
        self._shop = shop
        self._known = known

    def results(self, wanted: Wanted, by: str | None, surveys: Sequence[Survey]) -> Results:
        """Read results.

        Args:
            wanted: Which answers.
            by: What they are split by; None is nothing.
            surveys: The versions, the oldest first.

        Raises:
            NotFoundError: There is no such survey nor an answer to one, or nothing they can be split by.
        """
        split = self._split(wanted, by)
        frame = frame_of(wanted, by, surveys, self._shop.settings.language)
        unknown = "" if by is None else UNKNOWN
        with snapshot(self._database) as transaction:
            pages = answer_table.count_answers(
                transaction, wanted, split, list(frame.keys.items()), self._shop.settings.zone_info
            )
            tallies = tallies_by_part(pages, list(frame.keys), unknown)
            # By which channel somebody would answer was not known when they were asked: they are in no group.
            asked = answer_table.count_outcomes(transaction, wanted, split)
            outcomes = outcomes_by_part(asked, "" if by == "channel" else unknown)
            self._check_there(transaction, wanted, surveys)
        return self._made(frame, tallies, outcomes)

    def verbatims(
        self, wanted: Wanted, surveys: Sequence[Survey], sought: tuple[str | None, str | None], limit: int
    ) -> list[Verbatim]:
        """Read what people wrote, the newest first.

        Args:
            wanted: Which answers.
            surveys: The versions, the oldest first.
            sought: What is in the text, and the band of the score; None is anything.
            limit: How many at most.

        Raises:
            NotFoundError: There is no such survey nor an answer to one.
            InvalidError: There is no such band, or the limit is out of range.
        """
        search, band = sought
        if search is not None:
            checked_text(search, "search")
        if not isinstance(limit, int) or not 1 <= limit <= _MOST_TEXTS:
            raise InvalidError.of("limit", f"ask for 1 to {_MOST_TEXTS}")
        if band is not None and band not in _BANDS:
            raise InvalidError.of("band", f"give one of {', '.join(_BANDS)}")
        keys = {
            one.question.key: one.question.kind in _WITH_OTHER
            for one in asked_in(surveys)
            if one.question.kind in _WRITTEN or one.question.kind in _WITH_OTHER
        }
        with snapshot(self._database) as transaction:
            pages = answer_table.read_texts(transaction, wanted, _MOST_READ)
            with contextlib.closing(pages):
                found = list(itertools.islice(verbatims_in(pages, keys, search, band), limit))
            self._check_there(transaction, wanted, surveys)
        return found

    def _check_there(self, transaction: Transaction, wanted: Wanted, surveys: Sequence[Survey]) -> None:
        if not surveys and not answer_table.is_answered(transaction, wanted):
            raise NotFoundError(_NOBODY)

    def _made(self, frame: Frame, tallies: Mapping[str, Tally], outcomes: Mapping[str, Counter[Any]]) -> Results:
        names = sorted({*tallies, *outcomes} - {""}, key=_place)
        groups = {
            name: make_results(frame, tallies.get(name, Tally()), outcomes.get(name, Counter()), {}) for name in names
        }
        return make_results(frame, Tally.together(tallies.values()), _together(outcomes.values()), groups)

    def _way(self, by: str | None) -> Way | None:
        """Tell how customers are split; None where answers are split by what they say themselves."""
        if by is not None:
            checked_text(by, "by")
        if by is None or by in _OF_ANSWERS:
            return None
        if by == "language":
            return "language"
        if by in self._known.conditions:
            return "condition"
        family = ".".join([*by.split(".")[:-1], "<currency>"])
        if by in self._known.book.by_name or by.startswith("attributes.") or family in self._known.book.by_name:
            return "fact"
        raise NotFoundError(
            "results are split by a fact, a plugin's condition, version, channel, language or location_id"
        )

    def _split(self, wanted: Wanted, by: str | None) -> Split:
        """Say what answers are split by; where it is by what is known of customers now, ask that first."""
        way = self._way(by)
        if way is None:
            return _OF_ANSWERS.get(by or "", Split())
        with snapshot(self._database) as transaction:
            customers = sorted(answer_table.read_customers(transaction, wanted))
        # Plugins are asked outside of any transaction: nobody knows how long they take.
        if way == "condition":
            values = {one: self._known.holds(by or "", self._shop.key, one) for one in customers}
        else:
            with self._database.read() as transaction:
                values = self._values(transaction, customers, way, by or "")
        return Split("customer", groups_of(values, self._shop.settings.zone_info))

    def _values(self, transaction: Transaction, customers: Sequence[UUID], way: Way, by: str) -> dict[UUID, Any]:
        shop, settings = self._shop.key, self._shop.settings
        values: dict[UUID, Any] = {}
        for start in range(0, len(customers), _AT_ONCE):
            some = customers[start : start + _AT_ONCE]
            if way == "language":
                values |= dict.fromkeys(some) | languages_of(transaction, shop, some)
            else:
                found = facts_of_many(transaction, shop, settings, some, self._known.book)
                values |= {one: found[one].get(by) for one in some}
        return values


def moment_in(shop: Shop, field: str, at: dt.date | None) -> dt.datetime | None:
    """Give a time: of a day its begin in the shop's zone.

    Args:
        shop: The shop.
        field: What it is called where it can not be.
        at: A day, or a time with its zone.

    Raises:
        InvalidError: It is no time, or has no zone.
    """
    if at is None:
        return None
    if isinstance(at, dt.datetime):
        if at.utcoffset() is None:
            raise InvalidError.of(field, "give the time with its zone, or a day")
        return at.astimezone(dt.UTC)
    if not isinstance(at, dt.date):
        raise InvalidError.of(field, "give a time with its zone, or a day")
    return dt.datetime.combine(at, dt.time(), shop.settings.zone_info).astimezone(dt.UTC)


def _together(outcomes: Iterable[Counter[Any]]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for some in outcomes:
        found.update(some)
    return found


def _place(name: str) -> tuple[bool, list[float], str]:
    """Sort groups by the number or day their name begins with; what is not known comes last."""
    head = name.split(" to ", maxsplit=1)[0].replace(",", "").split(" ")[0]
    try:
        return name == UNKNOWN, [float(head)], name
    except ValueError:
        return name == UNKNOWN, [], name
