from __future__ import annotations

import pytest

from ecrm.testing import PluginContract


class TestActivity(PluginContract):
    has_facts = True

    @pytest.fixture
    def plugin(self):
        return "activity"
