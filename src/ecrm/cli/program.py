"""The program `ecrm`: its options, its commands, and how errors become one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ecrm.cli.opening import Opening, names_from
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
_PLUGINS = "ECRM_PLUGINS"
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
    "plugins": ("ecrm.cli.plugins", "plugins"),
    "reactions": ("ecrm.cli.reactions", "reactions"),
    "parked": ("ecrm.cli.reactions", "parked"),
    "replay": ("ecrm.cli.reactions", "replay"),
    "consent": ("ecrm.cli.consent", "consent"),
    "messages": ("ecrm.cli.messages", "messages"),
    "surveys": ("ecrm.cli.surveys", "surveys"),
    "templates": ("ecrm.cli.templates", "templates"),
    "audit": ("ecrm.cli.audit", "audit"),
    "privacy": ("ecrm.cli.privacy", "privacy"),
    "sync": ("ecrm.cli.reactions", "sync"),
    "openapi": ("ecrm.cli.describing", "openapi"),
}


class Program(click.Group):
    """Find commands by name, ours and those of plugins, and load only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of the commands; plugins that can not start are told of, and give none."""
        try:
            contributed = self._contributed(ctx)
        except EcrmError as error:
            click.echo(f"ecrm: {error}", err=True)
            contributed = {}
        return sorted({*_COMMANDS, *contributed})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command by its name.

        Raises:
            SetupError: A plugin's command can not be loaded.
        """
        from importlib import import_module

        if cmd_name in _COMMANDS:
            module, name = _COMMANDS[cmd_name]
            command: click.Command = getattr(import_module(module), name)
            return command
        contributed = self._contributed(ctx)
        return _loaded(*contributed[cmd_name]) if cmd_name in contributed else None

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

    def plugin_commands(self, ctx: click.Context) -> Mapping[str, Any]:
        """Give the commands of the plugins that are chosen, by name."""
        from ecrm.registry import collect

        # Where help is asked for first the options are not read: then the environment says which plugins there are.
        return collect(names_from(ctx.params.get("plugins", os.environ.get(_PLUGINS)))).commands

    def _contributed(self, ctx: click.Context) -> dict[str, tuple[str, str]]:
        commands = self.plugin_commands(ctx)
        for name, owned in commands.items():
            if name in _COMMANDS:
                raise SetupError(f"plugin {owned.plugin} has a command {name}, which is one of ecrm: rename it")
        return {name: (owned.plugin, owned.record.function) for name, owned in commands.items()}


def _loaded(plugin: str, where: str) -> click.Command:
    from ecrm.registry import load

    what = f"the command of plugin {plugin}"
    command = load(where, what)
    if not isinstance(command, click.Command):
        raise SetupError(f"{what} is no command of click: {where}")
    return command


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
@click.option(
    "--plugins",
    envvar=_PLUGINS,
    metavar="NAMES",
    # So that `--help` after it tells of their commands.
    is_eager=True,
    help="The plugins, with commas between them; all that are built in or installed where left out; or ECRM_PLUGINS.",
)
@click.option(
    "--secrets",
    envvar="ECRM_SECRETS",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A JSON file with the secrets a host gives as CRM(secrets=…); or ECRM_SECRETS.",
)
@click.option(
    "--deployment",
    envvar="ECRM_DEPLOYMENT",
    metavar="NAME",
    help="What this deployment is called, where the host says so by CRM(deployment=…); or ECRM_DEPLOYMENT.",
)
@click.option(
    "--actor",
    envvar="ECRM_ACTOR",
    default="cli",
    metavar="NAME",
    help="Who is at work, for the audit; or ECRM_ACTOR.",
)
@click.version_option(package_name="ecrm")
@click.pass_context
def program(
    ctx: click.Context,
    database: str | None,
    host: str | None,
    shop: str,
    plugins: str | None,
    secrets: Path | None,
    actor: str,
    deployment: str | None,
) -> None:
    """Keep one timeline for each customer of a shop.

    Exit codes: 0 done, 1 something was rejected or is unhealthy, 2 wrong use or input, 3 the setup must
    change, 4 try again later.
    """
    ctx.obj = Opening(database, host, shop, names_from(plugins), secrets, actor, deployment)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave Python with its exit code.

    Args:
        arguments: Of the command line; None takes those Python was started with.
    """
    program.main(None if arguments is None else list(arguments), prog_name="ecrm")
