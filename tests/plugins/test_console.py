from __future__ import annotations

import re

import pytest

from ecrm.testing import Arrival, ChannelCase, ChannelContract


class TestContract(ChannelContract):
    """It prints."""

    reaches_out = knows_addresses = refuses_at_once = False

    @pytest.fixture
    def channel(self, capsys):
        seen = []

        def arrived():
            printed = re.findall(r"To: (.*)\n([\s\S]*?)\n(?=To: |\Z)", capsys.readouterr().out)
            seen.extend(Arrival(to, text) for to, text in printed)
            return seen

        return ChannelCase("console", ["ayse@example.com", "+905321112233"], arrived)
