"""Times on the command line: without a zone they are the shop's."""

from __future__ import annotations

import datetime as dt

import click

from ecrm.crm import CRM
from ecrm.errors import InvalidError

__all__ = ["moment_from", "since_option", "span_from", "until_option"]

since_option = click.option(
    "--since", metavar="TIME", help="From when on, as 2026-01-31 or 2026-01-31T12:00; in the shop's zone."
)
until_option = click.option("--until", metavar="TIME", help="Before when.")


def moment_from(crm: CRM, name: str, text: str | None) -> dt.datetime | None:
    """Read a time; a day is its begin.

    Args:
        crm: Whose shop's zone it is in, where it names none.
        name: Of the option.
        text: ISO 8601; None is none.

    Raises:
        InvalidError: It is none.
    """
    if text is None:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidError.of(name, "give a time, as 2026-01-31 or 2026-01-31T12:00") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=crm.shop.settings.zone_info)


def span_from(crm: CRM, since: str | None, until: str | None) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Read from when to when; see `moment_from`."""
    return moment_from(crm, "since", since), moment_from(crm, "until", until)
