"""Import the CDNOW sample, show a timeline, facts and the ten best customers, and ask them what they think.

`make demo` runs it, and writes two pages into `build/demo`. Give a directory to keep the database there, too:
`python examples/demo/run.py somewhere`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from asking import show_survey
from rich.console import Console
from rich.table import Table

from ecrm import CRM, Who
from ecrm.cli.output import show_progress
from ecrm.imports import Report, import_file, load_mapping

SAMPLE = Path(__file__).parents[1] / "cdnow"
PAGES = Path("build") / "demo"
BEST = 10


def main() -> None:
    """Run the demonstration, in a directory that is kept or in one that is not."""
    if len(sys.argv) > 1:
        kept = Path(sys.argv[1])
        kept.mkdir(parents=True, exist_ok=True)
        show(kept, kept)
        return
    with tempfile.TemporaryDirectory(prefix="ecrm-demo-") as directory:
        show(Path(directory), PAGES)


def show(directory: Path, pages: Path) -> None:
    """Import the sample into a database in a directory, show what is in it, and write pages into another."""
    console = Console()
    with CRM(f"sqlite:///{directory / 'crm.db'}") as crm:
        crm.shop.configure(country="US", zone="America/New_York", currency="USD", language="en")
        began = time.monotonic()
        with show_progress() as told:
            report = import_file(crm, SAMPLE / "CDNOW_sample.txt", load_mapping(SAMPLE / "mapping.toml"), progress=told)
        show_import(console, report, time.monotonic() - began)
        best = best_customers(crm)
        show_timeline(console, crm, best[0][0])
        show_facts(console, crm, best[0][0])
        show_best(console, best)
        show_survey(console, crm, SAMPLE / "CDNOW_sample.txt", pages)
    if len(sys.argv) > 1:
        console.print(f"\nThe database is {directory / 'crm.db'}; go on with: ecrm --database sqlite:///… --help")


def show_import(console: Console, report: Report, took_s: float) -> None:
    """Say what the file held."""
    console.print(
        f"{report.lines:,} lines read, {report.recorded:,} orders recorded, {report.duplicates:,} there "
        f"already, {report.rejected_lines} rejected, ${report.total:,} in all, in {took_s:.1f} s"
    )


def best_customers(crm: CRM) -> list[tuple[Who, dict[str, object]]]:
    """Give the customers who spent most, with their facts."""
    numbers = {line.split()[0] for line in (SAMPLE / "CDNOW_sample.txt").read_text().splitlines() if line.strip()}
    known = [(who, crm.facts(who)) for who in (Who(user_id=number, source="cdnow") for number in sorted(numbers))]
    spenders = [one for one in known if "orders.spent" in one[1]]
    spenders.sort(key=lambda one: one[1]["orders.spent"].amount, reverse=True)
    return spenders[:BEST]


def show_timeline(console: Console, crm: CRM, who: Who) -> None:
    """Show the newest that happened with a customer."""
    table = Table(title=f"Timeline of customer {who.user_id}, newest first", title_justify="left")
    for heading in ("day", "what", "CDs", "dollars"):
        table.add_column(heading)
    zone = crm.shop.settings.zone_info
    for one in crm.timeline(who, limit=BEST):
        products = one.properties.get("products") or [{}]
        row = (
            f"{one.at.astimezone(zone):%Y-%m-%d}",
            one.kind,
            products[0].get("quantity"),
            one.properties["total"],
        )
        table.add_row(*(str(cell) for cell in row))
    console.print(table)


def show_facts(console: Console, crm: CRM, who: Who) -> None:
    """Show what is known of a customer."""
    table = Table(title=f"Facts of customer {who.user_id}", title_justify="left")
    table.add_column("fact")
    table.add_column("value")
    for name, value in crm.facts(who).items():
        if value:
            table.add_row(name, str(value))
    console.print(table)


def show_best(console: Console, best: list[tuple[Who, dict[str, object]]]) -> None:
    """Show the customers who spent most."""
    table = Table(title="The ten best customers", title_justify="left")
    for heading in ("customer", "orders", "days", "CDs", "first", "last", "spent"):
        table.add_column(heading, justify="left" if heading == "customer" else "right")
    for who, facts in best:
        days = (f"{facts[name]:%Y-%m-%d}" for name in ("orders.first_at", "orders.last_at"))
        table.add_row(
            str(who.user_id),
            *(str(facts[name]) for name in ("orders.count", "orders.days", "orders.items")),
            *days,
            str(facts["orders.spent"]),
        )
    console.print(table)


if __name__ == "__main__":
    main()
