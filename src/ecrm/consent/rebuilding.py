"""Fill the ledger from the log: of a database whose events of consent are older than the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from ecrm.customers.model.claim import Claim, Claims
from ecrm.customers.tables.lock import hold_shop
from ecrm.customers.tables.profile import profiles_by_id
from ecrm.database import Database, Transaction
from ecrm.interactions.model.entry import Entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.projecting import Projection, Told
from ecrm.interactions.tables.position import safe_position
from ecrm.reactions.tables.reading import read_log
from ecrm.shops.model import Settings

__all__ = ["rebuild_ledger"]

_BATCH = 1_000


def rebuild_ledger(database: Database, projection: Projection, settings_of: Callable[[str], Settings]) -> int:
    """Tell the ledger everything of consent that is on the log; what it knows already stays as it is.

    Args:
        database: The CRM's.
        projection: What keeps the ledger.
        settings_of: Gives a shop's settings.

    Returns:
        How many events there were.
    """
    count, place = 0, 0
    with database.read() as transaction:
        end = safe_position(transaction)
    while place < end:
        with database.read() as transaction:
            seen = read_log(transaction, (place, end), _BATCH, projection.kinds, live_only=False)
        if not seen:
            break
        by_shop: dict[str, list[Interaction]] = defaultdict(list)
        for one in seen:
            by_shop[one.shop].append(one.interaction)
        for shop in sorted(by_shop):
            database.transact(_telling(shop, by_shop[shop], projection, settings_of(shop)))
        count += len(seen)
        place = seen[-1].interaction.position if len(seen) == _BATCH else end
    return count


def _telling(
    shop: str, interactions: list[Interaction], projection: Projection, settings: Settings
) -> Callable[[Transaction], None]:
    def work(transaction: Transaction) -> None:
        hold_shop(transaction, shop)
        rows = {row.id: row for row in profiles_by_id(transaction, shop, {one.profile_id for one in interactions})}
        told = []
        for one in interactions:
            row = rows.get(one.profile_id)
            if row is not None:
                told.append(Told(_entry(one, Claim(row.kind, row.value)), one, row.customer_id))
        projection.apply(transaction, shop, settings, told)
        for one in interactions:
            if one.is_voided:
                projection.void(transaction, shop, one)

    return work


def _entry(one: Interaction, claim: Claim) -> Entry:
    return Entry(
        one.kind, one.at, one.source, one.source_id, one.channel, one.is_live, one.properties, one.context,
        Claims((claim,)), None, "",
    )  # fmt: skip
