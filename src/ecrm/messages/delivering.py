"""Deliver: authorise in one commit, hand over to the channels outside any transaction, settle what came of it.

Each channel of each shop is served by itself, beside the others, so that a slow provider keeps nobody else.
"""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs

from ecrm.deadlines import DeadlineError, EndedError, Runner
from ecrm.errors import EcrmError, UnavailableError
from ecrm.hookspecs import Channel, Line, Outgoing, Receipt
from ecrm.messages.authorising import Authoriser
from ecrm.messages.composing import Composed, Composer
from ecrm.messages.deployment import Deployment
from ecrm.messages.judging import Rules
from ecrm.messages.model.circuit import FAILURES_TO_OPEN
from ecrm.messages.settling import Result, Settler
from ecrm.messages.tables.message import SENDING, MessageRow

__all__ = ["Delivered", "Deliverer"]


# What is not handed over by then goes back, so that the lease outlives it.
BUDGET_S = 20.0
MOST_AT_ONCE = 8
Key = tuple[str, str]


@attrs.frozen
class Delivered:
    """Count what one round did.

    Args:
        looked_at: Messages that were due and changed: sent, put off, or never to go.
        sent: Those a provider has.
        failed: Those that are tried again, failed, or are uncertain.
    """

    looked_at: int = 0
    sent: int = 0
    failed: int = 0


class Deliverer:
    """Deliver messages.

    Args:
        authoriser: Says which may go.
        composer: Makes what a channel is given.
        settler: Keeps what came of it.
        rules: The channels, and what shops arranged.
        line_of: Gives what a channel may know of a shop, by channel and shop.
        deployment: Whether this database may send at all.
        leave: Gives back what a thread opened, when it ends.
    """

    def __init__(
        self,
        authoriser: Authoriser,
        composer: Composer,
        settler: Settler,
        rules: Rules,
        line_of: Callable[[str, str], Line],
        deployment: Deployment,
        leave: Callable[[], None],
    ) -> None:
        self._authoriser = authoriser
        self._composer = composer
        self._settler = settler
        self._rules = rules
        self._line_of = line_of
        self._deployment = deployment
        self._leave = leave

    def deliver(self) -> Delivered:
        """Deliver one batch; nothing due gives zeros."""
        if not (self._rules.channels and self._deployment.is_home()):
            return Delivered()
        left = self._settler.settle_left()
        changed = self._authoriser.authorise()
        groups: dict[Key, list[MessageRow]] = defaultdict(list)
        for row in changed:
            if row.state == SENDING and row.channel is not None:
                groups[row.shop, row.channel].append(row)
        done = [Delivered(left + len(changed)), *self._serve_all(groups, time.monotonic() + BUDGET_S)]
        return Delivered(*(sum(counts) for counts in zip(*map(attrs.astuple, done), strict=True)))

    def _serve_all(self, groups: dict[Key, list[MessageRow]], until_s: float) -> Iterable[Delivered]:
        if len(groups) < 2:  # noqa: PLR2004 - one alone needs no thread
            return [self._serve(key, rows, until_s) for key, rows in groups.items()]
        with ThreadPoolExecutor(min(len(groups), MOST_AT_ONCE), "ecrm-deliver") as pool:
            return list(pool.map(lambda item: self._serve_apart(item[0], item[1], until_s), groups.items()))

    def _serve_apart(self, key: Key, rows: Sequence[MessageRow], until_s: float) -> Delivered:
        try:
            return self._serve(key, rows, until_s)
        finally:
            self._leave()

    def _serve(self, key: Key, rows: Sequence[MessageRow], until_s: float) -> Delivered:
        shop, name = key
        channel, sent, failed = self._rules.channels[name], 0, 0
        handing = _Handing(channel, self._line_of(name, shop), until_s, self._leave)
        start = 0
        while start < len(rows):
            if handing.is_over():
                # What its turn does not come for goes back at once, however many they are.
                part = rows[start:]
                results = [Result(row, None, "") for row in part]
            else:
                part = rows[start : start + channel.batch]
                results = list(self._results(handing, self._composer.compose(part, channel)))
            start += len(part)
            counts = self._settler.settle(key, channel, results, handing.tally())
            sent, failed = sent + counts.sent, failed + counts.failed
        return Delivered(0, sent, failed)

    def _results(self, handing: _Handing, composed: Sequence[Composed]) -> Iterator[Result]:
        for one in composed:
            if one.outgoing is None:
                yield Result(one.row, None, one.problem)
        ready = [(one.row, one.outgoing) for one in composed if one.outgoing is not None]
        answers = handing.hand_over([outgoing for _, outgoing in ready])
        for (row, _), answer in itertools.zip_longest(ready, answers):
            yield Result(row, answer[0], answer[1]) if answer is not None else Result(row, None, "")


