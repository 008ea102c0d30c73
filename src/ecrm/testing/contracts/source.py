"""The contract of a source: what every webhook and every pull keeps, ours and others'. Subclass it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ecrm.testing.contracts.case import SourceCase, SourceStage
from ecrm.testing.contracts.pulling import Pulling
from ecrm.testing.contracts.receiving import Receiving
from ecrm.testing.contracts.stage import Staged

__all__ = ["SourceContract"]


class SourceContract(Receiving, Pulling, Staged):
    """Test a source. A subclass, called `Test…`, gives the fixture `source`, a `SourceCase`, and says what it does.

    Attributes:
        receives: Whether it receives webhooks.
        pulls: Whether it is pulled.
        signs_bodies: Whether what signs a delivery covers its body; an API key in a header does not.
        signs_in_headers: Whether it stands in headers or the query; else `sign` puts it into the body.
        databases: On which kinds of database the tests run.
    """

    receives: bool = True
    pulls: bool = False
    signs_bodies: bool = True
    signs_in_headers: bool = True
    # The stage of plugins is not set: a project may call a fixture of its own so.
    plugin = stage = None  # type: ignore[assignment]

    def __init_subclass__(cls, **given: Any) -> None:
        """Leave out the tests of what the source does not do."""
        super().__init_subclass__(**given)
        for does, tests in ((cls.receives, Receiving), (cls.pulls, Pulling)):
            for name in () if does else vars(tests):
                if name.startswith("test_") and name not in vars(cls):
                    setattr(cls, name, None)

    @pytest.fixture
    def source(self) -> SourceCase:
        """Give what is tested; every contract overrides it."""
        pytest.fail("give a fixture `source`: a SourceCase with the plugin, its secrets, and what it is sent")

    @pytest.fixture
    def source_stage(self, source: SourceCase, contract_databases: Callable[[], str]) -> Iterator[SourceStage]:
        """Set the stage."""
        made = SourceStage(source, contract_databases)
        yield made
        made.close()

    def test_it_does_what_the_contract_says(self, source_stage: SourceStage) -> None:
        """So that nothing of it goes untested, silently."""
        record = source_stage.contributions.sources[source_stage.source].record
        for flag, does in (("receives", record.verify is not None), ("pulls", record.pull is not None)):
            assert getattr(self, flag) == does, f"the source says otherwise: write {flag} = {does}"
