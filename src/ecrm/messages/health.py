"""Whether messages go: how late they are, what waits for a person, which channels rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ecrm.database import Database
from ecrm.interactions.health import LONGEST_LAG_S, Finding
from ecrm.messages.deployment import Deployment
from ecrm.messages.tables import line as line_table
from ecrm.messages.tables import message as message_table

__all__ = ["message_findings"]


def message_findings(database: Database, deployment: Deployment, shop: str, now: dt.datetime) -> Iterator[Finding]:
    """Give findings on what a shop sends.

    Args:
        database: The CRM's.
        deployment: Whether this database may send at all.
        shop: Whose messages.
        now: The time.
    """
    with database.read() as transaction:
        due_at = message_table.oldest_due(transaction, now)
        states = message_table.count_states(transaction, shop)
        lines = line_table.lines_of(transaction, shop)
    lag_s = 0.0 if due_at is None else (now - due_at).total_seconds()
    is_prompt = lag_s < LONGEST_LAG_S
    said = "none is late" if not lag_s else f"the oldest is late by {lag_s:.0f} s"
    yield Finding("messages lag", is_prompt, said + ("" if is_prompt else ": run `ecrm work`"), lag_s)
    waiting = states.get("parked", 0) + states.get("uncertain", 0)
    said = f"{waiting} wait for a person" + (": see `ecrm messages list --state uncertain`" if waiting else "")
    yield Finding("messages held", not waiting, said, waiting)
    if not deployment.is_home():
        said = "this database was copied from elsewhere and sends nothing: `ecrm messages hold`, then `adopt`"
        yield Finding("deployment", is_good=False, detail=said)
    for line in lines:
        if line.rests_until is not None and line.rests_until > now:
            said = f"rests until {line.rests_until:%H:%M} UTC: {line.error or 'its provider is away'}"
            yield Finding(f"channel {line.channel}", is_good=False, detail=said, figure=line.failures)
