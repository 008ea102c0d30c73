"""The command line, `ecrm`: one file a group of commands.

What the commands do is done by `ecrm.crm` and `ecrm.imports`.
"""

from ecrm.cli.program import main

__all__ = ["main"]
