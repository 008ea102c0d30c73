"""What a plugin must be to the shop that runs it: off where it is off, gone where it is gone, and discreet."""

from __future__ import annotations

import logging

import pytest

from ecrm.testing.contracts.history import canaries
from ecrm.testing.contracts.picture import difference, picture
from ecrm.testing.contracts.stage import Stage, Staged
from ecrm.testing.frozen import FrozenCRM

__all__ = ["Upkeep"]

# What a plugin asked to be sent waits: a contract sends nothing.
_WAITING = "messages lag"


class Upkeep(Staged):
    """Test switching, taking out, and what is told of people in logs and failures."""

    def test_nothing_of_it_fails(self, stage: Stage) -> None:
        """Over the whole history, as it happens."""
        crm = stage.lived()
        failed = sorted({f"{one.reaction}: {one.error}" for one in crm.parked(with_retrying=True)})
        assert not failed, f"over the history the plugin failed: {'; '.join(failed)}"

    def test_a_shop_that_has_it_off_is_left_alone(self, stage: Stage) -> None:
        """It is as if the plugin were not there."""
        crm, without = stage.shop(stage.open(), "off"), stage.open(with_plugin=False).for_shop("off")
        crm.plugins.switch_off(stage.name)
        for each in (crm, without):
            stage.live(each)
            stage.settle(each)
        own = {fact.name for fact in stage.facts}
        parted = difference(picture(without), picture(crm, without=own))
        assert not parted, f"in a shop that has it off, the plugin did something:\n{parted}"

    def test_switching_it_on_again_does_not_redo(self, stage: Stage) -> None:
        """What happened meanwhile is past; who wants it replays it."""
        crm = stage.shop(stage.open(), "on_again")
        crm.plugins.switch_off(stage.name)
        stage.live(crm)
        stage.settle(crm)
        before = picture(crm)
        crm.plugins.switch_on(stage.name)
        stage.settle(crm)
        parted = difference(before, picture(crm))
        assert not parted, f"switched on again, the plugin did something about the past:\n{parted}"

    def test_the_crm_goes_on_without_it_and_takes_it_back(self, stage: Stage) -> None:
        """Its tables stay, upgrades go on, and what it knew is there when it comes back."""
        crm = stage.lived()
        before, url, now = picture(crm), crm.database.url.render_as_string(hide_password=False), crm.clock()
        crm.close()
        without = stage.open(url, with_plugin=False, at=now).for_shop("lived")
        _check_health(without, "without the plugin")
        again = stage.open(url, at=now).for_shop("lived")
        _check_health(again, "with the plugin again")
        parted = difference(before, picture(again))
        assert not parted, f"taken out and put back, the plugin knows something else:\n{parted}"

    def test_logs_prints_and_failures_name_nobody(
        self, stage: Stage, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """At any level; what stands in the database is found by ids."""
        with caplog.at_level(logging.DEBUG):
            crm = stage.lived()
        printed = capsys.readouterr()
        told = {
            "the logs": "\n".join([caplog.text, *(str(record.__dict__) for record in caplog.records)]),
            "the output": printed.out + printed.err,
            "what failed": "\n".join(one.error for one in crm.parked(with_retrying=True)),
        }
        for where, text in told.items():
            named = [canary for canary in canaries(stage.history) if canary in text]
            assert not named, f"{where} names somebody ({len(named)} identities of the history): leave people out"


def _check_health(crm: FrozenCRM, when: str) -> None:
    crm.work()
    bad = [f"{one.name}: {one.detail}" for one in crm.doctor() if not one.is_good and one.name != _WAITING]
    assert not bad, f"{when}, the doctor finds {'; '.join(bad)}"
