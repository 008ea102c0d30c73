"""`manage.py ecrm …`: the whole command line of ecrm, on the CRM of this project."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, handle_default_options

__all__ = ["Command"]


class Command(BaseCommand):
    """Run a command of ecrm: `manage.py ecrm work`, `manage.py ecrm doctor`."""

    help = "The command line of ecrm, on the CRM of this project: see manage.py ecrm --help"
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def run_from_argv(self, argv: list[str]) -> None:
        """Run from the command line; `--help` and exit codes are those of ecrm."""
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--settings")
        parser.add_argument("--pythonpath")
        options, arguments = parser.parse_known_args(argv[2:])
        handle_default_options(options)
        _run(arguments)

    def add_arguments(self, parser: CommandParser) -> None:
        """Take all that follows as it is."""
        parser.add_argument("arguments", nargs=argparse.REMAINDER)

    def handle(self, *_: Any, **options: Any) -> None:
        """Run from code, as `call_command("ecrm", "work", "--once")`; options of ecrm itself come after a "--"."""
        given = options["arguments"]
        try:
            _run(given[1:] if given[:1] == ["--"] else given)
        except SystemExit as left:
            if left.code:
                message = f"ecrm ended with exit code {left.code}"
                raise CommandError(message, returncode=int(left.code)) from left


def _run(arguments: list[str]) -> None:
    from ecrm.adapters.django.shop import crm
    from ecrm.cli.embedding import embedded

    # The lazy object itself: a command that opens and closes it leaves it ready for the next.
    embedded(lambda: crm).main(arguments, prog_name="manage.py ecrm")
