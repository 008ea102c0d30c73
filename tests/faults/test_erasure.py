"""Who is erased is gone: from every table, from the bytes of the file, from the logs, and does not come back."""

from __future__ import annotations

import base64
import logging
from contextlib import closing

import attrs
import pytest

from ecrm import CRM, ConflictError, Money, Who, events
from ecrm.errors import ErasedError
from ecrm.interactions.receiving import Receiver
from ecrm.interactions.tables.inbox import INBOX
from ecrm.privacy import erasing, parts
from ecrm.privacy.tables.held import HELD, holdings
from ecrm.testing import FrozenClock
from faults.canaries import AT, AYSE, CANARIES, EMAIL, PHONE, VAULT, Vault, every_event, forms, live, sought

MEHMET = Who(email="mehmet@example.org", phone="+905551112233")
BECAUSE = "asked for by letter"


@pytest.fixture
def clock():
    return FrozenClock(AT)


@pytest.fixture
def crm(database_url, clock):
    with closing(CRM(database_url, plugins=[Vault()], clock=clock)) as opened:
        opened.upgrade()
        opened.shop.configure(country="TR", currency="TRY", zone="Europe/Istanbul")
        yield opened


@pytest.fixture
def lived(crm):
    """A CRM in which the person lived, and somebody else too."""
    live(crm)
    crm.record(events.OrderCompleted(order_id="m-1", total=Money("5.00", "TRY"), customer=MEHMET, at=AT))
    crm.customers.upsert(MEHMET, name="Mehmet")
    return crm


def seen(crm, who):
    return crm.customer(who), crm.facts(who), crm.orders(who), list(crm.timeline(who))


def test_nothing_is_left_in_any_table_or_byte_of_the_file_in_any_form(lived):
    before = seen(lived, MEHMET)
    filled = {table.table.name for table in HELD} | {VAULT.name, INBOX.name, "ecrm_vault_fact"}
    filled |= {"ecrm_consent", "ecrm_message"}
    found = {one.partition(":")[0] for one in sought(lived)}
    assert found >= filled - {"ecrm_fact", "ecrm_purchase_day", "ecrm_revenue", "ecrm_void", "ecrm_edge", "ecrm_stale",
                              "ecrm_never_merge", "ecrm_fact_day"}  # fmt: skip
    erased = lived.privacy.erase(AYSE, BECAUSE)
    # A person's row in a table without words of theirs goes as well.
    assert filled - {"ecrm_stale"} <= erased.rows.keys()
    assert erased.is_shredded
    assert sought(lived) == set()
    assert seen(lived, MEHMET) == before


def test_what_arrives_late_does_not_bring_them_back(lived):
    lived.privacy.erase(AYSE, BECAUSE)
    people = len(lived.customers.list())
    for event in every_event("late"):
        lived.emit(event)
        with pytest.raises(ErasedError):
            lived.record(event)
    done = lived.work()
    assert done.received == 0
    report = lived.record_many(every_event("late"))
    assert report.recorded == 0
    assert {reason for one in report.rejected for reason in one.reasons["customer"]} == {"erased"}
    assert len(lived.customers.list()) == people
    assert {tuple(row.reasons["customer"]) for row in lived.inbox.rejected(1_000) if "customer" in row.reasons} == {
        ("erased",)
    }
    assert lived.inbox.replay() == 0
    assert all(one.is_good for one in lived.health() if one.name == "inbox rejected")
    # What came meanwhile lies in the log of the file until that is emptied.
    assert lived.privacy.vacuum()
    assert sought(lived) == set()


@pytest.mark.parametrize(
    "who", [Who(email=EMAIL.upper()), Who(phone="0532 987 65 43"), Who(email=EMAIL, anonymous_id="x9")]
)
def test_any_of_their_identities_is_known_as_erased_in_whatever_form(lived, who):
    lived.privacy.erase(AYSE, BECAUSE)
    with pytest.raises(ErasedError):
        lived.record(events.StoreVisited(customer=who))


def test_an_event_of_somebody_else_that_names_them_too_is_stored_without_them(lived):
    lived.privacy.erase(AYSE, BECAUSE)
    lived.record(events.StoreVisited(customer=Who(card="5550001", email=EMAIL), source_id="both"))
    assert [one.kind for one in lived.customers.identities(Who(card="5550001"))] == ["card"]
    assert lived.customers.find(EMAIL) is None


def test_who_comes_back_on_purpose_begins_anew(lived):
    lived.privacy.erase(AYSE, BECAUSE)
    assert lived.privacy.forget_tombstone(Who(email=EMAIL)) == 1
    lived.record(events.StoreVisited(customer=Who(email=EMAIL)))
    assert lived.facts(EMAIL)["interactions.count"] == 1
    assert lived.audit.entries(limit=1)[0].action == "forget_tombstone"
    with pytest.raises(ConflictError):
        lived.record(events.StoreVisited(customer=Who(phone=PHONE)))


def test_totals_stay_as_numbers_of_nobody(lived):
    spent = sum(order.contribution().spent.get("TRY", 0) for order in lived.orders(AYSE))
    counted = sum(order.contribution().orders for order in lived.orders(AYSE))
    lived.privacy.erase(AYSE, BECAUSE)
    with lived.database.read() as transaction:
        left = transaction.run("SELECT sum(orders), sum(spent_minor) FROM ecrm_erased").fetchone()
    assert counted > 0
    assert (int(left[0]), int(left[1])) == (counted, spent)


def test_the_work_of_a_crm_logs_nothing_of_anybody(crm, caplog):
    with caplog.at_level(logging.DEBUG):
        live(crm)
        crm.customers.search("zqx")
        crm.doctor(recount=True)
        crm.privacy.export(AYSE)
        crm.privacy.erase(AYSE, BECAUSE)
        crm.emit(events.StoreVisited(customer=AYSE, text="zqxword77"))
        crm.work()
    assert caplog.records
    assert [r.name for r in caplog.records if any(canary in logged(r) for canary in CANARIES)] == []


