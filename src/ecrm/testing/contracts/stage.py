"""The stage of a contract: CRMs on empty databases of both kinds, shops in them, and ways to tell a history."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import pytest

from ecrm.crm import CRM
from ecrm.hookspecs import Fact
from ecrm.interactions.events import Event
from ecrm.registry import Contributions, collect
from ecrm.testing.clock import FrozenClock
from ecrm.testing.contracts.databases import postgresql_databases, sqlite_databases
from ecrm.testing.contracts.history import placed, sample_history
from ecrm.testing.contracts.picture import Lines, picture
from ecrm.testing.frozen import FrozenCRM
from ecrm.worker import Done

__all__ = ["DOORS", "Stage", "Staged"]

_GIVE_ONE = "give a fixture `plugin`: the plugin's name, module, object or class"
_NO_POSTGRESQL = "not run on PostgreSQL: set ECRM_TEST_POSTGRESQL, or give a fixture `postgresql_url`"


def _record(crm: CRM, history: Sequence[Event]) -> None:
    for event in history:
        crm.record(event)


def _record_many(crm: CRM, history: Sequence[Event]) -> None:
    rejected = crm.record_many(history).rejected
    assert not rejected, f"the history can not be recorded: {rejected[0]}"


def _emit(crm: CRM, history: Sequence[Event]) -> None:
    for event in history:
        crm.emit(event)
    assert not crm.work().rejected, "the history can not be received: crm.inbox.rejected() says why"


DOORS: Mapping[str, Callable[[CRM, Sequence[Event]], None]] = {
    "record": _record,
    "record_many": _record_many,
    "emit": _emit,
}


@attrs.frozen(slots=False, repr=False)
class Stage:
    """Open CRMs for one test; each has a database of its own, and a clock that stands where the history begins.

    Args:
        plugin: What is tested.
        settings: What each shop sets for it; secrets too.
        history: What happened, oldest first.
        settles_in: After how long nothing of it is to come any more.
        make_url: Makes another empty database.
    """

    plugin: Any
    settings: Mapping[str, Any]
    history: tuple[Event, ...]
    settles_in: dt.timedelta
    make_url: Callable[[], str]
    opened: list[FrozenCRM] = attrs.field(factory=list)

    @cached_property
    def contributions(self) -> Contributions:
        """Give what the plugin contributes."""
        return collect([self.plugin])

    @cached_property
    def name(self) -> str:
        """Give what the plugin is called."""
        return next(iter(self.contributions.plugins))

    @property
    def facts(self) -> Sequence[Fact]:
        """Give the facts the plugin brings."""
        return _facts(self.contributions)

    @property
    def starts_at(self) -> dt.datetime:
        """Give when the history begins."""
        return self._moments[0]

    def open(self, url: str | None = None, *, with_plugin: bool = True, at: dt.datetime | None = None) -> FrozenCRM:
        """Open a CRM with the plugin, or with none, on another empty database, or on one that was.

        Args:
            url: The database.
            with_plugin: Whether it has the plugin.
            at: Where its clock stands; None is where the history begins.
        """
        plugins = [self.plugin] if with_plugin else []
        secrets = {f"{self.name}.{name}": value for name, value in self._set(secret=True).items()}
        clock = FrozenClock(at or self.starts_at)
        crm = FrozenCRM(url or self.make_url(), clock=clock, plugins=plugins, secrets=secrets, on_error="raise")
        self.opened.append(crm)
        crm.upgrade()
        return crm

    def shop(self, crm: FrozenCRM, key: str) -> FrozenCRM:
        """Give a view on a shop that has set the plugin up."""
        view = crm.for_shop(key)
        settings = self._set(secret=False)
        if settings and self.name in {listed.name for listed in view.plugins.list()}:
            view.plugins.configure(self.name, **settings)
        return view

    def arrive(self, crm: FrozenCRM) -> None:
        """Let the clock stand where the history ends."""
        crm.clock.move_to(max(self._moments[-1], crm.clock()))

    def live(self, crm: FrozenCRM) -> None:
        """Tell the history as it happens: the clock goes with it, and whatever falls due is done on the way."""
        for event, at in zip(self.history, self._moments, strict=True):
            crm.advance(seconds=max((at - crm.clock()).total_seconds(), 0))
            crm.record(event)
            crm.work()

    def settle(self, crm: FrozenCRM) -> Done:
        """Let so much time pass that nothing is to come any more."""
        return crm.advance(seconds=self.settles_in.total_seconds())

    def lived(self) -> FrozenCRM:
        """Give a CRM that the history was told as it happened, a while later."""
        crm = self.shop(self.open(), "lived")
        self.live(crm)
        self.settle(crm)
        return crm

    def told(self, tellings: Mapping[str, tuple[str, Sequence[Event]]]) -> dict[str, Lines]:
        """Tell a shop each of several tellings, all before the clock goes on; give what each shop knows in the end.

        Args:
            tellings: By the shop, the door, and what is told.
        """
        crm = self.open()
        self.arrive(crm)
        shops = {key: self.shop(crm, key) for key in tellings}
        for key, (door, history) in tellings.items():
            DOORS[door](shops[key], history)
        self.settle(crm)
        return {key: picture(view) for key, view in shops.items()}

    def shuffled(self, seed: int, *, twice: bool = False) -> list[Event]:
        """Give the history in another order, the same for the same seed; each event once, or twice."""
        chosen = [*self.history, *self.history] if twice else list(self.history)
        random.Random(seed).shuffle(chosen)  # noqa: S311 - an order, no secret
        return chosen

    def close(self) -> None:
        """Close every CRM."""
        for crm in self.opened:
            crm.close()

    @property
    def _moments(self) -> list[dt.datetime]:
        return [event.at for event in self.history if event.at is not None]

    def _set(self, *, secret: bool) -> dict[str, Any]:
        declared = {one.name for one in self.contributions.settings.get(self.name, ()) if one.is_secret}
        return {name: value for name, value in self.settings.items() if (name in declared) is secret}


class Staged:
    """Set the stage for the tests of a contract.

    Attributes:
        databases: On which kinds of database they run.
        settles_in: After how long nothing of the history is to come any more.
    """

    databases: Sequence[str] = ("sqlite", "postgresql")
    settles_in = dt.timedelta(days=31)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each test on each kind of database."""
        if "contract_databases" in metafunc.fixturenames:
            metafunc.parametrize("contract_databases", type(self).databases, indirect=True)

    @pytest.fixture
    def plugin(self) -> Any:
        """Give what is tested; every contract overrides it."""
        pytest.fail(_GIVE_ONE)

    @pytest.fixture
    def plugin_settings(self) -> Mapping[str, Any]:
        """Give what a shop sets for the plugin."""
        return {}

    @pytest.fixture
    def history(self, plugin: Any) -> Sequence[Event]:
        """Give what happens: every kind that the plugin's reactions and facts name, to three people."""
        found = collect([plugin])
        kinds = {name for one in found.reactions.values() for name in one.record.kinds}
        kinds |= {name for fact in _facts(found) for name in fact.kinds}
        return sample_history(found.kinds, kinds or {"Page Viewed", "Product Added", "Order Completed"})

    @pytest.fixture
    def contract_databases(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
        """Lend a function that gives the URL of another empty database."""
        if request.param == "sqlite":
            with sqlite_databases(tmp_path) as make:
                yield make
        else:
            with postgresql_databases(_postgresql_url(request)) as make:
                yield make

    @pytest.fixture
    def stage(
        self,
        plugin: Any,
        plugin_settings: Mapping[str, Any],
        history: Sequence[Event],
        contract_databases: Callable[[], str],
    ) -> Iterator[Stage]:
        """Set the stage."""
        made = Stage(plugin, plugin_settings, tuple(placed(history)), self.settles_in, contract_databases)
        assert made.history, "give a history: without one nothing is tested"
        yield made
        made.close()


def _facts(found: Contributions) -> list[Fact]:
    return [fact for asked in found.records.values() for fact in asked.get("register_facts", ())]


def _postgresql_url(request: pytest.FixtureRequest) -> str:
    try:
        return str(request.getfixturevalue("postgresql_url"))
    except pytest.FixtureLookupError:
        url = os.environ.get("ECRM_TEST_POSTGRESQL")
    return url or pytest.skip(_NO_POSTGRESQL)
