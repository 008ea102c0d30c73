"""Take away what was kept long enough: values of events on the log, and of rows that are of no more use.

That something happened stays, and counts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial

from ecrm.audit.tables import append
from ecrm.database import Transaction
from ecrm.database.shredding import overwrite_deleted
from ecrm.privacy.declared import Declared, columns, envelope, fields
from ecrm.privacy.model.person import Retained
from ecrm.privacy.model.processing import kept_days
from ecrm.privacy.parts import PrivacyParts
from ecrm.privacy.registering import all_tables
from ecrm.privacy.tables.blanking import AT_ONCE, blank_bodies, blank_column, blank_context, blank_fields
from ecrm.shops.model import Settings
from ecrm.shops.service import Shop
from ecrm.values.personal import CATEGORIES, age_in

__all__ = ["retain"]

_CONTEXT = "context"
_Blank = Callable[[Transaction], int]


def retain(parts: PrivacyParts, shop: Shop, now: dt.datetime) -> Retained:
    """Take away what was kept long enough in a shop.

    Args:
        parts: What privacy shares.
        shop: The shop; what it set goes before what is declared.
        now: The time.
    """
    overwrite_deleted(parts.database)
    counts = {name: _until_done(parts, blank) for name, blank in _due(parts, shop, now).items()}
    done = Retained({name: count for name, count in counts.items() if count})
    if done.count:
        details = {"values": done.count}
        parts.database.transact(lambda transaction: append(transaction, shop.key, "retain", None, None, details, now))
    return done


def _due(parts: PrivacyParts, shop: Shop, now: dt.datetime) -> dict[str, _Blank]:
    """Give what takes away what of which events is older than it may be, by what that is."""
    settings, key = shop.settings, shop.key
    due: dict[str, _Blank] = {}
    for (kind, days), names in _fields(parts, settings).items():
        before = now - dt.timedelta(days=days)
        due[f"{kind}: {', '.join(names)}"] = partial(blank_fields, shop=key, kind=kind, names=names, before=before)
    for kind, days in _kinds_of_no_class(parts, settings.retention).items():
        due[kind] = partial(blank_bodies, shop=key, kind=kind, before=now - dt.timedelta(days=days))
    for one in envelope():
        days_of_it = None if one.personal is None else kept_days(one.where, one.personal, settings.retention)
        if one.where == _CONTEXT and days_of_it is not None:
            due[_CONTEXT] = partial(blank_context, shop=key, before=now - dt.timedelta(days=days_of_it))
    return due | _rows(parts, shop, now)


def _rows(parts: PrivacyParts, shop: Shop, now: dt.datetime) -> dict[str, _Blank]:
    """Give what empties the columns of tables whose rows grow old."""
    due: dict[str, _Blank] = {}
    for table in all_tables(parts):
        aged_by = age_in(table.info)
        if aged_by is None:
            continue
        for one in columns([table]):
            days, column = _days(one, shop.settings), table.c[one.where.rpartition(".")[2]]
            if days is not None and not column.primary_key:
                before = now - dt.timedelta(days=days)
                due[one.where] = partial(blank_column, column=column, aged_by=aged_by, shop=shop.key, before=before)
    return due


def _days(one: Declared, settings: Settings) -> int | None:
    # What the shop set for a kind, or for the category of activity, spares what orders and facts are made of.
    if one.personal is None or one.personal.category == "activity":
        return None
    return kept_days(one.where, one.personal, settings.retention)


def _fields(parts: PrivacyParts, settings: Settings) -> Mapping[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for one in fields(parts.kinds):
        kind, _, name = one.where.partition(".")
        days = _days(one, settings)
        if days is not None and "." not in name:
            found[kind, days].append(name)
    return found


def _kinds_of_no_class(parts: PrivacyParts, retention: Mapping[str, int]) -> dict[str, int]:
    return {
        name: days
        for name, days in retention.items()
        if name not in {*CATEGORIES, _CONTEXT}
        and name not in parts.kinds
        and "." not in name
        and not name.startswith("ecrm_")
    }


def _until_done(parts: PrivacyParts, blank: _Blank) -> int:
    # A bounded number at a time: other writers must not wait for a large clean-up.
    total = 0
    while True:
        count = parts.database.transact(blank)
        total += count
        if count < AT_ONCE:
            return total
