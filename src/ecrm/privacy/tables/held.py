"""Which tables hold rows of a person, by which columns these name them; read the rows, count them, delete them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.customers.tables.customer import CUSTOMER, TRAIT, WORD
from ecrm.customers.tables.decision import MERGE, NEVER_MERGE
from ecrm.customers.tables.profile import EDGE, PROFILE
from ecrm.customers.tables.suggestion import SUGGESTION
from ecrm.database import Transaction
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.tables.facts import DAY, FACT, FACT_DAY, REVENUE, wide_tables
from ecrm.interactions.tables.log import INTERACTION, VOID
from ecrm.interactions.tables.orders import ORDER
from ecrm.reactions.tables.effect import EFFECT
from ecrm.reactions.tables.parked import PARKED
from ecrm.reactions.tables.stale import STALE
from ecrm.reactions.tables.timer import TIMER

__all__ = ["HELD", "Held", "delete_rows", "holdings", "rows_of"]


@attrs.frozen
class Held:
    """Say that a table holds rows of people.

    Args:
        table: The table.
        names: The columns with the id of a customer or a profile.
        about: What a row tells, in words a customer reads.
    """

    table: sa.Table = attrs.field(repr=False)
    names: tuple[str, ...]
    about: str


# Profiles first: who plans something for one of them holds it, and what came of that is deleted after it.
HELD = (
    Held(PROFILE, ("id", "customer_id"), "What you are recognised by"),
    Held(CUSTOMER, ("id",), "What is known of you now"),
    Held(TRAIT, ("profile_id",), "Everything that was ever said of you, and by whom"),
    Held(WORD, ("customer_id",), "The words your name is found by"),
    Held(INTERACTION, ("profile_id",), "What happened between you and the shop"),
    Held(VOID, ("profile_id",), "Which of it was recorded by mistake"),
    Held(ORDER, ("profile_id",), "Your orders as they stand"),
    Held(FACT, ("customer_id",), "What was counted of all that"),
    Held(DAY, ("customer_id",), "On which days you ordered"),
    Held(REVENUE, ("customer_id",), "What you spent, by currency, in minor units"),
    Held(FACT_DAY, ("customer_id",), "On which days something happened"),
    Held(EDGE, ("a", "b"), "Which of your identities were seen together"),
    Held(MERGE, ("keep", "absorb", "keep_profile", "absorb_profile"), "When records of you were joined, and why"),
    Held(NEVER_MERGE, ("a", "b"), "Whom you were told apart from"),
    Held(SUGGESTION, ("a", "b"), "Who might be you too"),
    Held(EFFECT, ("profile_id",), "What programs did because of what happened"),
    Held(TIMER, ("profile_id",), "What waits to be done about you"),
    Held(PARKED, ("profile_id",), "What could not be done about you yet"),
    Held(STALE, ("customer_id",), "What is to be worked out of you again"),
)


def holdings(book: FactBook) -> tuple[Held, ...]:
    """Give the tables of the core, and those with the facts of plugins.

    Args:
        book: The facts there are.
    """
    wide = (Held(one.table, ("customer_id",), f"What {name} counted") for name, one in wide_tables(book).items())
    return (*HELD, *wide)


def rows_of(transaction: Transaction, shop: str, held: Held, ids: Collection[UUID]) -> list[Mapping[str, Any]]:
    """Give the rows of a table that name one of the ids."""
    query = sa.select(held.table).where(*_match(shop, held, ids))
    return [row._asdict() for row in transaction.core(query)]


def delete_rows(transaction: Transaction, shop: str, held: Held, ids: Collection[UUID]) -> int:
    """Delete the rows of a table that name one of the ids; give how many."""
    return transaction.core(sa.delete(held.table).where(*_match(shop, held, ids))).rowcount


def _match(shop: str, held: Held, ids: Collection[UUID]) -> tuple[sa.ColumnElement[bool], ...]:
    wanted = sorted(ids)
    return held.table.c.shop == shop, sa.or_(*(held.table.c[name].in_(wanted) for name in held.names))