class _Handing:
    """Hand messages over to one channel until a moment of the machine, and count how it does."""

    def __init__(self, channel: Channel, line: Line, until_s: float, leave: Callable[[], None]) -> None:
        self._channel = channel
        self._line = line
        self._until_s = until_s
        self._runner = Runner(f"ecrm-{channel.name}", leave)
        self._failed_in_a_row = 0
        self._has_answered = False
        self._error: str | None = None

    def tally(self) -> tuple[bool, int, str | None]:
        """Tell whether the provider answered at all, how often in a row it last did not, and with what."""
        return self._has_answered, self._failed_in_a_row, self._error

    def is_over(self) -> bool:
        """Tell whether the time for this round is used up."""
        return time.monotonic() >= self._until_s

    def hand_over(self, messages: Sequence[Outgoing]) -> list[tuple[Receipt, str]]:
        """Give a receipt and what is to be said of it, of as many messages as could be handed over."""
        answers: list[tuple[Receipt, str]] = []
        while len(answers) < len(messages) and not self._is_stopped():
            rest = messages[len(answers) :]
            given, failure = self._call(rest)
            answers += [(receipt, "") for receipt in given]
            if failure is not None:
                answers.append(failure)
            elif len(given) < len(rest) and not self._is_stopped():
                # It ended early without a word of the others: they are tried again.
                answers.append((Receipt("delayed", reason="other"), "the channel gave no receipt for it"))
                self._note(is_failure=True, error="the channel gave no receipt")
        return answers

    def _is_stopped(self) -> bool:
        return self._failed_in_a_row >= FAILURES_TO_OPEN or self.is_over()

    def _call(self, messages: Sequence[Outgoing]) -> tuple[list[Receipt], tuple[Receipt, str] | None]:
        given: list[Receipt] = []

        def work() -> None:
            for receipt in itertools.islice(iter(self._channel.deliver(messages, self._line)), len(messages)):
                if not isinstance(receipt, Receipt):
                    raise TypeError
                given.append(receipt)
                down = _down_at_the_end(given)
                if down + (self._failed_in_a_row if down == len(given) else 0) >= FAILURES_TO_OPEN:
                    # The rest is not given to a provider that is down.
                    return
                if self.is_over():
                    return

        failure: tuple[Receipt, str] | None = None
        try:
            self._runner.call(work, deadline_s=self._channel.deadline_s, steps=lambda: len(given))
        except Exception as error:  # noqa: BLE001 - a channel may raise anything: the others must go on
            failure = _failure(error, self._channel)
        receipts = list(given)[: len(messages)]
        for receipt in receipts:
            is_down = _is_down(receipt)
            self._note(is_failure=is_down, error="the provider is away" if is_down else None)
        if failure is not None and len(receipts) < len(messages):
            self._note(is_failure=True, error=failure[1])
            return receipts, failure
        return receipts, None

    def _note(self, *, is_failure: bool, error: str | None) -> None:
        if is_failure:
            self._failed_in_a_row += 1
            self._error = error
        else:
            self._failed_in_a_row = 0
            self._has_answered = True


def _is_down(receipt: Receipt) -> bool:
    # Who says nothing is as away as who says so.
    return receipt.status == "uncertain" or (receipt.status == "delayed" and receipt.reason in {"away", "account"})


def _down_at_the_end(receipts: Sequence[Receipt]) -> int:
    return sum(1 for _ in itertools.takewhile(_is_down, reversed(receipts)))


def _failure(error: Exception, channel: Channel) -> tuple[Receipt, str]:
    if isinstance(error, DeadlineError):
        return Receipt("uncertain"), f"{channel.name} did not answer within {channel.deadline_s:g} s"
    if isinstance(error, EndedError):
        return Receipt("delayed", reason="other"), f"{channel.name} tried to end the program"
    if isinstance(error, UnavailableError):
        return Receipt("delayed", reason="away", wait_s=_bounded(error.retry_after_s)), str(error)
    if isinstance(error, EcrmError):
        return Receipt("delayed", reason="account"), str(error)
    return Receipt("delayed", reason="other"), f"{channel.name} failed with {type(error).__name__}"


def _bounded(wait_s: float | None) -> float | None:
    return None if wait_s is None else min(max(wait_s, 0.0), 2_678_400.0)
