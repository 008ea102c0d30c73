"""The contract of a channel: what every way to reach customers keeps, ours and others'. Subclass it."""

from __future__ import annotations

from typing import Any

import pytest

from ecrm.testing.contracts.channelcase import ChannelCase, ChannelStage
from ecrm.testing.contracts.delivering import Delivering
from ecrm.testing.contracts.enduring import Enduring

__all__ = ["ChannelContract"]


class ChannelContract(Delivering, Enduring):
    """Test a channel. A subclass, called `Test…`, gives the fixture `channel`, a `ChannelCase`, and says what it does.

    Attributes:
        reaches_out: Whether it hands messages to somebody else, who may be away.
        knows_addresses: Whether it goes to the address of a message; a console does not.
        refuses_at_once: Whether its provider says at once that it does not deliver to somebody.
        asks_to_wait: Whether its provider can say for how long it is to be let alone.
        tells_failures_apart: Whether it learns why a message did not go out; else each failure leaves it uncertain.
    """

    reaches_out: bool = True

    def __init_subclass__(cls, **given: Any) -> None:
        """Leave out the tests of a provider where there is none."""
        super().__init_subclass__(**given)
        for name in () if cls.reaches_out else vars(Enduring):
            if name.startswith("test_") and name not in vars(cls):
                setattr(cls, name, None)

    @pytest.fixture
    def channel(self) -> ChannelCase:
        """Give what is tested; every contract overrides it."""
        pytest.fail("give a fixture `channel`: a ChannelCase with the plugin, addresses, and what arrived")

    @pytest.fixture
    def channel_stage(self, channel: ChannelCase) -> ChannelStage:
        """Set the stage."""
        return ChannelStage(channel)

    def test_it_does_what_the_contract_says(self, channel_stage: ChannelStage) -> None:
        """So that nothing of it goes untested, silently."""
        case = channel_stage.case
        has_provider = case.server is not None or bool(case.mishaps)
        assert self.reaches_out == has_provider, f"the case says otherwise: write reaches_out = {has_provider}"
        assert self.refuses_at_once == (case.refused is not None), "give `refused`, or write refuses_at_once = False"
        assert self.knows_addresses == bool(case.bad), "give `bad`, or write knows_addresses = False"
