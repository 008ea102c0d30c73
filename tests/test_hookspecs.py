"""Rows that hang on a customer follow when profiles move, in the same transaction."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from ecrm import CRM
from ecrm.database.types import Id, Key
from ecrm.hookspecs import Follower, Move, Regrouping, hookimpl
from ecrm.testing import FrozenClock
from story import AYSE, MEHMET, visited

POINTS = sa.Table(
    "acme_points",
    sa.MetaData(),
    sa.Column("shop", Key),
    sa.Column("profile_id", Id),
    sa.Column("customer_id", Id),
    sa.Column("points", sa.Integer),
)


class Points:
    """A plugin with a table that hangs on customers; it fails where told to."""

    is_broken = False

    @hookimpl
    def register_followers(self):
        return [Follower.by_profile("acme_points"), Follower("acme_audit", self.audit)]

    def audit(self, _, __):
        if self.is_broken:
            raise ZeroDivisionError


@pytest.fixture
def plugin():
    return Points()


@pytest.fixture
def shop(bare_database_url, plugin):
    with CRM(bare_database_url, plugins=[plugin], clock=FrozenClock()) as crm:
        crm.upgrade()
        crm.record(visited(AYSE, "v1"))
        crm.record(visited(MEHMET, "v2"))
        with crm.database.write() as transaction:
            POINTS.metadata.create_all(transaction.connection)
            for number, who in enumerate((AYSE, MEHMET), 1):
                (identity,) = crm.customers.identities(who)
                customer = crm.customers.find(who).id
                transaction.core(
                    POINTS.insert().values(
                        shop="main", profile_id=identity.profile_id, customer_id=customer, points=number
                    )
                )
            transaction.core(
                POINTS.insert().values(shop="other", profile_id=identity.profile_id, customer_id=customer, points=9)
            )
        yield crm


def points(crm: CRM, shop: str = "main") -> dict[UUID, int]:
    with crm.database.read() as transaction:
        query = sa.select(POINTS.c.customer_id, sa.func.sum(POINTS.c.points)).where(POINTS.c.shop == shop)
        return dict(tuple(row) for row in transaction.core(query.group_by(POINTS.c.customer_id)))


def test_a_plugins_rows_follow_a_merge_and_an_unmerge(shop):
    ayse, mehmet = shop.customers.find(AYSE).id, shop.customers.find(MEHMET).id
    merge = shop.customers.merge(ayse, mehmet)
    assert points(shop) == {ayse: 3}
    assert points(shop, "other") == {mehmet: 9}
    shop.customers.unmerge(merge.id)
    assert points(shop) == {ayse: 1, mehmet: 2}


def test_a_follower_that_fails_leaves_everything_as_it_was(shop, plugin):
    ayse, mehmet = shop.customers.find(AYSE).id, shop.customers.find(MEHMET).id
    plugin.is_broken = True
    with pytest.raises(ZeroDivisionError):
        shop.customers.merge(ayse, mehmet)
    assert points(shop) == {ayse: 1, mehmet: 2}
    assert {one.id for one in shop.customers.list()} == {ayse, mehmet}
    assert [*shop.customers.merges(AYSE)] == []
    plugin.is_broken = False
    shop.customers.merge(ayse, mehmet)
    assert points(shop) == {ayse: 3}


def test_a_regrouping_touches_both_sides_of_every_move():
    one, two, three = (UUID(int=n) for n in (1, 2, 3))
    assert Regrouping("main", (Move(one, two, three),)).touched == {two, three}
