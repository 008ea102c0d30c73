from __future__ import annotations

import csv
import datetime as dt
import json

import pytest

from ecrm import Money, Who
from ecrm.errors import InvalidError
from ecrm.imports import import_file, read_mapping, rehearse_file

PEOPLE = """
source = "club"
[file]
days = ["%d.%m.%Y"]
[customers]
customer.user_id = "no"
customer.email = "mail"
customer.phone = "phone"
name = "name"
birthday = "born"
tags = { column = "tags", split = "|" }
attributes.shoe_size = { column = "shoe", type = "integer", unit = "EU" }
attributes.wants_mail = { column = "wants", type = "boolean" }
"""
HEADER = "no,mail,phone,name,born,tags,shoe,wants\n"
AYSE = "7,ayse@example.org,0532 111 22 33,Ayşe Yılmaz,14.03.1988,vip|club,38,evet\n"


@pytest.fixture
def shop(crm):
    crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY", language="tr")
    return crm


def file_of(tmp_path, text, name="file.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_customers_come_with_identities_attributes_tags_and_birthday(shop, tmp_path):
    report = import_file(shop, file_of(tmp_path, HEADER + AYSE), read_mapping(PEOPLE))
    assert (report.recorded, report.is_clean) == (1, True)
    ayse = shop.customers.find("0532 111 22 33")
    assert ayse == shop.customers.find(Who(user_id="7", source="club"))
    assert (ayse.name, ayse.birthday, ayse.tags) == ("Ayşe Yılmaz", dt.date(1988, 3, 14), {"vip", "club"})
    assert ayse.attributes == {"shoe_size": 38, "wants_mail": True}
    assert shop.customers.attributes["shoe_size"].unit == "EU"


def test_importing_again_is_no_change_and_a_changed_line_is_news(shop, tmp_path):
    mapping = read_mapping(PEOPLE)
    import_file(shop, file_of(tmp_path, HEADER + AYSE), mapping)
    again = import_file(shop, file_of(tmp_path, HEADER + AYSE), mapping)
    assert (again.recorded, again.duplicates) == (0, 1)
    changed = import_file(shop, file_of(tmp_path, HEADER + AYSE.replace(",38,", ",39,")), mapping)
    assert changed.recorded == 1
    assert len(shop.timeline("ayse@example.org")) == 2


def test_a_line_without_a_usable_identity_is_rejected_and_the_rest_goes_in(shop, tmp_path):
    lines = [
        ",test@test.com,,A,,,,\n",
        ",,,B,,,,\n",
        ",not an address,12,C,,,,\n",
        "2,test@test.com,,D,,,,\n",
    ]
    report = import_file(shop, file_of(tmp_path, HEADER + "".join(lines)), read_mapping(PEOPLE))
    assert [fault.number for fault in report.samples] == [2, 3, 4]
    assert report.recorded == 1
    assert report.odd == {"unusable_email": 1}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (AYSE.replace("14.03.1988", "31.02.1988"), "customers.birthday"),
        (AYSE.replace(",38,", ",38.5,"), "customers.attributes.shoe_size"),
        (AYSE.replace("evet", "belki"), "customers.attributes.wants_mail"),
        (AYSE.replace("Ayşe Yılmaz", "4111 1111 1111 1111"), "customers.name"),
    ],
)
def test_a_bad_value_of_a_customer_is_named(shop, tmp_path, bad, field):
    report = import_file(shop, file_of(tmp_path, HEADER + bad + AYSE), read_mapping(PEOPLE))
    assert [(fault.number, fault.field) for fault in report.samples] == [(2, field)]
    assert report.recorded == 1


