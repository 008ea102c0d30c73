"""What a CRM still lacks before a shop goes live on it: its database, its worker, its shop, its clocks.

Health in every-day use is `interactions.health`. What can not be seen from inside, such as a backup, is not
asked here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ecrm.crm import CRM
from ecrm.database import Database
from ecrm.database.server import FileState, ServerState, database_time, read_file, read_server
from ecrm.interactions.health import Finding
from ecrm.shops.model import Settings

__all__ = ["examine_readiness"]

LEAST_POSTGRESQL = 130000
LEAST_SQLITE = (3, 35)
_MOST_SKEW_S = 2.0
_LONGEST_WAIT_S = 60.0
_LEAST_FREE_BYTES = 1024**3
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def examine_readiness(crm: CRM, now: Callable[[], dt.datetime]) -> list[Finding]:
    """Look at what production needs; `crm.doctor()` looks at tables and inbox.

    Args:
        crm: A view on the shop that goes live.
        now: Gives the time of this machine.

    >>> from ecrm.testing import FrozenClock
    >>> settings = crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY")
    >>> {one.name: one.is_good for one in examine_readiness(crm, FrozenClock())}["shop"]
    True
    """
    database = crm.database
    findings = _postgresql(database, now) if database.dialect == "postgresql" else _sqlite(database)
    return [*findings, _worker(crm), _shop(crm.shop.settings), _secrets(crm), _keys(crm)]


def _postgresql(database: Database, now: Callable[[], dt.datetime]) -> list[Finding]:
    with database.read() as transaction:
        server = read_server(transaction, _DURABLE)
        before = now()
        theirs = database_time(transaction)
        after = now()
    return [*judge_server(server), judge_clocks(theirs - (before + (after - before) / 2))]


def judge_server(server: ServerState) -> list[Finding]:
    """Tell whether a PostgreSQL server keeps what it was told."""
    is_new_enough = server.version >= LEAST_POSTGRESQL
    version = f"PostgreSQL {server.version // 10_000}"
    advice = "" if is_new_enough else f": use {LEAST_POSTGRESQL // 10_000} or newer"
    lax = sorted(name for name, value in server.settings.items() if value == "off")
    durable = f"turn on {', '.join(lax)}: a crash may lose or damage what was acknowledged" if lax else "nothing is off"
    is_utf8 = server.encoding == "UTF8"
    return [
        Finding("database", is_new_enough and not server.is_standby, _standby(server) or version + advice),
        Finding("durability", not lax, durable),
        Finding("encoding", is_utf8, server.encoding if is_utf8 else f"{server.encoding}: make the database with UTF8"),
    ]


def _standby(server: ServerState) -> str:
    return "this server follows another and can not be written: name the primary" if server.is_standby else ""


def judge_clocks(skew: dt.timedelta) -> Finding:
    """Tell whether the clocks of database and machine agree.

    Args:
        skew: How far the database is ahead.
    """
    skew_s = skew.total_seconds()
    is_good = abs(skew_s) <= _MOST_SKEW_S
    detail = f"the database is {abs(skew_s):.1f} s {'ahead of' if skew_s > 0 else 'behind'} this machine"
    return Finding("clock", is_good, detail + ("" if is_good else ": let both follow NTP"), skew_s)


def _sqlite(database: Database) -> list[Finding]:
    return judge_file(read_file(database))


def judge_file(file: FileState) -> list[Finding]:
    """Tell whether a SQLite file may hold a shop's CRM, and lies where it is safe."""
    is_new_enough = file.version >= LEAST_SQLITE
    fine = "SQLite: fine while shop and workers run on one machine; else see `ecrm move`"
    version = ".".join(str(part) for part in file.version)
    least = ".".join(str(part) for part in LEAST_SQLITE)
    is_wal = file.journal == "wal"
    needed = max(_LEAST_FREE_BYTES, file.size_bytes)
    is_roomy = file.free_bytes >= needed
    room = f"{file.free_bytes / 1024**3:.1f} GiB free"
    place = "on a local disk, as far as the system says"
    return [
        Finding("database", is_new_enough, fine if is_new_enough else f"SQLite {version}: use {least} or newer"),
        Finding("journal", is_wal, "WAL" if is_wal else f"{file.journal}: put the file where SQLite can use WAL"),
        Finding(
            "file system",
            file.network is None,
            place if file.network is None else f"{file.network}: SQLite loses locks there, put it on a local disk",
        ),
        Finding(
            "free disk",
            is_roomy,
            room + ("" if is_roomy else f": keep {needed / 1024**3:.1f} GiB, as much as the file has and 1 at least"),
            file.free_bytes,
        ),
    ]


def _worker(crm: CRM) -> Finding:
    # A reaction's cursor would tell of a live worker too, by when it moved.
    lag_s = next((one.figure or 0.0 for one in crm.doctor() if one.name == "inbox lag"), 0.0)
    is_good = lag_s <= _LONGEST_WAIT_S
    said = "nothing waits for long; emit something and look again, to see that a worker runs"
    late = f"a row waits for {lag_s:.0f} s: run `ecrm work` as a service"
    return Finding("worker", is_good, said if is_good else late, lag_s)


def _shop(settings: Settings) -> Finding:
    # The language has a default that many shops mean; the other three have none that a shop could mean.
    missing = [name for name, held in (("country", settings.country), ("currency", settings.currency)) if held is None]
    if settings.zone == "UTC":
        missing.append("zone")
    options = " ".join(f"--{name} …" for name in sorted(missing))
    said = f"{settings.country}, {settings.zone}, {settings.currency}, {settings.language}"
    return Finding("shop", not missing, f"set them: `ecrm shop {options}`" if missing else said)


def _secrets(crm: CRM) -> Finding:
    # How long each must be is checked where it is given.
    declared = crm._core.contributions.settings  # noqa: SLF001 - readiness looks behind the door of the CRM
    unset = [
        f"{plugin}.{setting.name}"
        for plugin, settings in declared.items()
        if crm.plugins.is_on(plugin)
        for setting in settings
        if setting.is_secret and crm.plugins.settings(plugin)[setting.name] is None
    ]
    lacking = f"{', '.join(unset)} are not set: crm.plugins.configure, or switch the plugin off"
    return Finding("secrets", not unset, lacking if unset else "every plugin that is on has what it asks for")


def _keys(crm: CRM) -> Finding:
    weaker = [use for use, is_given in crm._core.keys.are_of_host().items() if not is_given]  # noqa: SLF001 - as above
    given = ", ".join(f'"{use}": "…"' for use in weaker)
    kept = f"kept in the database, so whoever reads it can forge what they sign: give CRM(secrets={{{given}}})"
    # Safe against everybody else: weaker, and not wrong.
    return Finding("keys", is_good=True, detail=kept if weaker else "those of links and erasure are the host's own")
