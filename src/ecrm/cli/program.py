"""The program `ecrm`: its options, its commands, and how errors become one line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from ecrm.errors import ConflictError, EcrmError, InvalidError, NotFoundError, SetupError, UnavailableError

__all__ = ["BROKEN_PIPE", "EXITS", "Program", "main"]

EXITS: dict[type[EcrmError], int] = {
    InvalidError: 2,
    NotFoundError: 2,
    ConflictError: 2,
    SetupError: 3,
    UnavailableError: 4,
}
BROKEN_PIPE = 141
_INTERRUPTED = 130
_VAGUE = "this does not mean one customer: say which identity it is, with --as user_id, --as card, …"
_COMMANDS = {
    "upgrade": ("ecrm.cli.upkeep", "upgrade"),
    "work": ("ecrm.cli.upkeep", "work"),
    "doctor": ("ecrm.cli.upkeep", "doctor"),
    "import": ("ecrm.cli.files", "import_"),
    "move": ("ecrm.cli.moving", "move"),
    "customers": ("ecrm.cli.customers", "customers"),
    "timeline": ("ecrm.cli.history", "timeline"),
    "facts": ("ecrm.cli.history", "facts"),
    "shop": ("ecrm.cli.shops", "shop"),
    "inbox": ("ecrm.cli.inbox", "inbox"),
}


class Program(click.Group):
    """Find commands by name, and load only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """Give the names of the commands."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """Give a command by its name."""
        from importlib import import_module

        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what ecrm raises on purpose becomes one line and an exit code."""
        try:
            return super().invoke(ctx)
        except EcrmError as error:
            is_vague = isinstance(error, InvalidError) and "who" in error.fields
            click.echo(f"ecrm: {_VAGUE if is_vague else error}", err=True)
            ctx.exit(EXITS.get(type(error), 2))
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(BROKEN_PIPE)
        except KeyboardInterrupt:
            click.echo("ecrm: stopped", err=True)
            ctx.exit(_INTERRUPTED)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--database",
    envvar="ECRM_DATABASE",
    metavar="URL",
    help="sqlite:///crm.db or postgresql+psycopg://…; or ECRM_DATABASE.",
)
@click.option(
    "--host",
    envvar="ECRM_HOST",
    metavar="URL",
    help="The shop's own SQLite file, where the CRM's is another: CRM(url, host=…); or ECRM_HOST.",
)
@click.option("--shop", envvar="ECRM_SHOP", default="main", metavar="KEY", help="Which shop; or ECRM_SHOP.")
@click.version_option(package_name="ecrm")
@click.pass_context
def program(ctx: click.Context, database: str | None, host: str | None, shop: str) -> None:
    """Keep one timeline for each customer of a shop.

    Exit codes: 0 done, 1 something was rejected or is unhealthy, 2 wrong use or input, 3 the setup must
    change, 4 try again later.
    """
    ctx.obj = (database, host, shop)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave Python with its exit code.

    Args:
        arguments: Of the command line; None takes those Python was started with.
    """
    program.main(None if arguments is None else list(arguments), prog_name="ecrm")