def test_the_report_file_has_line_numbers_and_reasons_and_no_personal_data(shop, tmp_path):
    path = file_of(tmp_path, HEADER + AYSE.replace("14.03.1988", "31.02.1988"))
    for name in ("report.csv", "report.jsonl"):
        import_file(shop, path, read_mapping(PEOPLE), report=tmp_path / name)
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert (row["line"], row["what"], row["field"]) == ("2", "rejected", "customers.birthday")
    (told,) = (tmp_path / "report.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(told)["line"] == 2
    assert "Ayşe" not in told + str(row)
    assert "1988" not in told + str(row)


def test_a_report_that_can_not_be_written_is_wrong_input(shop, tmp_path):
    with pytest.raises(InvalidError):
        import_file(shop, file_of(tmp_path, HEADER), read_mapping(PEOPLE), report=tmp_path / "no" / "report.csv")


def test_orders_and_customers_may_stand_in_one_file(shop, tmp_path):
    mapping = read_mapping("""
source = "till"
[orders]
id = "no"
at = "at"
amount = "sum"
customer.phone = "phone"
[customers]
customer.phone = "phone"
name = "name"
""")
    lines = "1,2026-01-01,10,05321112233,Ayşe\n2,2026-01-02,5,05321112233,Ayşe\n3,2026-01-03,1,,\n"
    text = f"no,at,sum,phone,name\n{lines}"
    report = import_file(shop, file_of(tmp_path, text), mapping)
    assert report.events == {"Customer Updated": 1, "Order Completed": 3}
    assert report.is_balanced
    facts = shop.facts("0532 111 22 33")
    assert (facts["orders.count"], facts["orders.spent"]) == (2, Money("15.00", "TRY"))
    assert shop.customers.find("0532 111 22 33").name == "Ayşe"


def test_other_events_come_by_their_columns_with_the_types_of_their_kind(shop, tmp_path):
    mapping = read_mapping("""
source = "club"
[file]
decimal = ","
[events]
name = { value = "Product Reviewed" }
at = "at"
customer.email = "mail"
properties.product_id = "product"
properties.rating = "stars"
properties.review_id = "no"
""")
    lines = "1,2026-01-01 10:00,a@example.org,P1,4\n2,2026-01-01 10:00,a@example.org,P1,many\n"
    text = f"no,at,mail,product,stars\n{lines}"
    report = import_file(shop, file_of(tmp_path, text), mapping)
    assert (report.recorded, [fault.field for fault in report.samples]) == (1, ["events.properties.rating"])
    assert shop.facts("a@example.org")["reviews.last_rating"] == 4
    assert import_file(shop, file_of(tmp_path, text), mapping).recorded == 0


def test_json_lines_that_are_events_already_go_in_as_they_are(shop, tmp_path):
    who = {"email": "a@example.org"}
    order = {"order_id": "1", "total": "9.90", "currency": "TRY"}
    events = [
        {
            "event": "Order Completed",
            "timestamp": "2026-01-01T10:00:00",
            "customer": who,
            "properties": order,
        },
        {"event": "Gift Wrapped", "timestamp": "2026-01-01T10:00:00Z", "customer": who},
        {"event": "Order Completed", "properties": {}},
        {"event": "Store Visited", "customer": who},
    ]
    path = file_of(tmp_path, "".join(json.dumps(event) + "\n" for event in events), "events.jsonl")
    mapping = read_mapping('source = "old"\nzone = "Europe/Istanbul"\n[file]\nkind = "wire"')
    report = import_file(shop, path, mapping)
    assert (report.recorded, [fault.number for fault in report.samples]) == (2, [3, 4])
    page = shop.timeline("a@example.org")
    assert [one.kind for one in page] == ["Gift Wrapped", "Order Completed"]
    assert page[1].at == dt.datetime(2026, 1, 1, 7, tzinfo=dt.UTC)
    assert import_file(shop, path, mapping).duplicates == 2


def test_what_the_crm_refuses_is_reported_with_its_line_and_its_money(shop, tmp_path):
    mapping = read_mapping("""
source = "till"
[orders]
id = "no"
at = "at"
amount = "sum"
channel = "channel"
customer.email = "mail"
""")
    text = "no,at,sum,channel,mail\n1,2026-01-01,10,Web Shop!,a@example.org\n2,2026-01-02,5,web,a@example.org\n"
    report = import_file(shop, file_of(tmp_path, text), mapping)
    assert (report.recorded, report.rejected_events) == (1, 1)
    assert [(fault.number, fault.field) for fault in report.samples] == [(2, "channel")]
    assert (report.amounts["rejected"], report.is_balanced) == (10, True)


def test_a_rehearsal_says_what_would_happen_and_writes_nothing(shop, tmp_path):
    mapping = read_mapping(PEOPLE)
    path = file_of(tmp_path, HEADER + AYSE + "8,,,B,x,,,\n")
    before = rehearse_file(shop, path, mapping)
    assert before.counts == {"new": 1, "updated": 0, "unchanged": 0, "conflicting": 0, "rejected": 1}
    assert shop.customers.list() == []
    assert shop.customers.attributes == {}
    import_file(shop, path, mapping)
    assert rehearse_file(shop, path, mapping).counts["unchanged"] == 1
    changed = rehearse_file(shop, file_of(tmp_path, HEADER + AYSE.replace("38", "40")), mapping)
    assert (changed.counts["updated"], changed.samples[0].line) == (1, 2)


def test_a_rehearsal_finds_identities_that_belong_to_two_people_today(shop, tmp_path):
    shop.customers.upsert(Who(user_id="7", source="club"), name="One")
    shop.customers.upsert("ayse@example.org", name="Other")
    found = rehearse_file(shop, file_of(tmp_path, HEADER + AYSE), read_mapping(PEOPLE))
    assert (found.counts["conflicting"], found.samples[0].what) == (1, "conflicting")


def test_a_rehearsal_finds_orders_that_are_stored_with_another_content(shop, tmp_path):
    mapping = read_mapping('source = "x"\n[orders]\nid = "no"\nat = "at"\namount = "sum"')
    import_file(shop, file_of(tmp_path, "no,at,sum\n1,2026-01-01,10\n2,2026-01-01,10\n"), mapping)
    found = rehearse_file(shop, file_of(tmp_path, "no,at,sum\n1,2026-01-01,11\n2,2026-01-01,10\n"), mapping)
    assert (found.counts["conflicting"], found.counts["unchanged"]) == (1, 1)
    assert json.loads(json.dumps(found.to_json()))["conflicting"] == 1
