"""Kept facts: what a keeping reaction says of a customer, asked about the newest interaction of theirs.

It is asked again whenever anything of the customer changed, also by a merge, an unmerge or a void. So a
kept fact depends on the history alone, not on the order in which it arrived.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import itemgetter
from uuid import UUID

import attrs

from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.lock import hold_shop
from ecrm.database import Transaction
from ecrm.errors import InvalidError
from ecrm.hookspecs import Follower, Reaction, Regrouping
from ecrm.interactions.model.entry import VOIDED
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables.paging import Page, newest_of_profiles
from ecrm.reactions.collecting import Question, collect
from ecrm.reactions.failing import row_of
from ecrm.reactions.model.cause import Cause, Failure, Outcome
from ecrm.reactions.model.effect import Keep
from ecrm.reactions.parts import Owned, Parts
from ecrm.reactions.tables import parked as parked_table
from ecrm.reactions.tables import stale as stale_table
from ecrm.reactions.tables.reading import Seen
from ecrm.reactions.tables.stale import StaleRow

__all__ = ["Keeper", "Said", "Turn", "stale_follower"]

STALE_AT_ONCE = 200
_PAGE = 20
_MARKS = 1 << 62
Customer = tuple[str, UUID]


@attrs.frozen
class Said:
    """Hold what a reaction says of customers.

    Args:
        facts: By shop and customer, each fact it keeps; None is forgotten.
        profile_of: The profile each was asked by; None where nothing is left to ask about.
        outcomes: What it returned.
        failures: Whom it failed on.
        left: Whom there was no time for.
        requests: The requests that are done with it.
        has_hung: Whether it did not come back.
        is_given_up: Whether the failures are parked at once.
    """

    facts: dict[Customer, dict[str, object]]
    profile_of: dict[Customer, UUID | None]
    outcomes: tuple[Outcome, ...] = ()
    failures: tuple[Failure, ...] = ()
    left: tuple[Customer, ...] = ()
    requests: tuple[StaleRow, ...] = ()
    has_hung: bool = False
    is_given_up: bool = False

    @property
    def count(self) -> int:
        """Give how many customers were asked about."""
        return len(self.facts) + len(self.failures)


@attrs.frozen
class Turn:
    """Hold one customer to be asked about alone.

    Args:
        place: What tells the turn from others: a position of the log, or the negative number of a request.
        shop: Whose customer.
        customer_id: The customer.
        requests: The request that is done with it.
    """

    place: int
    shop: str
    customer_id: UUID
    requests: tuple[StaleRow, ...] = ()


class Keeper:
    """Ask keeping reactions, and write what they say."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def triggers(self, reaction: Reaction) -> Collection[str]:
        """Give the kinds after which a keeping reaction is asked: its own, and voids; all where empty."""
        return {*reaction.kinds, VOIDED} if reaction.kinds else ()

    def has_stale(self, reaction: str) -> bool:
        """Tell whether customers wait to be asked about again."""
        with self._parts.library.database.read() as transaction:
            return bool(stale_table.stale_rows(transaction, reaction, 1))

    def ask(self, owned: Owned, seen: Sequence[Seen]) -> Said:
        """Ask about each customer that anything was seen of, and those who wait to be asked about again."""
        with self._parts.library.database.read() as transaction:
            customers = _customers_of(transaction, seen)
        requests, heard = self._requests(owned)
        wanted = list(dict.fromkeys([*customers, *((row.shop, row.customer_id) for row in heard)]))
        return attrs.evolve(self.ask_about(owned, wanted), requests=tuple(requests))

    def turns(self, owned: Owned, seen: Sequence[Seen]) -> list[Turn]:
        """Give the same customers one by one: one of them may have ended the worker before."""
        last: dict[Customer, int] = {}
        with self._parts.library.database.read() as transaction:
            for one in seen:
                last |= dict.fromkeys(_customers_of(transaction, [one]), one.interaction.position)
        turns = [Turn(place, *customer) for customer, place in sorted(last.items(), key=itemgetter(1))]
        requests, heard = self._requests(owned)
        silent = tuple(row for row in requests if row not in heard)
        # A request has no place on the log: the number of its mark stands for it.
        turns += [Turn(-(row.mark.int % _MARKS) - 1, row.shop, row.customer_id, (row, *silent)) for row in heard]
        return turns

    def give_up(self, owned: Owned, turn: Turn, error: str) -> Said:
        """Give what is said of a customer who is not asked about any more."""
        newest = self._newest(turn.shop, turn.customer_id, owned.record.kinds)
        if newest is None:
            return Said({}, {}, requests=turn.requests)
        failure = Failure(Cause.of_interaction(turn.shop, owned.record.name, newest), error)
        return Said({}, {}, failures=(failure,), requests=turn.requests, is_given_up=True)

    def _requests(self, owned: Owned) -> tuple[list[StaleRow], list[StaleRow]]:
        with self._parts.library.database.read() as transaction:
            requests = stale_table.stale_rows(transaction, owned.record.name, STALE_AT_ONCE)
        # Where the plugin is off nobody is asked, as about what happens there.
        on = self._parts.shops_on(owned.plugin, {row.shop for row in requests})
        return requests, [row for row in requests if row.shop in on]

    def ask_about(self, owned: Owned, customers: Iterable[Customer]) -> Said:
        """Ask about customers, each by their newest interaction."""
        reaction = owned.record
        said = Said({}, {})
        questions: list[Question] = []
        asked: list[Customer] = []
        for shop, customer in customers:
            newest = self._newest(shop, customer, reaction.kinds)
            said.profile_of[shop, customer] = None if newest is None else newest.profile_id
            if newest is None:
                said.facts[shop, customer] = dict.fromkeys(reaction.keeps)
                continue
            asked.append((shop, customer))
            questions.append(self._question(owned, shop, newest))
        collected = collect(self._parts.runner, questions, reaction.deadline_s, (Keep,))
        whose = {id(question.cause): one for question, one in zip(questions, asked, strict=True)}
        failures = list(collected.failures)
        # What is not said is forgotten; of whom it fails on, all stays as it is.
        said.facts.update((one, dict.fromkeys(reaction.keeps)) for one in asked[: collected.count])
        for failure in failures:
            del said.facts[whose[id(failure.cause)]]
        for outcome in collected.outcomes:
            try:
                said.facts[whose[id(outcome.cause)]] = self._checked(owned, outcome)
            except InvalidError as error:
                del said.facts[whose[id(outcome.cause)]]
                failures.append(Failure(outcome.cause, str(error)))
        left = tuple(asked[collected.count :])
        return attrs.evolve(
            said, outcomes=collected.outcomes, failures=tuple(failures), left=left, has_hung=collected.has_hung
        )

    def write(self, transaction: Transaction, owned: Owned, said: Said) -> None:
        """Write what was said, of customers who still are who they were when it was asked."""
        rows: dict[str, dict[UUID, dict[str, object]]] = defaultdict(dict)
        for (shop, customer), facts in said.facts.items():
            rows[shop][customer] = facts
        for shop in sorted(rows):
            # Nobody merges or parts them until this transaction ends.
            hold_shop(transaction, shop)
            standing = _standing(transaction, shop, rows[shop], said)
            self._parts.keep(transaction, shop, owned.plugin, {id_: rows[shop][id_] for id_ in standing})
        stale_table.drop_stale(transaction, said.requests)
        if said.left:
            new_id, name = self._parts.library.kit.new_id, owned.record.name
            stale_table.mark_stale(transaction, [StaleRow(name, *one, new_id()) for one in said.left])
        for failure in said.failures:
            row = row_of(failure, self._parts.now(), is_given_up=said.is_given_up)
            parked_table.set_aside(transaction, row)

    def _newest(self, shop: str, customer: UUID, kinds: Collection[str]) -> Interaction | None:
        before = None
        wanted = tuple(sorted(kinds)) or None
        with self._parts.library.database.read() as transaction:
            profiles = [row.id for row in profile_table.profiles_of(transaction, shop, [customer])]
            while True:
                page = newest_of_profiles(transaction, shop, profiles, Page(_PAGE, before, wanted))
                found = next((one for one in page if not one.is_voided and one.kind != VOIDED), None)
                if found is not None or len(page) < _PAGE:
                    return found
                before = page[-1].at, page[-1].id

    def _question(self, owned: Owned, shop: str, newest: Interaction) -> Question:
        reaction = owned.record
        ask = self._parts.questions(shop, owned.plugin, newest.profile_id, self._parts.now())
        cause_of = functools.partial(Cause.of_interaction, shop, reaction.name, newest)
        return Question(cause_of, functools.partial(reaction.react, newest, ask))

    def _checked(self, owned: Owned, outcome: Outcome) -> dict[str, object]:
        facts: dict[str, object] = dict.fromkeys(owned.record.keeps)
        declared = self._parts.library.kit.book.by_name
        for effect in outcome.effects:
            assert isinstance(effect, Keep)  # noqa: S101 - nothing else is allowed
            if effect.fact not in facts:
                raise InvalidError.of("fact", "keep facts that are named in the reaction's keeps")
            facts[effect.fact] = None if effect.value is None else declared[effect.fact].check(effect.value)
        return facts


