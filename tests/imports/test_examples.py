from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ecrm import Money
from ecrm.imports import import_file, load_mapping

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_turkish_shop_goes_in_with_its_faults_reported(crm):
    shop = EXAMPLES / "turkish_shop"
    crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY", language="tr")
    people = import_file(crm, shop / "customers.csv", load_mapping(shop / "customers.toml"))
    assert [fault.number for fault in people.samples] == [8, 9]
    orders = import_file(crm, shop / "orders.csv", load_mapping(shop / "orders.toml"))
    assert [fault.number for fault in orders.samples] == [12]
    assert orders.is_balanced
    ayse = crm.customers.find("0532 111 22 33")
    assert (ayse.name, ayse.attributes["city"], ayse.tags) == ("Ayşe Yılmaz", "İstanbul", {"vip", "gazete"})
    assert crm.facts("0532 111 22 33")["orders.spent"] == Money("49.90", "TRY")
    assert [found.name for found in crm.customers.search("isil cag")] == ["Işıl ÇAĞLAYAN"]
    assert crm.facts("534 111 22 55")["orders.cancelled_count"] == 1


def test_every_purchase_of_the_cdnow_sample_goes_in_once(crm):
    sample = EXAMPLES / "cdnow"
    mapping = load_mapping(sample / "mapping.toml")
    report = import_file(crm, sample / "CDNOW_sample.txt", mapping)
    assert (report.lines, report.recorded, report.is_balanced) == (6_919, 6_919, True)
    assert import_file(crm, sample / "CDNOW_sample.txt", mapping).duplicates == 6_919


def test_the_demonstration_shows_a_timeline_facts_and_the_ten_best(tmp_path):
    program = [sys.executable, str(EXAMPLES / "demo" / "run.py"), str(tmp_path)]
    shown = subprocess.run(program, capture_output=True, text=True, encoding="utf-8", check=True)
    assert "6,919 orders recorded" in shown.stdout
    assert "The ten best customers" in shown.stdout
    assert (tmp_path / "crm.db").exists()
    assert "1,200 answers" in shown.stdout
    # They were drawn by chance.
    assert "predicts" not in shown.stdout
    assert "Said versus did" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "How likely are you" in (tmp_path / "survey" / "nps.html").read_text(encoding="utf-8")
