"""A ledger outside the database: a line is on the disk when `append` returns, and survives a kill."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["Ledger"]


class Ledger:
    """Append lines to a file, each synced; several processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def append(self, line: str) -> None:
        """Write a line and wait until it is on the disk."""
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)

    def lines(self) -> list[str]:
        """Give the lines that are complete."""
        if not self.path.exists():
            return []
        return [line for line in self.path.read_text().split("\n")[:-1] if line]
