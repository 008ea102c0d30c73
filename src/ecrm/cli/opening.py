"""What the program was told about the CRM that its commands open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ecrm.crm import CRM
from ecrm.errors import SetupError

__all__ = ["Opening", "names_from", "secrets_from"]


class Opening(NamedTuple):
    """Hold the options of the program.

    Args:
        database: The URL, where one is named.
        host: The URL of the shop's own SQLite file, where the CRM's is another.
        shop: Which shop; empty where a host's own is meant.
        plugins: The plugins by name; None for all built-in and installed ones.
        secrets: The file of the host's secrets.
        actor: Who is at the command line, for the audit.
        deployment: What the host calls this deployment; None goes by where the database is.
        opens: Gives the CRM where a host's own settings say where it is, in place of all this.
    """

    database: str | None
    host: str | None
    shop: str
    plugins: tuple[str, ...] | None = None
    secrets: Path | None = None
    actor: str = "cli"
    deployment: str | None = None
    opens: Callable[[], CRM] | None = None


def names_from(text: str | None) -> tuple[str, ...] | None:
    """Read names with commas between them; None stays None.

    >>> names_from("activity, trendyol")
    ('activity', 'trendyol')
    """
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def secrets_from(file: Path | None) -> dict[str, Any]:
    """Read the host's secrets: one JSON object, each a text or the new and the old one in a list.

    Raises:
        SetupError: The file is not there, or holds something else.
    """
    if file is None:
        return {}
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError("the file of secrets can not be read: look at --secrets or ECRM_SECRETS") from error
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise SetupError('the file of secrets must hold one JSON object, as {"acme.api_secret": "…"}')
    return held
