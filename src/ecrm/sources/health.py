"""How sources do, as findings of a health check: those that are pulled, and what was refused at the door."""

from __future__ import annotations

import datetime as dt

from ecrm.interactions.health import Finding
from ecrm.sources.pulling import Puller
from ecrm.sources.receiving import Door

__all__ = ["refusal_findings", "source_findings"]


def source_findings(puller: Puller, shop: str, now: dt.datetime) -> list[Finding]:
    """Give a finding on each source that a shop has set up: whether it fails, and since when its turn has come."""
    found = []
    for row in puller.rows_of(shop):
        late_s = max((now - row.next_at).total_seconds(), 0.0)
        is_good = not row.failures
        said = "pulled as it should be" if row.pulled_at is not None else "not pulled yet"
        if not is_good:
            said = f"it failed {row.failures} times in a row: {row.error}"
        found.append(Finding(f"source {row.source}", is_good, said, late_s))
    return found


def refusal_findings(door: Door) -> list[Finding]:
    """Give a finding on each source whose deliveries this process refused: how many since it started.

    Whoever may send can be refused, so that it is no fault of the shop's.
    """
    return [
        Finding(
            f"refused {name}",
            is_good=True,
            detail=f"{count} deliveries refused since this process started",
            figure=count,
        )
        for name, count in sorted(door.refused.items())
    ]
