"""How far each source has been pulled in each shop, when it may be asked again, and who has it in hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Key
from ecrm.values.personal import impersonal

__all__ = ["SOURCE", "PullRow"]

SOURCE = sa.Table(
    "ecrm_source",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("source", Key, primary_key=True, info=impersonal()),
    sa.Column("cursor", sa.Text, info=impersonal()),
    sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("leased_until", Instant),
    # When its turn comes; and before when it must not be asked, whoever wants to.
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("failures", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("error", sa.Text, info=impersonal()),
    sa.Column("pulled_at", Instant),
)
_KEY = ("shop", "source")
_ENROL = Put(SOURCE, _KEY, (*_KEY, "next_at", "not_before"))


class PullRow(NamedTuple):
    """How far a source has been pulled in a shop."""

    shop: str
    source: str
    cursor: str | None
    epoch: int
    next_at: dt.datetime
    not_before: dt.datetime
    failures: int
    error: str | None
    pulled_at: dt.datetime | None

    @property
    def is_at_end(self) -> bool:
        """Tell whether there was nothing more when it was last pulled."""
        return self.pulled_at is not None and self.next_at > self.pulled_at

    def __repr__(self) -> str:
        return f"<PullRow {self.source} {self.shop}>"


def enrol(transaction: Transaction, keys: Sequence[tuple[str, str]], now: dt.datetime) -> None:
    """Begin pulling for pairs of shop and source, where it has not begun."""
    _ENROL.run(transaction, [(*key, now, now) for key in keys])


def pull_rows(transaction: Transaction, sources: Collection[str], due: dt.datetime | None = None) -> list[PullRow]:
    """Give how far some sources have been pulled, in every shop; with a time, those that are due then."""
    chosen = SOURCE.c
    query = sa.select(*(chosen[name] for name in PullRow._fields)).where(chosen.source.in_(sorted(sources)))
    if due is not None:
        query = query.where(chosen.next_at <= due, chosen.not_before <= due)
    return [PullRow(*row) for row in transaction.core(query.order_by(chosen.next_at))]


def take(transaction: Transaction, row: PullRow, now: dt.datetime, until: dt.datetime) -> PullRow | None:
    """Take a source in hand for a shop until a time; None where another worker has it."""
    is_free = sa.or_(SOURCE.c.leased_until.is_(None), SOURCE.c.leased_until <= now)
    values = {"epoch": row.epoch + 1, "leased_until": until}
    statement = _same(row).where(is_free).values(**values)
    return row._replace(epoch=row.epoch + 1) if transaction.core(statement).rowcount else None


def keep(transaction: Transaction, row: PullRow, until: dt.datetime) -> bool:
    """Keep how far it has been pulled, and hold it until a time; False where it is not in hand any more."""
    statement = _same(row).values(
        cursor=row.cursor, next_at=row.next_at, not_before=row.not_before, failures=row.failures, error=row.error,
        pulled_at=row.pulled_at, leased_until=until,
    )  # fmt: skip
    return transaction.core(statement).rowcount > 0


def put_off(transaction: Transaction, row: PullRow) -> None:
    """Keep why it failed and when it may be asked again, and give it back."""
    statement = _same(row).values(
        next_at=row.next_at, not_before=row.not_before, failures=row.failures, error=row.error, leased_until=None
    )
    transaction.core(statement)


def give_back(transaction: Transaction, row: PullRow) -> None:
    """Give it back, where it is in hand still."""
    transaction.core(_same(row).values(leased_until=None))


def _same(row: PullRow) -> sa.Update:
    return SOURCE.update().where(SOURCE.c.shop == row.shop, SOURCE.c.source == row.source, SOURCE.c.epoch == row.epoch)
