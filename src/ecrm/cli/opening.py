"""What the program was told about the CRM that its commands open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ecrm.errors import SetupError

__all__ = ["Opening", "names_from", "secrets_from"]


class Opening(NamedTuple):
    """Hold the options of the program.

    Args:
        database: The URL, where one is named.
        host: The URL of the shop's own SQLite file, where the CRM's is another.
        shop: Which shop.
        plugins: The plugins, by name where it is a command line that says; None for all built-in and installed ones.
        secrets: The file of the host's secrets, or what it holds.
        actor: Who is at the command line, for the audit.
        deployment: What the host calls this deployment; None goes by where the database is.
    """

    database: str | None
    host: str | None
    shop: str
    plugins: tuple[Any, ...] | None = None
    secrets: Path | Mapping[str, Any] | None = None
    actor: str = "cli"
    deployment: str | None = None


def names_from(text: str | None) -> tuple[str, ...] | None:
    """Read names with commas between them; None stays None.

    >>> names_from("activity, trendyol")
    ('activity', 'trendyol')
    """
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def secrets_from(file: Path | Mapping[str, Any] | None) -> dict[str, Any]:
    """Read the host's secrets: one JSON object, each a text or the new and the old one in a list.

    Args:
        file: Where it is, or the object itself.

    Raises:
        SetupError: The file is not there, or holds something else.
    """
    if not isinstance(file, Path):
        return dict(file or {})
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError("the file of secrets can not be read: look at --secrets or ECRM_SECRETS") from error
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise SetupError('the file of secrets must hold one JSON object, as {"acme.api_secret": "…"}')
    return held
