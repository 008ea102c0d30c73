"""How sources that are pulled do, as findings of a health check."""

from __future__ import annotations

import datetime as dt

from ecrm.interactions.health import Finding
from ecrm.sources.pulling import Puller

__all__ = ["source_findings"]


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
