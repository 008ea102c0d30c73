"""What a channel keeps whose provider is away, slow, wrong, or asks to wait."""

from __future__ import annotations

from ecrm.hookspecs import Receipt
from ecrm.testing.contracts.channelcase import WAIT_S, ChannelStage, Mishap

__all__ = ["Enduring"]

_SLACK_S = 0.5


class Enduring:
    """Test a channel that reaches a provider."""

    asks_to_wait: bool = True
    tells_failures_apart: bool = True

    def test_a_provider_that_is_away_delays(self, channel_stage: ChannelStage) -> None:
        """Nothing went out, so that trying again does no harm."""
        assert channel_stage.case.nowhere, "give settings under which nobody answers: ChannelCase(nowhere=…)"
        line = channel_stage.line(**channel_stage.case.nowhere)
        receipts = channel_stage.deliver(channel_stage.message(), channel_stage.message(), line=line)
        wanted = "delayed" if self.tells_failures_apart else "uncertain"
        assert [one.status for one in receipts] == [wanted] * 2, f"nobody answers, and it is not {wanted}"
        if self.tells_failures_apart:
            assert {one.reason for one in receipts} == {"away"}, "say reason='away', so that the channel may rest"

    def test_a_provider_that_asks_to_wait_is_waited_for(self, channel_stage: ChannelStage) -> None:
        """As long as it asks; by a 429 with Retry-After where it speaks HTTP."""
        receipt = self._befallen(channel_stage, "limit")
        if not self.tells_failures_apart:
            self._assert_uncertain(channel_stage, receipt)
            return
        assert receipt.status == "delayed", f"it is asked to wait, and the message is {receipt.status}"
        if self.asks_to_wait:
            assert receipt.wait_s == WAIT_S, f"it is asked to wait {WAIT_S} s, and waits {receipt.wait_s}"

    def test_a_provider_that_fails_is_not_the_end_of_the_message(self, channel_stage: ChannelStage) -> None:
        """What is a failure of theirs is no refusal."""
        _assert_open(self._befallen(channel_stage, "error"))

    def test_a_line_that_breaks_after_the_message_leaves_it_uncertain(self, channel_stage: ChannelStage) -> None:
        """It may have gone out."""
        self._assert_uncertain(channel_stage, self._befallen(channel_stage, "reset"))

    def test_an_answer_that_says_nothing_leaves_it_uncertain(self, channel_stage: ChannelStage) -> None:
        """It is neither accepted nor refused."""
        self._assert_uncertain(channel_stage, self._befallen(channel_stage, "garbage"))

    def test_a_provider_that_is_silent_leaves_it_uncertain_within_the_deadline(
        self, channel_stage: ChannelStage
    ) -> None:
        """The channel gives up by itself, before it is stopped."""
        channel_stage.befall("silence")
        receipt, took_s = channel_stage.timed(channel_stage.message())
        self._assert_uncertain(channel_stage, receipt)
        deadline_s = channel_stage.channel.deadline_s
        assert took_s < deadline_s + _SLACK_S, f"it waits {took_s:.1f} s, and its deadline is {deadline_s} s"
        channel_stage.recover()

    def _befallen(self, stage: ChannelStage, mishap: Mishap) -> Receipt:
        stage.befall(mishap)
        (receipt,) = stage.deliver(stage.message())
        stage.recover()
        (after,) = stage.deliver(stage.message())
        assert after.status in {"accepted", "delivered"}, f"after that the next message is {after.status}"
        return receipt

    def _assert_uncertain(self, stage: ChannelStage, receipt: Receipt) -> None:
        allowed = {"uncertain", "delayed"} if stage.channel.is_repeatable else {"uncertain"}
        assert receipt.status in allowed, f"nobody can know what became of it, and it is {receipt.status}"


def _assert_open(receipt: Receipt) -> None:
    assert not receipt.is_final, f"the provider fails, and the message is {receipt.status}"
