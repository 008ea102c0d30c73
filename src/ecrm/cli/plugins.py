"""Commands for plugins: which there are, which are on, and what the shop sets for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, open_crm
from ecrm.errors import InvalidError
from ecrm.hookspecs import Setting
from ecrm.switchboard import Switchboard

__all__ = ["plugins"]

_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def plugins(ctx: click.Context, *, as_json: bool) -> None:
    """List the plugins: what each contributes, and whether the shop uses it."""
    if ctx.invoked_subcommand is not None:
        return
    found = open_crm(ctx).plugins.list()
    if as_json:
        print_json({"plugins": found})
        return
    rows = [(one.name, one.version, one.origin, one.is_on, _counted(one.contributes)) for one in found]
    print_table("Plugins", ("plugin", "version", "origin", "on", "contributes"), rows)


@plugins.command()
@click.argument("state", type=click.Choice(["on", "off"]))
@click.argument("plugin")
@click.pass_context
def switch(ctx: click.Context, state: str, plugin: str) -> None:
    """Switch a plugin on or off for the shop."""
    served = open_crm(ctx).plugins
    (served.switch_on if state == "on" else served.switch_off)(plugin)
    click.echo(f"{plugin} is {state}")


@plugins.command()
@click.argument("plugin")
@json_option
@click.pass_context
def settings(ctx: click.Context, plugin: str, *, as_json: bool) -> None:
    """Show what the shop has set for a plugin; secrets are not shown."""
    _show(open_crm(ctx).plugins, plugin, as_json=as_json)


@plugins.command()
@click.argument("plugin")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--secret", "secrets", multiple=True, metavar="NAME", help="A secret: asked for, or a line of the input.")
@json_option
@click.pass_context
def configure(ctx: click.Context, plugin: str, *, values: Sequence[str], secrets: Sequence[str], as_json: bool) -> None:
    """Set what is named for a plugin, and show what holds.

    A secret is never an argument, which other users of the machine could read: name it by --secret.
    """
    served = open_crm(ctx).plugins
    declared = {setting.name: setting for setting in served.declared(plugin)}
    given = dict(_assigned(declared, value) for value in values)
    asked = {name: _asked_for(name) for name in secrets}
    served.configure(plugin, **given, **asked)
    _show(served, plugin, as_json=as_json)


@plugins.command()
@click.argument("plugin")
@click.argument("secret")
@click.pass_context
def rotate(ctx: click.Context, plugin: str, secret: str) -> None:
    """Set a secret anew, asked for or a line of the input; the former one stays active until `retire`."""
    open_crm(ctx).plugins.rotate(plugin, **{secret: _asked_for(secret)})
    click.echo(f"{plugin}.{secret} is new; the former one is active too, until: ecrm plugins retire {plugin} {secret}")


@plugins.command()
@click.argument("plugin")
@click.argument("secret")
@click.pass_context
def retire(ctx: click.Context, plugin: str, secret: str) -> None:
    """Let only the newest value of a secret stay active."""
    open_crm(ctx).plugins.retire(plugin, secret)
    click.echo(f"only the newest {plugin}.{secret} is active")


@plugins.command()
@click.argument("plugin")
@click.pass_context
def reseal(ctx: click.Context, plugin: str) -> None:
    """Seal the shop's secrets of a plugin with the newest key, so that the old key can go."""
    click.echo(f"{open_crm(ctx).plugins.reseal(plugin)} sealed anew")


@plugins.command()
@click.argument("plugin")
@click.argument("names", nargs=-1)
@click.pass_context
def forget(ctx: click.Context, plugin: str, *, names: Sequence[str]) -> None:
    """Forget what the shop has set for a plugin: what is named, or all."""
    forgotten = open_crm(ctx).plugins.forget(plugin, *names)
    click.echo(f"forgotten: {', '.join(forgotten) or 'nothing'}")


def _show(served: Switchboard, plugin: str, *, as_json: bool) -> None:
    held = served.settings(plugin)
    if as_json:
        print_json(held)
        return
    rows = [(setting.name, held[setting.name], setting.about) for setting in served.declared(plugin)]
    print_table(f"Settings of {plugin}", ("setting", "value", "what it decides"), rows)


def _assigned(declared: Mapping[str, Setting], text: str) -> tuple[str, Any]:
    name, is_assigned, value = text.partition("=")
    if not is_assigned:
        raise InvalidError("give settings as NAME=VALUE")
    if name in declared and declared[name].is_secret:
        raise InvalidError.of(name, f"a secret is never an argument: --secret {name} asks for it, or reads a line")
    kind = declared[name].type if name in declared else "text"
    try:
        return name, _READ[kind](value)
    except (KeyError, ValueError) as error:
        raise InvalidError.of(name, f"this is no {kind}") from error


def _truth(text: str) -> bool:
    return _TRUTHS[text.lower()]


_READ: dict[str, Callable[[str], Any]] = {"text": str, "integer": int, "number": float, "boolean": _truth}


def _asked_for(name: str) -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt(name, hide_input=True, err=True)
        return typed
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InvalidError.of(name, "give the secret as a line of the input")
    return line


def _counted(contributes: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in contributes.items())
