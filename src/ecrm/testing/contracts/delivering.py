"""What every channel keeps: a receipt for each message, whatever it is and wherever it goes."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from ecrm.errors import SetupError
from ecrm.hookspecs import Outgoing, Receipt
from ecrm.testing.contracts.case import logged
from ecrm.testing.contracts.channelcase import MISHAPS, Arrival, ChannelStage

__all__ = ["Delivering"]

LETTERS = "Ağır İşçi ığüşöç ÀÉ 你好 👋🏽 <b>&amp;</b> “%s {0}” \\n"
_INJECTED = ("", " ", "\r\n", "ayse@example.com\r\nBcc: all@example.com", "+90532\n1112233", "a" * 5_000)


class Delivering:
    """Test what a channel does with messages."""

    knows_addresses: bool = True
    refuses_at_once: bool = True

    def test_each_message_gets_a_receipt_in_its_order(self, channel_stage: ChannelStage) -> None:
        """And it arrives, once."""
        first, second, *_ = channel_stage.case.to
        messages = [channel_stage.message(to) for to in (first, second, first)]
        receipts = channel_stage.deliver(*messages)
        assert len(receipts) == len(messages), f"3 messages, and {len(receipts)} receipts"
        _assert_accepted(receipts)
        arrivals = channel_stage.case.arrived()
        for message in messages:
            found = [one for one in arrivals if message.text in one.text]
            assert len(found) == 1, f"a message that is accepted has arrived {len(found)} times"

    def test_nothing_to_deliver_gets_nothing(self, channel_stage: ChannelStage) -> None:
        """And is no error."""
        assert channel_stage.deliver() == []

    def test_an_address_that_can_not_be_gets_a_receipt_and_fails_nobody_else(self, channel_stage: ChannelStage) -> None:
        """Not an exception: whoever comes after it would be delivered to again. Not asked of those without any."""
        if not self.knows_addresses:
            return
        assert channel_stage.case.bad, "give addresses that can not be: ChannelCase(bad=[…])"
        bad = [channel_stage.message(to) for to in (*channel_stage.case.bad, *_INJECTED)]
        _assert_only_refused(channel_stage, bad)

    def test_an_address_that_the_provider_refuses_fails_nobody_else(self, channel_stage: ChannelStage) -> None:
        """Whatever comes before and after it is delivered. Not asked where none is: `refuses_at_once`."""
        if not self.refuses_at_once:
            return
        assert channel_stage.case.refused is not None, "give an address that it refuses: ChannelCase(refused=…)"
        _assert_only_refused(channel_stage, [channel_stage.message(channel_stage.case.refused)])

    def test_every_letter_arrives_as_it_was_written(self, channel_stage: ChannelStage) -> None:
        """Of whatever alphabet."""
        _assert_accepted(channel_stage.deliver(channel_stage.message(text=LETTERS)))
        assert any(LETTERS in one.text for one in channel_stage.case.arrived()), "the letters arrive as others"

    def test_one_that_is_handed_over_again_is_known_again(self, channel_stage: ChannelStage) -> None:
        """By its id, where `is_repeatable` says that the provider delivers it once."""
        if not channel_stage.channel.is_repeatable:
            return
        one, other = channel_stage.message(), channel_stage.message()
        for message in (one, attrs.evolve(one, tries=1), other):
            channel_stage.deliver(message)
        keys = _keys_of(channel_stage.case.arrived(), one, other)
        assert None not in keys, "it says is_repeatable, and the provider is given no key"
        assert len(set(keys)) == 2, "give the message's id as the key: the same one for each try"  # noqa: PLR2004

    def test_a_shop_that_has_not_set_it_up_is_told_so(self, channel_stage: ChannelStage) -> None:
        """By a SetupError, before anything goes out. Not asked where nothing needs to be set."""
        if channel_stage.case.settings or channel_stage.case.secrets:
            with pytest.raises(SetupError):
                channel_stage.deliver(channel_stage.message(), line=channel_stage.bare_line())
            assert not channel_stage.case.arrived(), "nothing is set, and a message went out"

    def test_nothing_secret_or_personal_is_in_logs_reprs_or_errors(self, channel_stage: ChannelStage) -> None:
        """Not at DEBUG: libraries of HTTP log addresses, so no secret and nobody's address is in one."""
        case = channel_stage.case
        told = [*case.to, *case.bad, *([case.refused] if case.refused else ()), "Merhaba"]
        with logged() as words:
            for message in [channel_stage.message(to) for to in told[:-1]]:
                words += [repr(message), repr(channel_stage.deliver(message))]
            for mishap in MISHAPS if case.server is not None or case.mishaps else ():
                channel_stage.befall(mishap)
                words.append(repr(channel_stage.deliver(channel_stage.message())))
                channel_stage.recover()
            words += [repr(channel_stage.channel), repr(channel_stage.line()), repr(case.plugin)]
        said = "\n".join(words)
        for name, value in case.secrets.items():
            assert value not in said, f"the secret {name} is in a log or a repr"
        for place, value in enumerate(one for one in told if one.strip()):
            assert value not in said, f"an address or a text is in a log or a repr: number {place} of to, bad, refused"


def _assert_only_refused(stage: ChannelStage, bad: Sequence[Outgoing]) -> None:
    before, after = stage.message(), stage.message(stage.case.to[1])
    first, *receipts, last = stage.deliver(before, *bad, after)
    _assert_accepted([first, last])
    assert len(receipts) == len(bad), "a message that can not be delivered needs a receipt, as every one does"
    for receipt in receipts:
        said = f"an address that can not be delivered to is {receipt.status}, because of {receipt.reason}"
        assert (receipt.status, receipt.reason) == ("refused", "address"), said
    arrived = "\n".join(one.text for one in stage.case.arrived())
    assert all(message.text not in arrived for message in bad), "what is refused went out"
    assert all(message.text in arrived for message in (before, after)), "one that is refused keeps another back"


def _assert_accepted(receipts: Sequence[Receipt]) -> None:
    for receipt in receipts:
        assert receipt.status in {"accepted", "delivered"}, f"a good message is {receipt.status}: {receipt.raw}"


def _keys_of(arrivals: Sequence[Arrival], *messages: Outgoing) -> list[str | None]:
    return [one.key for one in arrivals if any(message.text in one.text for message in messages)]
