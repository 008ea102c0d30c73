"""The commands of `ecrm` as a group of a host's own command line: what they open the host says, and no option.

What the commands are is in `program`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from ecrm.cli.opening import Opening
from ecrm.cli.program import Program
from ecrm.crm import CRM

__all__ = ["embedded"]


class _Embedded(Program):
    """Find commands as the program does, with the plugins of the host."""

    def __init__(self, opens: Callable[[], CRM], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._opens = opens

    def plugin_commands(self, ctx: click.Context) -> Mapping[str, Any]:
        """Give the commands of the host's plugins, by name."""
        del ctx
        return self._opens()._core.contributions.commands  # noqa: SLF001 - the command line puts together, as `moving`


def embedded(opens: Callable[[], CRM], name: str = "ecrm") -> click.Group:
    """Give the commands as a group of a host's command line.

    Args:
        opens: Gives the host's CRM, when a command is called; its connections are closed when the command ends.
        name: Of the group.

    >>> embedded(lambda: crm).name
    'ecrm'
    """

    def open_it(shop: str | None, actor: str) -> None:
        click.get_current_context().obj = Opening(None, None, shop or "", actor=actor, opens=opens)

    options = [
        click.Option(["--shop"], metavar="KEY", help="Another shop than the host's."),
        click.Option(["--actor"], metavar="NAME", default="cli", help="Who is at work, for the audit."),
    ]
    about = "Keep one timeline for each customer: the commands of ecrm, on the CRM of this program."
    context = {"help_option_names": ["-h", "--help"]}
    return _Embedded(opens, name=name, params=options, callback=open_it, help=about, context_settings=context)
