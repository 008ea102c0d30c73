"""What becomes of a customer's facts and of a plugin's rows when customers are merged, parted, exported, erased."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.model.trait import Customer
from ecrm.hookspecs import Follower
from ecrm.testing.contracts.picture import customers_of, difference, picture
from ecrm.testing.contracts.stage import Stage, Staged
from ecrm.testing.frozen import FrozenCRM

__all__ = ["Rows"]

Row = Mapping[str, Any]


class Rows(Staged):
    """Test that what hangs on a customer follows them."""

    def use(self, crm: FrozenCRM, customers: Sequence[Customer]) -> None:
        """Use the plugin as a shop would, so that each of its tables holds rows of each of these customers.

        Overridden where `has_tables`.

        Args:
            crm: The CRM's view on a shop, where the history was told.
            customers: Whom the history is about.
        """

    def test_merged_customers_have_the_facts_of_one(self, stage: Stage) -> None:
        """What was kept of two is what is counted anew of one."""
        crm = self._told(stage)
        first, second = _two(crm)
        crm.customers.merge(first.id, second.id)
        stage.settle(crm)
        before = picture(crm)
        found = crm.doctor(recount=True)
        for name, reaction in stage.contributions.reactions.items():
            if reaction.record.keeps:
                crm.replay(name)
        parted = difference(before, picture(crm))
        assert not parted, f"after a merge, counting anew gives other facts:\n{parted}"
        assert all(one.is_good for one in found if one.name == "recount"), "after a merge, the counts are wrong"

    def test_customers_parted_again_are_as_if_never_merged(self, stage: Stage) -> None:
        """A mistake is taken back without a trace."""
        crm = self._told(stage)
        apart = stage.shop(crm, "apart")
        for event in stage.history:
            apart.record(event)
        first, second = _two(crm)
        merge = crm.customers.merge(first.id, second.id)
        crm.work()
        crm.customers.unmerge(merge.id)
        stage.settle(crm)
        parted = difference(picture(apart), picture(crm))
        assert not parted, f"merged and parted again, they are not as they would have been:\n{parted}"

    def test_every_row_is_some_customers(self, stage: Stage) -> None:
        """Before a merge, after it, and after it was taken back."""
        crm = self._used(stage)
        _check_orphans(stage, crm, "as the shop used the plugin")
        first, second = _two(crm)
        merge = crm.customers.merge(first.id, second.id)
        _check_orphans(stage, crm, "after a merge")
        crm.customers.unmerge(merge.id)
        _check_orphans(stage, crm, "after the merge was taken back")

    def test_what_is_exported_is_json(self, stage: Stage) -> None:
        """Texts, numbers, lists: what anybody can read."""
        crm = self._used(stage)
        for follower, _, exported in _exports(stage, crm):
            try:
                json.dumps(exported, allow_nan=False)
            except (TypeError, ValueError) as error:
                message = f"give an `export` to the Follower of {follower.table}: its rows are no JSON"
                raise AssertionError(message) from error

    def test_erasing_a_customer_leaves_no_row_of_theirs(self, stage: Stage) -> None:
        """Of nobody else's is one gone."""
        crm = self._used(stage)
        gone, kept = _two(crm)
        ids = {gone.id, *_profiles(crm, gone.id)}
        theirs = {follower.table: len(_exported(crm, follower, kept.id)) for follower in _followers(stage)}
        for follower in _followers(stage):
            with crm.database.write() as transaction:
                follower.erased(transaction, crm.shop.key, _ids(crm, follower, gone.id))
        left = [table.name for table, row in _rows(stage, crm) if _names(row, ids)]
        assert not left, f"after a customer was erased, rows with their ids are left in {', '.join(sorted(set(left)))}"
        now = {follower.table: len(_exported(crm, follower, kept.id)) for follower in _followers(stage)}
        assert now == theirs, "erasing one customer took away rows of another"

    def _told(self, stage: Stage) -> FrozenCRM:
        crm = stage.shop(stage.open(), "told")
        stage.arrive(crm)
        for event in stage.history:
            crm.record(event)
        crm.work()
        return crm

    def _used(self, stage: Stage) -> FrozenCRM:
        crm = self._told(stage)
        self.use(crm, customers_of(crm))
        held = {table.name for table, _ in _rows(stage, crm)}
        empty = sorted({table.name for table in _tables(stage)} - held)
        assert not empty, f"nothing is in {', '.join(empty)}: override `use` so that there is, else nothing is tested"
        return crm


def _two(crm: FrozenCRM) -> tuple[Customer, Customer]:
    found = customers_of(crm)
    assert len(found) > 1, "give a history of two people or more, who are no one customer"
    return found[0], found[1]


def _tables(stage: Stage) -> list[sa.Table]:
    brought = stage.contributions.tables.get(stage.name)
    return [] if brought is None else brought.metadata.sorted_tables


def _followers(stage: Stage) -> Sequence[Follower]:
    return stage.contributions.followers


def _rows(stage: Stage, crm: FrozenCRM) -> Iterator[tuple[sa.Table, Row]]:
    for table in _tables(stage):
        with crm.database.read() as transaction:
            for row in transaction.core(sa.select(table).where(table.c.shop == crm.shop.key)):
                yield table, row._asdict()


def _profiles(crm: FrozenCRM, customer: UUID) -> set[UUID]:
    return {one.profile_id for one in crm.customers.identities(customer)}


def _ids(crm: FrozenCRM, follower: Follower, customer: UUID) -> Collection[UUID]:
    return [customer] if follower.hangs_on == "customer" else sorted(_profiles(crm, customer))


def _exported(crm: FrozenCRM, follower: Follower, customer: UUID) -> list[dict[str, Any]]:
    with crm.database.read() as transaction:
        return follower.exported(transaction, crm.shop.key, _ids(crm, follower, customer))


def _exports(stage: Stage, crm: FrozenCRM) -> Iterator[tuple[Follower, UUID, list[dict[str, Any]]]]:
    for follower in _followers(stage):
        for found in customers_of(crm):
            yield follower, found.id, _exported(crm, follower, found.id)


def _check_orphans(stage: Stage, crm: FrozenCRM, when: str) -> None:
    followed = {follower.table for follower in _followers(stage)}
    rows = [(table.name, row) for table, row in _rows(stage, crm) if table.name in followed]
    exported = sum(len(found) for _, _, found in _exports(stage, crm))
    assert exported == len(rows), f"{when}, customers have {exported} rows together, and the tables {len(rows)}"
    living = {found.id for found in customers_of(crm)}
    # A column that says whose a row is says it of a customer there is.
    columns = ("customer_id",)
    lost = sorted({name for name, row in rows for one in columns if _id(row.get(one)) not in {None, *living}})
    assert not lost, f"{when}, rows of customers who are not there are in {', '.join(lost)}"


def _names(row: Row, ids: Collection[UUID]) -> bool:
    forms = {form for id_ in ids for form in (id_, id_.bytes, str(id_), id_.hex)}
    return any(value in forms for value in row.values() if isinstance(value, UUID | bytes | str))


def _id(value: Any) -> UUID | None:
    if isinstance(value, bytes):
        return UUID(bytes=value)
    return UUID(value) if isinstance(value, str) else value
