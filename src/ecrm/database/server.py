"""What a database says of itself: how durable it is set, what it is, what time it has, where it lies."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path

import attrs

from ecrm.database.engine import Database
from ecrm.database.transaction import Transaction

__all__ = ["FileState", "ServerState", "database_time", "read_file", "read_server"]

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "fuse.sshfs", "fuse.s3fs", "fuse.glusterfs", "lustre")


@attrs.frozen
class ServerState:
    """Hold what a PostgreSQL server says.

    Args:
        version: As 150004.
        encoding: Of this database, as UTF8.
        settings: The settings asked for, by name.
        is_standby: Whether it follows another server and can not be written.
    """

    version: int
    encoding: str
    settings: dict[str, str]
    is_standby: bool


@attrs.frozen
class FileState:
    """Hold what is known of a SQLite file.

    Args:
        journal: The journal mode, as wal.
        version: Of the SQLite library, as (3, 40, 1).
        size_bytes: Of the file.
        free_bytes: What the disk has left.
        network: The kind of network file system it lies on; None where it is local, or not known.
    """

    journal: str
    version: tuple[int, ...]
    size_bytes: int
    free_bytes: int
    network: str | None


def read_server(transaction: Transaction, settings: tuple[str, ...]) -> ServerState:
    """Ask a PostgreSQL server for its version, encoding and some settings."""
    names = ("server_version_num", "server_encoding", *settings)
    found = transaction.run("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (list(names),)).fetchall()
    held = {name: str(setting) for name, setting in found}
    is_standby = bool(transaction.run("SELECT pg_is_in_recovery()").fetchone()[0])
    version, encoding = int(held.pop("server_version_num")), held.pop("server_encoding")
    return ServerState(version, encoding, held, is_standby)


def database_time(transaction: Transaction) -> dt.datetime:
    """Give the time of a PostgreSQL server's clock."""
    found: dt.datetime = transaction.run("SELECT clock_timestamp()").fetchone()[0]
    return found


def read_file(database: Database) -> FileState:
    """Look at a SQLite file and the disk it lies on."""
    with database.read() as transaction:
        journal = str(transaction.run("PRAGMA journal_mode").fetchone()[0])
        version = str(transaction.run("SELECT sqlite_version()").fetchone()[0])
    path = Path(database.path or "").resolve()
    free_bytes = shutil.disk_usage(path.parent).free
    parts = tuple(int(part) for part in version.split("."))
    return FileState(journal, parts, path.stat().st_size, free_bytes, network_of(path))


def network_of(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """Name the network file system a file lies on; None where it is local, or the system does not say.

    Args:
        path: The file, absolute.
        mounts: Linux's list of what is mounted where.
    """
    if sys.platform != "linux" or not mounts.is_file():
        return None
    kinds = {}
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, kind, *_ = line.split(" ")
        kinds[Path(point.replace("\\040", " "))] = kind
    holding = max((point for point in kinds if path.is_relative_to(point)), key=lambda p: len(p.parts), default=None)
    kind = kinds[holding] if holding is not None else ""
    return kind if kind.startswith(_NETWORK) else None
