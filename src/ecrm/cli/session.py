"""What every command shares: the CRM it opens, whom it is about, who looks, and the choice of JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ecrm.cli.opening import Opening, secrets_from
from ecrm.crm import CRM
from ecrm.errors import SetupError
from ecrm.values import Actor, Who
from ecrm.values.who import IDENTITIES, Someone

__all__ = ["actor_of", "json_option", "note_look", "open_crm", "who_from", "who_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def open_crm(context: click.Context) -> CRM:
    """Open the CRM of the command line; it is closed when the command ends.

    Raises:
        SetupError: No database is named, or it can not be used.
    """
    opening: Opening = context.obj
    if opening.opens is not None:
        hosted = opening.opens()
        context.call_on_close(hosted.close)
        return hosted.for_shop(opening.shop) if opening.shop else hosted
    if not opening.database:
        raise SetupError("name the database: --database sqlite:///crm.db, or ECRM_DATABASE in the environment")
    crm = CRM(
        opening.database,
        host=opening.host,
        shop=opening.shop,
        plugins=opening.plugins,
        secrets=secrets_from(opening.secrets),
        deployment=opening.deployment,
    )
    context.call_on_close(crm.close)
    return crm


def actor_of(context: click.Context) -> Actor:
    """Say who is at the command line."""
    opening: Opening = context.obj
    return Actor.staff(opening.actor)


def note_look(context: click.Context, crm: CRM, who: Someone | None, rows: int | None = None) -> None:
    """Leave a row in the audit: whoever is at the command line looks at personal data, under the command's name.

    Args:
        context: Of the command.
        crm: What it opened.
        who: At whose; None for a list of several.
        rows: Of how many, where it is a list.
    """
    _, _, what = context.command_path.partition(" ")
    crm.audit.note_read(who, what, actor_of(context), rows)


def json_option(command: _Command) -> _Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def who_options(command: _Command) -> _Command:
    """Add the argument WHO, and the options that say which kind of identity it is."""
    kinds = click.option("--as", "kind", type=click.Choice(IDENTITIES), help="Which kind of identity WHO is.")
    source = click.option("--source", metavar="NAME", help="Which system knows the account, as in the mapping.")
    return click.argument("who")(kinds(source(command)))


def who_from(who: str, kind: str | None, source: str | None) -> Someone:
    """Say whom the command line means: as it is, or by the kind of identity it names."""
    if kind is None and source is None:
        return who
    given: dict[str, Any] = {kind or "user_id": who, "source": source}
    return Who(**given)
