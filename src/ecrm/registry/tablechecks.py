"""What is checked of plugins' tables when a CRM starts: their names, their keys, and who follows them."""

from __future__ import annotations

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.migrating import VERSION_TABLE
from ecrm.database.types import Id
from ecrm.errors import SetupError
from ecrm.hookspecs import Follower, Tables
from ecrm.registry.contributions import Contributions

__all__ = ["check_name", "check_tables"]

_CUSTOMER_COLUMNS = ("customer_id", "profile_id")
_LONGEST_NAME = 63
# What the core itself makes under a plugin's prefix.
_RESERVED = ("version", "fact")


def check_name(plugin: str) -> None:
    """Refuse a plugin whose tables could not be told from the core's.

    Raises:
        SetupError: A table of the core begins with its prefix.

    >>> check_name("acme")
    """
    prefix = f"ecrm_{plugin}_"
    clashing = sorted(name for name in (*METADATA.tables, VERSION_TABLE) if f"{name}_".startswith(prefix))
    if clashing:
        raise SetupError(f"plugin {plugin}: its tables would be named as {clashing[0]} of the core: rename it")


def check_tables(found: Contributions) -> None:
    """Check the tables of all plugins and their followers.

    Raises:
        SetupError: A name, a key or a follower is missing or wrong.
    """
    owners: dict[str, str] = {}
    for plugin, asked in found.records.items():
        check_name(plugin)
        brought: tuple[Tables, ...] = asked.get("register_tables", ())
        if len(brought) > 1:
            raise SetupError(f"plugin {plugin} brings {len(brought)} Tables: declare its tables in one MetaData")
        tables = {table.name: table for tables in brought for table in tables.metadata.sorted_tables}
        for name, table in tables.items():
            _check_table(plugin, table)
            if owners.setdefault(name, plugin) != plugin:
                raise SetupError(f"plugins {owners[name]} and {plugin} both have a table {name}: rename one")
        _check_migrations(plugin, brought)
        _check_followers(plugin, tables, asked.get("register_followers", ()))


def _check_table(plugin: str, table: sa.Table) -> None:
    prefix = f"ecrm_{plugin}_"
    what = f"plugin {plugin}: the table {table.name}"
    if table.schema is not None:
        raise SetupError(f"{what} names a schema: leave it out, the connection's is used")
    if not table.name.startswith(prefix) or table.name in {prefix + word for word in _RESERVED}:
        reserved = " or ".join(prefix + word for word in _RESERVED)
        raise SetupError(f"{what} must be named {prefix}…, and not {reserved}")
    if len(table.name) > _LONGEST_NAME:
        raise SetupError(f"{what} has a name of more than {_LONGEST_NAME} characters: shorten it")
    if next((column.name for column in table.primary_key.columns), None) != "shop":
        raise SetupError(f"{what} must have a column shop that leads its primary key")


def _check_migrations(plugin: str, brought: tuple[Tables, ...]) -> None:
    for tables in brought:
        if tables.migrations is not None and not (tables.migrations / "versions").is_dir():
            raise SetupError(f"plugin {plugin}: its migrations have no folder versions: ship it with the package")


def _check_followers(plugin: str, tables: dict[str, sa.Table], followers: tuple[Follower, ...]) -> None:
    followed: set[str] = set()
    for follower in followers:
        what = f"plugin {plugin}: the Follower of {follower.table}"
        if follower.table not in tables:
            raise SetupError(f"{what} follows for a table it does not bring: name it in register_tables")
        if follower.key not in tables[follower.table].columns:
            raise SetupError(f"{what} names a key that is no column: {follower.key}")
        if follower.table in followed:
            raise SetupError(f"{what} is there twice: leave one")
        followed.add(follower.table)
    for name, table in tables.items():
        hanging = [column.name for column in table.columns if _is_of_customer(column)]
        if hanging and name not in followed:
            message = "say in register_followers how its rows are merged, exported and erased"
            raise SetupError(f"plugin {plugin}: {name}.{hanging[0]} hangs on a customer: {message}")


def _is_of_customer(column: sa.Column[object]) -> bool:
    ends = column.name.endswith(_CUSTOMER_COLUMNS)
    return column.name in _CUSTOMER_COLUMNS or (ends and isinstance(column.type, Id))
