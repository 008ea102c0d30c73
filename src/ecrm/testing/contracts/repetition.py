"""What must hold however a history is told: in any order, more than once, by any door, again by a replay."""

from __future__ import annotations

import attrs

from ecrm.interactions.events import Event
from ecrm.testing.contracts.picture import difference, picture
from ecrm.testing.contracts.stage import Stage, Staged

__all__ = ["Repetition"]


class Repetition(Staged):
    """Test that the same happenings lead to the same facts, tags and timelines."""

    def test_the_way_it_is_told_does_not_matter(self, stage: Stage) -> None:
        """By `record`, `record_many`, or `emit` and the worker."""
        found = stage.told({door: (door, stage.history) for door in ("record", "record_many", "emit")})
        for door in ("record_many", "emit"):
            parted = difference(found["record"], found[door])
            assert not parted, f"told by {door}, something else came of it than told by record:\n{parted}"

    def test_what_is_told_twice_is_done_once(self, stage: Stage) -> None:
        """Twice in a row, and mixed."""
        again = [event for event in stage.history for _ in range(2)]
        tellings = {
            "once": stage.history,
            "doubled": again,
            "mixed": sorted(stage.shuffled(1, twice=True), key=_moment),
        }
        found = stage.told({key: ("record", told) for key, told in tellings.items()})
        for key in ("doubled", "mixed"):
            parted = difference(found["once"], found[key])
            assert not parted, f"told twice, something else came of it than told once:\n{parted}"

    def test_the_order_of_telling_does_not_matter(self, stage: Stage) -> None:
        """Backwards, and in several other orders."""
        tellings = {"in_order": ("record", list(stage.history)), "backwards": ("record", [*reversed(stage.history)])}
        tellings |= {f"mixed_{door}": (door, stage.shuffled(2)) for door in ("record", "record_many", "emit")}
        found = stage.told(tellings)
        for key in tellings:
            parted = difference(found["in_order"], found[key])
            assert not parted, f"told {key}, something else came of it than told in order:\n{parted}"

    def test_telling_all_of_it_again_later_does_nothing(self, stage: Stage) -> None:
        """As a shop does that imports what it told before."""
        crm = stage.lived()
        before = picture(crm)
        for event in stage.history:
            crm.record(event)
        stage.settle(crm)
        parted = difference(before, picture(crm))
        assert not parted, f"told again later, something more came of it:\n{parted}"

    def test_working_again_does_nothing(self, stage: Stage) -> None:
        """What is done is done."""
        crm = stage.lived()
        before = picture(crm)
        done = crm.work()
        assert done.is_idle, f"there was something to do still, at the same moment: {done}"
        assert not difference(before, picture(crm)), "working again changed something"

    def test_replaying_what_was_seen_live_does_nothing(self, stage: Stage) -> None:
        """A replay asks the same questions of the past, and finds everything done."""
        crm = stage.lived()
        before = picture(crm)
        for name in stage.contributions.reactions:
            played = crm.replay(name)
            assert not played.failed, f"replaying {name} fails: {played.failures[0].error}"
        crm.work()
        parted = difference(before, picture(crm))
        assert not parted, (
            "a replay did what was not done live: derive from what had happened by the moment that is asked about, "
            f"as `ask` answers it, and not from the machine's time or from memory:\n{parted}"
        )

    def test_a_rehearsal_changes_nothing(self, stage: Stage) -> None:
        """Neither of what was seen live nor of what was imported."""
        crm = stage.open()
        stage.arrive(crm)
        shop = stage.shop(crm, "rehearsed")
        shop.record_many([_imported(event) for event in stage.history])
        stage.settle(crm)
        before = picture(shop)
        for name in stage.contributions.reactions:
            shop.dry_run(name)
        assert crm.work().is_idle, "a rehearsal left something to do"
        parted = difference(before, picture(shop))
        assert not parted, f"a rehearsal changed something:\n{parted}"


def _moment(event: Event) -> str:
    return str(event.at)


def _imported(event: Event) -> Event:
    return attrs.evolve(event, live=False)  # type: ignore[misc] # an attrs class by `kind`
