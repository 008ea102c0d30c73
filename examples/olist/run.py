"""What 4,988 real reviews say: by whether the order came late, and beside what the customers did.

python examples/olist/run.py FOLDER_OF_OLIST sqlite:///olist.db
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from prepare import prepare

from ecrm import CRM
from ecrm.imports import Report, import_answers, import_file, load_mapping
from ecrm.surveys.followup import Followup
from ecrm.surveys.scoring import Estimate, Rating, csat, difference_of_means

HERE = Path(__file__).parent
SURVEY = "olist_review"


def fill(crm: CRM, olist: Path) -> tuple[Report, Report]:
    """Import the orders, and the reviews as answers to a survey.

    Args:
        crm: Where they go.
        olist: The folder with Olist's files.
    """
    crm.shop.configure(country="BR", zone="America/Sao_Paulo", currency="BRL")
    crm.surveys.write(json.loads((HERE / "survey.json").read_text(encoding="utf-8")))
    crm.surveys.publish(SURVEY)
    with TemporaryDirectory() as folder:
        joined = Path(folder)
        prepare(olist, joined)
        orders = import_file(crm, joined / "orders.csv", load_mapping(HERE / "orders.toml"))
        return orders, import_answers(crm, joined / "reviews.csv", SURVEY, source="olist")


def scored(crm: CRM, *, came_late: bool) -> Rating:
    """Score the answers about orders that came late, or those about all others."""
    counts: dict[int, int] = {}
    for row in crm.surveys.export(SURVEY).rows:
        said = row["answers"]
        if said["came_late"] is came_late:
            counts[said["score"]] = counts.get(said["score"], 0) + 1
    return csat(counts)


def told(crm: CRM) -> tuple[Rating, Rating, Estimate, Followup]:
    """Give the scores of the late and of the others, how far the means are apart, and what followed."""
    late, others = scored(crm, came_late=True), scored(crm, came_late=False)
    apart = difference_of_means(others.moments, late.moments)
    return late, others, apart, crm.surveys.said_versus_did(SURVEY)


def main(olist: Path, url: str) -> None:
    """Import, and print what comes of it."""
    with CRM(url, plugins=[]) as crm:
        crm.upgrade()
        orders, answers = fill(crm, olist)
        print(f"{orders.recorded:,} events of orders, {answers.recorded:,} answers")
        print("satisfied:", crm.surveys.results(SURVEY).score.headline)
        late, others, apart, followed = told(crm)
        print("came late:", late.mean)
        print("others:   ", others.mean)
        print("apart:    ", apart)
        print(followed.sentence)
        print(followed.verdict.said("tr"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
