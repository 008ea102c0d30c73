"""The command that gives the address of a survey for everybody, and draws it as a QR code."""

from __future__ import annotations

from pathlib import Path

import click

from ecrm.cli.session import open_crm
from ecrm.errors import InvalidError, SetupError

__all__ = ["link"]

_DRAWN = (".svg", ".png")


@click.command()
@click.argument("key")
@click.option("--location", "location_id", metavar="ID", help="Where it hangs; answers carry it.")
@click.option("--days", type=click.IntRange(1, 3_660), default=365, show_default=True, help="For how long it works.")
@click.option("--qr", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Draw it as a QR code: .svg or .png. Needs ecrm[qr].")  # fmt: skip
@click.pass_context
def link(ctx: click.Context, *, key: str, location_id: str | None, days: int, target: Path | None) -> None:
    """Print the address of a survey that is for everybody: on a receipt, or in a store."""
    if target is not None and target.suffix.lower() not in _DRAWN:
        raise InvalidError.of("qr", "give a file that ends in .svg or .png")
    url = open_crm(ctx).surveys.link(key, location_id=location_id, days=days)
    if target is not None:
        _draw(url, target)
    click.echo(url)


def _draw(url: str, target: Path) -> None:
    try:
        import segno
    except ModuleNotFoundError as error:
        raise SetupError('QR codes are drawn by segno: pip install "ecrm[qr]"') from error
    try:
        segno.make_qr(url, error="m").save(str(target), scale=8)
    except OSError as error:
        raise InvalidError.of("qr", "give a file in a place that can be written to") from error