def logged(record):
    return logging.Formatter().format(record) + repr(record.__dict__)


def test_what_holds_somebody_shows_nothing_of_them(lived):
    held = [
        lived.customer(AYSE), lived.privacy.export(AYSE), lived.timeline(AYSE), lived.orders(AYSE)[0],
        lived.customers.identities(AYSE), lived.customers.history(AYSE), lived.customers.find(AYSE),
        lived.privacy.requests(), lived.audit.entries(), lived.inbox.rejected(), lived.parked(with_retrying=True),
        *every_event("shown"),
    ]  # fmt: skip
    for one in held:
        told = repr(one).replace(f"natural_key={getattr(one, 'natural_key', str)()!r}", "")
        assert [canary for canary in ("9876543", "Ünlüşahin", EMAIL) if canary in told] == [], type(one)


def test_a_reason_that_names_them_is_refused(lived):
    for because in ("", " ", f"{EMAIL} wrote", "she called from 0532 987 65 43"):
        with pytest.raises(ValueError, match="because"):
            lived.privacy.erase(AYSE, because)
    assert lived.customers.find(AYSE) is not None


def test_the_audit_says_that_it_was_done_and_stays_whole(lived):
    id_ = lived.customers.find(AYSE).id
    lived.privacy.erase(AYSE, BECAUSE)
    assert lived.audit.entries(id_)[0].action == "erase"
    assert lived.audit.entries(id_)[0].details["because"] == BECAUSE
    assert lived.audit.verify().is_intact


@pytest.mark.parametrize("table", [held.table.name for held in HELD if held.table.name != "ecrm_stale"])
def test_seen_red_where_a_table_is_forgotten(lived, monkeypatch, table):
    left = tuple(held for held in HELD if held.table.name != table)
    monkeypatch.setattr(parts, "holdings", lambda book: (*left, *holdings(book)[len(HELD) :]))
    ids = {lived.customers.find(AYSE).id, *(one.profile_id for one in lived.customers.identities(AYSE))}
    lived.privacy.erase(AYSE, BECAUSE)
    (forgotten,) = (held for held in HELD if held.table.name == table)
    with lived.database.read() as transaction:
        rows = transaction.core(forgotten.table.select()).all()
    assert any(getattr(row, name) in ids for row in rows for name in forgotten.names)


@pytest.mark.parametrize("bug", ["no follower", "no inbox", "no shredding", "no wide facts"])
def test_seen_red_where_something_is_left_out(lived, monkeypatch, bug):
    if bug == "no shredding" and lived.database.dialect != "sqlite":
        pytest.skip("PostgreSQL frees what is gone by itself")
    planted = {
        "no follower": lambda: monkeypatch.setattr(parts.PrivacyParts, "followers", ()),
        "no inbox": lambda: monkeypatch.setattr(erasing, "_is_theirs", lambda *_: False),
        "no shredding": lambda: [
            monkeypatch.setattr(erasing, "shred", lambda _: True),
            monkeypatch.setattr(erasing, "overwrite_deleted", lambda _: None),
        ],
        "no wide facts": lambda: monkeypatch.setattr(parts, "holdings", lambda _: HELD),
    }
    planted[bug]()
    lived.privacy.erase(AYSE, BECAUSE)
    assert sought(lived) != set()


def test_seen_red_in_every_form(sqlite_url):
    with closing(CRM(sqlite_url, plugins=[])) as crm:
        with crm.database.write() as transaction:
            rows = [(str(place), b"-" + form + b"-") for place, form in enumerate(forms().values())]
            transaction.run_many("INSERT INTO ecrm_key VALUES ('main', ?, ?, 0)", rows)
        assert {one for one in sought(crm) if one.startswith("ecrm_key")} == {f"ecrm_key: {name}" for name in forms()}


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc", b'{"email": "'])
def test_seen_red_in_base64_wherever_it_begins(before):
    encoded = base64.b64encode(before + EMAIL.encode() + b'"}')
    assert any(form in encoded for name, form in forms().items() if name.startswith("base64") and EMAIL in name)


def test_seen_red_where_a_log_tells_too_much(crm, monkeypatch, caplog):
    usual = Receiver._store_entries

    def telling(self, transaction, rows):
        for row in rows:
            logging.getLogger("ecrm.inbox").debug("received %s", row.raw.decode())
        return usual(self, transaction, rows)

    monkeypatch.setattr(Receiver, "_store_entries", telling)
    with caplog.at_level(logging.DEBUG):
        crm.emit(events.StoreVisited(customer=AYSE))
        crm.work()
    assert any(canary in logged(r) for r in caplog.records for canary in CANARIES)


def test_the_shops_own_file_is_cleaned_too(tmp_path, sqlite_url, clock):
    with closing(CRM(sqlite_url, host=f"sqlite:///{tmp_path / 'shop.db'}", plugins=[], clock=clock)) as crm:
        crm.emit(events.StoreVisited(customer=AYSE))
        crm.work()
        crm.emit(events.StoreVisited(customer=Who(email=EMAIL)))
        crm.emit(events.StoreVisited(customer=MEHMET))
        erased = crm.privacy.erase(AYSE, BECAUSE)
        assert erased.left_in_host == 0
        with crm._core.host.read() as transaction:
            assert [bytes(row[0]) for row in transaction.run("SELECT raw FROM ecrm_inbox") if b"zqx" in row[0]] == []
        assert crm.work().received == 1
    assert attrs.asdict(erased)["customer_id"] is not None