def stale_follower(reactions: Iterable[Owned], new_id: Callable[[], UUID]) -> Follower:
    """Make the follower that asks keeping reactions again about customers who were merged or parted.

    Args:
        reactions: The reactions of every plugin.
        new_id: Makes ids.
    """
    names = sorted(one.record.name for one in reactions if one.record.keeps)

    def follow(transaction: Transaction, regrouping: Regrouping) -> None:
        stale_table.mark_stale(
            transaction,
            [StaleRow(name, regrouping.shop, id_, new_id()) for name in names for id_ in sorted(regrouping.touched)],
        )

    return Follower("ecrm_stale", follow)


def _customers_of(transaction: Transaction, seen: Sequence[Seen]) -> list[Customer]:
    profiles: dict[str, set[UUID]] = defaultdict(set)
    for one in seen:
        profiles[one.shop].add(one.interaction.profile_id)
    return [
        (shop, row.customer_id)
        for shop, ids in profiles.items()
        for row in profile_table.profiles_by_id(transaction, shop, ids)
    ]


def _standing(transaction: Transaction, shop: str, customers: Collection[UUID], said: Said) -> list[UUID]:
    held: dict[UUID, set[UUID]] = defaultdict(set)
    for row in profile_table.profiles_of(transaction, shop, customers):
        held[row.customer_id].add(row.id)
    # One who was merged or parted since is marked, and is asked about again.
    return [
        id_
        for id_ in customers
        if id_ in held and (said.profile_of[shop, id_] is None or said.profile_of[shop, id_] in held[id_])
    ]
