"""Tables of plugins carry the plugin's name, begin their keys with the shop, and follow their customers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ecrm import SetupError
from ecrm.database.types import Id, Key
from ecrm.hookspecs import Follower, Tables, hookimpl
from ecrm.registry import collect


def follow(transaction, regrouping):
    pass


def table(name="ecrm_acme_gift", *columns, metadata=None, keys=("shop", "id"), **more):
    key = [sa.Column(one, Key, primary_key=True) for one in keys]
    return sa.Table(name, metadata if metadata is not None else sa.MetaData(), *key, *columns, **more)


def plugin(*tables, followers=(), migrations=None, name="acme"):
    class Acme:
        @hookimpl
        def register_tables(self):
            metadata = {id(one.metadata): one.metadata for one in tables}
            return [Tables(one, migrations) for one in metadata.values()]

        @hookimpl
        def register_followers(self):
            return followers

    acme = Acme()
    acme.name = name
    return acme


def test_tables_and_their_followers_are_collected():
    hanging = table("ecrm_acme_gift", sa.Column("customer_id", Id))
    found = collect([plugin(hanging, followers=[Follower("ecrm_acme_gift", follow)])])
    assert found.tables["acme"].metadata is hanging.metadata
    assert [follower.table for follower in found.followers] == ["ecrm_acme_gift"]


WRONG = {
    "without our prefix": (lambda: table("gift"), "must be named ecrm_acme_"),
    "with another's prefix": (lambda: table("ecrm_other_gift"), "must be named ecrm_acme_"),
    "under the name of its versions": (lambda: table("ecrm_acme_version"), "must be named ecrm_acme_"),
    "under the name of its facts": (lambda: table("ecrm_acme_fact"), "must be named ecrm_acme_"),
    "with a name PostgreSQL cuts": (lambda: table(f"ecrm_acme_{'x' * 60}"), "63 characters"),
    "without a shop": (lambda: table(keys=["id"]), "column shop that leads its primary key"),
    "with the shop in second place": (lambda: table(keys=["id", "shop"]), "column shop that leads its primary key"),
    "without a key": (lambda: table(keys=[]), "column shop that leads its primary key"),
    "in a schema": (lambda: table(schema="acme"), "names a schema"),
    "of a customer nobody follows": (lambda: table("ecrm_acme_gift", sa.Column("customer_id", sa.Text)), "customer"),
    "of a profile nobody follows": (lambda: table("ecrm_acme_gift", sa.Column("profile_id", Id)), "customer"),
    "of a giver nobody follows": (lambda: table("ecrm_acme_gift", sa.Column("giver_customer_id", Id)), "customer"),
}


@pytest.mark.parametrize(("make", "said"), WRONG.values(), ids=WRONG)
def test_a_table_that_can_not_be_is_refused(make, said):
    with pytest.raises(SetupError, match=f"plugin acme: .*{said}"):
        collect([plugin(make())])


def test_a_text_that_ends_like_a_customer_is_none():
    assert collect([plugin(table("ecrm_acme_gift", sa.Column("till_customer_id", sa.Text)))]).tables


FOLLOWERS = {
    "of no table": (Follower("ecrm_acme_gone", follow), "a table it does not bring"),
    "by a column that is none": (Follower("ecrm_acme_gift", follow, key="profile_id"), "no column: profile_id"),
}


@pytest.mark.parametrize(("follower", "said"), FOLLOWERS.values(), ids=FOLLOWERS)
def test_a_follower_that_can_not_follow_is_refused(follower, said):
    hanging = table("ecrm_acme_gift", sa.Column("customer_id", Id))
    with pytest.raises(SetupError, match=f"plugin acme: the Follower of .*{said}"):
        collect([plugin(hanging, followers=[follower])])


def test_two_followers_of_one_table_are_refused():
    hanging = table("ecrm_acme_gift", sa.Column("customer_id", Id))
    with pytest.raises(SetupError, match="twice"):
        collect([plugin(hanging, followers=[Follower("ecrm_acme_gift", follow)] * 2)])


def test_tables_in_two_collections_are_refused():
    with pytest.raises(SetupError, match="acme brings 2 Tables"):
        collect([plugin(table("ecrm_acme_gift"), table("ecrm_acme_card"))])


def test_a_table_of_two_plugins_names_both():
    with pytest.raises(SetupError, match="plugins acme and acme_gift both have a table ecrm_acme_gift_card"):
        collect([plugin(table("ecrm_acme_gift_card")), plugin(table("ecrm_acme_gift_card"), name="acme_gift")])


def test_migrations_that_are_not_shipped_are_missed_at_the_start(tmp_path):
    with pytest.raises(SetupError, match="plugin acme: its migrations have no folder versions"):
        collect([plugin(table(), migrations=tmp_path)])


@pytest.mark.parametrize("name", ["interaction", "order", "shop", "version", "fact", "purchase"])
def test_a_plugin_can_not_be_called_like_a_table_of_the_core(name):
    with pytest.raises(SetupError, match=f"plugin {name}: its tables would be named as ecrm_{name}"):
        collect([plugin(name=name)])
