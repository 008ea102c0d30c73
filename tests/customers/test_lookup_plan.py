"""On PostgreSQL identities are probed by their index, however many there are and however many are asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ecrm.customers.tables import profile as profile_table
from ecrm.database import Database

IDENTITIES = 1_000_000
FILL = f"""
INSERT INTO ecrm_profile (shop, kind, value, id, customer_id, is_junk, is_proven, first_at, last_at)
SELECT 'main', 'email', 'p' || n || '@shop.org', id, id, false, false, now(), now()
FROM (
  SELECT n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id
  FROM generate_series(1, {IDENTITIES}) n
) made
"""  # noqa: S608 - a number of ours


class Explained:
    """A transaction that asks for the plan of each statement before it runs it."""

    def __init__(self, transaction: Any) -> None:
        self._transaction = transaction
        self.plans: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)

    def run(self, sql: str, parameters: Any = ()) -> Any:
        if sql.lstrip().startswith("SELECT"):
            plan = self._transaction.run(f"EXPLAIN (FORMAT JSON) {sql}", parameters).fetchone()[0]
            self.plans.append(json.dumps(plan))
        return self._transaction.run(sql, parameters)


@pytest.fixture(scope="module")
def crowded(postgresql_server):
    """A database of a million identities."""
    from ecrm import CRM

    with postgresql_server.database() as url, CRM(url, plugins=[]) as crm:
        crm.upgrade()
        with crm.database.write() as transaction:
            transaction.run("SET LOCAL synchronous_commit = off")
            transaction.run(FILL)
        with crm.database.read() as transaction:
            transaction.run("ANALYZE ecrm_profile")
        yield crm.database


def scans(plan: str) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()

    def look(node: Any) -> None:
        if isinstance(node, dict):
            found.add((node.get("Node Type", ""), node.get("Relation Name", "")))
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                look(child)

    look(json.loads(plan))
    return found


@pytest.mark.parametrize("count", [1, 100, 2_000])
def test_a_million_identities_are_never_scanned(crowded: Database, count):
    step = IDENTITIES // count
    keys = {("email", f"p{n * step + 1}@shop.org") for n in range(count)}
    with crowded.write() as transaction:
        explained = Explained(transaction)
        by_identity = profile_table.find_profiles(explained, "main", keys)
        by_id = profile_table.profiles_by_id(explained, "main", [row.id for row in by_identity])
        of_customers = profile_table.profiles_of(explained, "main", [row.customer_id for row in by_id])
    assert len(by_identity) == len(by_id) == len(of_customers) == count
    assert len(explained.plans) == 3
    for plan in explained.plans:
        kinds = {kind for kind, table in scans(plan) if table == "ecrm_profile"}
        assert kinds <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
        assert not {kind for kind, _ in scans(plan)} & {"Hash Join", "Merge Join"}
