"""How far reactions and timers lag, and what of them failed, as findings of a health check."""

from __future__ import annotations

from collections.abc import Sequence

from ecrm.interactions.health import LONGEST_LAG_S, Finding
from ecrm.reactions.model.standing import Standing
from ecrm.reactions.parts import OwnedTimer, Parts, names_of
from ecrm.reactions.tables import timer as timer_table

__all__ = ["reaction_findings", "timer_finding"]


def reaction_findings(standings: Sequence[Standing], parked: int) -> list[Finding]:
    """Give a finding on the lag of each reaction, and one on all that failed.

    Args:
        standings: Where each reaction stands.
        parked: How many reactions and timers are given up.
    """
    found = [_lag(one) for one in standings]
    if standings or parked:
        said = f"{parked} are given up" + (": see `ecrm parked`, mend the plugin, retry them" if parked else "")
        found.append(Finding("parked", not parked, said, parked))
    return found


def timer_finding(parts: Parts, timers: Sequence[OwnedTimer]) -> Finding:
    """Give a finding on the timer that is overdue the longest."""
    with parts.library.database.read() as transaction:
        due_at = timer_table.next_due(transaction, names_of(timers)) if timers else None
    lag_s = 0.0 if due_at is None else max((parts.now() - due_at).total_seconds(), 0.0)
    is_prompt = lag_s < LONGEST_LAG_S
    said = "none is overdue" if not lag_s else f"the oldest is overdue for {lag_s:.0f} s"
    return Finding("timers lag", is_prompt, said + ("" if is_prompt else ": run `ecrm work`"), lag_s)


def _lag(one: Standing) -> Finding:
    is_prompt = one.lag_s < LONGEST_LAG_S and one.rest_until is None
    said = f"{one.waiting} positions of the log wait"
    if one.rest_until is not None:
        said += ": it did not come back in time and rests; see `ecrm reactions`"
    elif not is_prompt:
        said += ": run `ecrm work`"
    return Finding(f"reaction {one.name} lag", is_prompt, said, one.lag_s)
