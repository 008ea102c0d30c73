"""Rows that hang on a customer follow when profiles move, in the same transaction."""

from __future__ import annotations

import json
import traceback
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from ecrm import CRM, InvalidError
from ecrm.database.types import Day, Id, Key
from ecrm.hookspecs import Follower, Move, Regrouping, Setting, Tables, hookimpl
from ecrm.testing import FrozenClock
from story import AYSE, MEHMET, visited

METADATA = sa.MetaData()
POINTS = sa.Table(
    "ecrm_points_row",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("profile_id", Id, primary_key=True),
    sa.Column("customer_id", Id),
    sa.Column("points", sa.Integer),
)
sa.Table("ecrm_points_audit", METADATA, sa.Column("shop", Key, primary_key=True), sa.Column("customer_id", Id))


class Points:
    """A plugin with a table that hangs on customers; it fails where told to."""

    is_broken = False

    @hookimpl
    def register_tables(self):
        return [Tables(METADATA)]

    @hookimpl
    def register_followers(self):
        return [Follower.by_profile("ecrm_points_row"), Follower("ecrm_points_audit", self.audit)]

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


def test_a_customers_rows_are_exported_and_erased_by_their_key(shop):
    ayse = shop.customers.find(AYSE)
    follower = Follower.by_profile("ecrm_points_row")
    (identity,) = shop.customers.identities(AYSE)
    with shop.database.write() as transaction:
        (row,) = follower.exported(transaction, "main", [identity.profile_id])
        assert (row["points"], row["profile_id"]) == (1, str(identity.profile_id))
        assert follower.erased(transaction, "main", [identity.profile_id]) == 1
        assert follower.exported(transaction, "main", [identity.profile_id]) == []
    assert ayse.id not in points(shop)


def test_whatever_a_column_holds_is_exported_as_json_holds_it(shop):
    table = sa.Table(
        "ecrm_points_odd", sa.MetaData(), sa.Column("shop", Key), sa.Column("customer_id", Id), sa.Column("day", Day),
        sa.Column("at", sa.DateTime(timezone=True)), sa.Column("amount", sa.Numeric), sa.Column("raw", sa.LargeBinary),
    )  # fmt: skip
    at = FrozenClock()()
    row = {"shop": "main", "customer_id": UUID(int=1), "day": at.date(), "amount": 1, "raw": b"\xff\x00"}
    with shop.database.write() as transaction:
        transaction.core(CreateTable(table))
        transaction.core(table.insert().values(**row, at=at))
        (found,) = Follower("ecrm_points_odd", lambda *_: None).exported(transaction, "main", [UUID(int=1)])
    assert json.loads(json.dumps(found)) == found
    assert (found["customer_id"], found["day"], found["raw"]) == (str(UUID(int=1)), "2026-01-01", "ff00")


def test_rows_that_name_a_profile_alone_have_nothing_to_follow(shop):
    ayse, mehmet = shop.customers.find(AYSE).id, shop.customers.find(MEHMET).id
    before = points(shop)
    with shop.database.write() as transaction:
        moves = Regrouping("main", (Move(shop.customers.identities(MEHMET)[0].profile_id, mehmet, ayse),))
        Follower.by_profile("ecrm_points_row", customer=None).follow(transaction, moves)
    assert points(shop) == before


def test_a_plugin_may_export_and_erase_in_its_own_way():
    follower = Follower(
        "ecrm_points_row", lambda *_: None, export=lambda *_: [{"points": 7}], erase=lambda _, __, ids: len(ids)
    )
    assert follower.exported(None, "main", []) == [{"points": 7}]
    assert follower.erased(None, "main", [UUID(int=1), UUID(int=2)]) == 2


# Put together here, so that a traceback does not show it as a line of this file.
HORSE = " ".join(["correct", "ho" + "rse", "battery"])
SETTINGS = {
    "text": (["", "a", "ş" * 10_000], [None, 1, True, "a\0", "a" * 10_001, b"a"]),
    "integer": ([0, -4, 2**63 - 1], [None, "4", 4.0, True, 2**64]),
    "number": ([0, -4, 1.5], [None, "1.5", True, float("nan"), float("inf"), 1e300]),
    "boolean": ([True, False], [None, 1, "yes"]),
    "secret": ([HORSE], [None, "", " ", "swordfish", f"{HORSE} ", 7, "x" * 20 + "\0"]),
}


@pytest.mark.parametrize(("kind", "good", "bad"), [(kind, *values) for kind, values in SETTINGS.items()], ids=SETTINGS)
def test_a_setting_takes_values_of_its_type_alone(kind, good, bad):
    setting = Setting("wanted", kind, "What is wanted.")
    for value in good:
        assert setting.checked(value) == value
    for value in bad:
        with pytest.raises(InvalidError, match="wanted: ") as caught:
            setting.checked(value)
        assert "swordfish" not in str(caught.value)


def refuse(value):
    raise InvalidError.of("wanted", f"not {value}")


def fail(value):
    raise KeyError(value)


def test_a_plugins_own_check_is_asked_and_what_it_says_is_passed_on():
    with pytest.raises(InvalidError, match="wanted: not 7"):
        Setting("wanted", "integer", "What.", check=refuse).checked(7)
    with pytest.raises(InvalidError, match="wanted: the plugin's check refuses it: KeyError"):
        Setting("wanted", "integer", "What.", check=fail).checked(7)


@pytest.mark.parametrize("check", [refuse, fail])
def test_what_a_plugins_check_says_of_a_secret_is_kept_back(check):
    with pytest.raises(InvalidError) as caught:
        Setting("wanted", "secret", "What.", check=check).checked(HORSE)
    assert "horse" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_may_be_wanted_longer():
    with pytest.raises(InvalidError, match="give 40 characters"):
        Setting("wanted", "secret", "What.", least_length=40).checked("x" * 39)
