"""The commands of `ecrm` as a group of a host's own command line: what they open the host says, and no option.

What the commands are is in `program`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from ecrm.cli.opening import Opening
from ecrm.cli.program import Program

__all__ = ["embedded"]


class _Embedded(Program):
    """Find commands as the program does, with the plugins of the host."""

    def __init__(self, opening: Callable[[], Opening], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._opening = opening

    def chosen(self, ctx: click.Context) -> Sequence[Any] | None:
        """Give the host's plugins."""
        del ctx
        return self._opening().plugins


def embedded(opening: Callable[[], Opening], name: str = "ecrm") -> click.Group:
    """Give the commands as a group of a host's command line.

    Args:
        opening: Says what they open; called when a command is.
        name: Of the group.

    >>> embedded(lambda: Opening("sqlite:///crm.db", None, "main")).name
    'ecrm'
    """

    def open_it(shop: str | None, actor: str | None) -> None:
        said = opening()
        context = click.get_current_context()
        context.obj = said._replace(shop=shop or said.shop, actor=actor or said.actor)

    options = [
        click.Option(["--shop"], metavar="KEY", help="Another shop than the host's."),
        click.Option(["--actor"], metavar="NAME", help="Who is at work, for the audit."),
    ]
    about = "Keep one timeline for each customer: the commands of ecrm, on the database of this program."
    return _Embedded(opening, name=name, params=options, callback=open_it, help=about)
