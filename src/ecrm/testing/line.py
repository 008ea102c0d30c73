"""What a channel is given to know of its shop, in a test: settings and secrets as a shop sets them, time at rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from ecrm.database import Database, Transaction
from ecrm.errors import SetupError
from ecrm.hookspecs import Setting
from ecrm.registry import collect
from ecrm.testing.clock import FrozenClock

__all__ = ["FrozenLine"]

T = TypeVar("T")


@attrs.frozen(repr=False)
class FrozenLine:
    """Be the line of a channel to a shop, whose time moves only when told.

    Args:
        given: What the shop has set, by name.
        secrets: Its secrets, by name.
        shop: The shop.
        clock: The clock.
        database: Where a channel that has tables keeps them; None where it has none.

    >>> line = FrozenLine.of("console")
    >>> line.shop, line.now().isoformat()
    ('main', '2026-01-01T12:00:00+00:00')
    """

    given: Mapping[str, Any] = attrs.field(factory=dict)
    secrets: Mapping[str, str] = attrs.field(factory=dict)
    shop: str = "main"
    clock: FrozenClock = attrs.field(factory=FrozenClock)
    database: Database | None = None

    @classmethod
    def of(
        cls,
        plugin: Any,
        settings: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        *,
        clock: FrozenClock | None = None,
        database: Database | None = None,
    ) -> FrozenLine:
        """Make the line of a plugin: what is set is checked as `configure` checks it, the rest is as it is by default.

        Args:
            plugin: Its name, module, object or class.
            settings: What the shop sets.
            secrets: Its secrets.
            clock: The clock; None is a new one.
            database: Where a channel that has tables keeps them.

        Raises:
            InvalidError: The plugin refuses a value.
            SetupError: The plugin has no such setting.
        """
        declared = {one.name: one for ones in collect([plugin]).settings.values() for one in ones}
        values = {one.name: one.default for one in declared.values() if not one.is_secret}
        values |= {name: _known(declared, name).checked(value) for name, value in (settings or {}).items()}
        sealed = {name: _known(declared, name).checked(value) for name, value in (secrets or {}).items()}
        return cls(values, sealed, clock=clock or FrozenClock(), database=database)

    def now(self) -> dt.datetime:
        """Give the time."""
        return self.clock()

    def settings(self) -> Mapping[str, Any]:
        """Give what the shop has set, without its secrets."""
        return dict(self.given)

    def secret(self, name: str) -> str:
        """Give a secret.

        Raises:
            SetupError: The shop has not set it.
        """
        if name not in self.secrets:
            raise SetupError(f"the shop has not set the secret {name}")
        return self.secrets[name]

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a transaction.

        Raises:
            SetupError: The line was given no database.
        """
        if self.database is None:
            raise SetupError("this channel keeps rows: give FrozenLine(…, database=crm.database)")
        return self.database.transact(work)

    def __repr__(self) -> str:
        return f"<FrozenLine {self.shop}>"


def _known(declared: Mapping[str, Setting], name: str) -> Setting:
    if name not in declared:
        raise SetupError(f"the plugin has no setting {name}: it has {', '.join(sorted(declared)) or 'none'}")
    return declared[name]
