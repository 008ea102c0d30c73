"""The register of processing: what is kept, what for, how long, who receives it; made of the declarations."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.interactions.tables.facts import metadata_of
from ecrm.privacy.declared import Declared, columns, envelope, fields
from ecrm.privacy.model.processing import Processing, kept_days
from ecrm.privacy.parts import PrivacyParts
from ecrm.shops.model import Settings
from ecrm.values.personal import CATEGORIES

__all__ = ["all_tables", "make_register"]

_INBOX = "ecrm_inbox."


def all_tables(parts: PrivacyParts) -> list[sa.Table]:
    """Give every table there is: of the core, of plugins, of their facts."""
    wide = [table for made in metadata_of(parts.kit.book).values() for table in made.sorted_tables]
    return [*METADATA.sorted_tables, *parts.tables, *wide]


def make_register(parts: PrivacyParts, settings: Settings) -> list[Processing]:
    """Make the register of a shop.

    Args:
        parts: What privacy shares.
        settings: The shop's, for how long it keeps what.
    """
    groups: dict[tuple[str, str, int | None], list[str]] = defaultdict(list)
    for one in (*envelope(), *fields(parts.kinds), *columns(all_tables(parts))):
        if one.personal is not None:
            groups[one.personal.category, one.personal.purpose, _days(one, settings)].append(one.where)
    receivers = ("staff of the shop", *parts.recipients)
    return [
        Processing(category, CATEGORIES[category], purpose, days, tuple(sorted(set(where))),
                   receivers if category in {"contact", "content"} else receivers[:1])
        for (category, purpose, days), where in sorted(groups.items(), key=_order)
    ]  # fmt: skip


def _days(one: Declared, settings: Settings) -> int | None:
    if one.where.startswith(_INBOX):
        return settings.inbox_days
    return None if one.personal is None else kept_days(one.where, one.personal, settings.retention)


def _order(group: tuple[tuple[str, str, int | None], list[str]]) -> tuple[int, str, int]:
    category, purpose, days = group[0]
    return [*CATEGORIES].index(category), purpose, days or 0
