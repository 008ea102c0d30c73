"""What `crm.customers` offers."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

import pytest

from ecrm import CRM, Actor, ConflictError, InvalidError, NotFoundError, Who, events
from story import AYSE, MEHMET, cancelled, minute, ordered, told, visited

PHONE = "0532 111 22 33"
SEEN_TOGETHER = Who(email="ayse@example.org", phone="+905321112233")


@pytest.fixture(autouse=True)
def _in_turkey(crm):
    crm.shop.configure(country="TR", currency="TRY", zone="Europe/Istanbul", language="tr")


def test_nobody_is_found_before_something_happened(crm):
    assert crm.customers.find(AYSE) is None
    with pytest.raises(NotFoundError):
        crm.customers.get(uuid4())


def test_a_customer_is_found_by_every_identity_and_by_text(crm):
    crm.record(visited(Who(email="ayse@example.org", phone=PHONE, user_id="7", card="c-5", handle="@ayse")))
    ids = {
        crm.customers.find(who).id
        for who in (AYSE, Who(user_id=7), Who(card="c-5"), Who(handle="@ayse"), "AYSE@example.org ", PHONE,
                    "+90 532 111 2233")
    }  # fmt: skip
    (id_,) = ids
    assert crm.customers.find(str(id_)).id == crm.customers.find(id_).id == crm.customers.get(str(id_)).id == id_


@pytest.mark.parametrize(
    "who",
    ["ali", "", "7", "a@", "532", "x" * 400, Who(email="no address"), Who(phone="12"), Who(email="test@test.com")],
)
def test_what_can_not_mean_one_customer_is_refused(crm, who):
    with pytest.raises(InvalidError):
        crm.customers.find(who)


@pytest.mark.parametrize("who", [5, None, b"a@b.org", ["a@b.org"], 1.5])
def test_what_is_no_who_at_all_is_refused(crm, who):
    with pytest.raises(InvalidError):
        crm.customers.find(who)


@pytest.mark.parametrize("id_", ["", "nobody", 5, None, b"x"])
def test_what_is_no_id_is_refused(crm, id_):
    with pytest.raises(InvalidError):
        crm.customers.get(id_)


def test_the_strongest_identity_that_is_known_finds(crm):
    crm.record(visited(AYSE))
    crm.record(visited(Who(user_id="7"), "v2"))
    both = crm.customers.find(Who(email="ayse@example.org", user_id="7"))
    assert both.id == crm.customers.find(Who(user_id="7")).id
    assert crm.customers.find(Who(email="ayse@example.org", user_id="unseen")).id == crm.customers.find(AYSE).id


def test_what_is_said_of_a_customer_is_kept(crm):
    crm.customers.declare("shoe_size", "integer", unit="EU")
    made = crm.customers.upsert(AYSE, name="Ayşe Yılmaz", birthday="1990-02-28", language="tr", shoe_size=38)
    assert (made.name, made.birthday, made.language) == ("Ayşe Yılmaz", dt.date(1990, 2, 28), "tr")
    assert crm.facts(AYSE)["attributes.shoe_size"] == 38
    again = crm.customers.upsert(made.id, birthday=dt.date(1991, 3, 1))
    assert (again.id, again.name, again.birthday) == (made.id, "Ayşe Yılmaz", dt.date(1991, 3, 1))
    assert crm.customers.get(made.id) == crm.customers.find(AYSE) == again


@pytest.mark.parametrize(
    "said",
    [
        {"shoe": 38}, {"birthday": "tomorrow"}, {"birthday": "1990-13-01"}, {"size": "38"}, {"name": 5}, {"name": "\0"},
        {"language": "a\nb"}, {"size": 10**400},
    ],
)  # fmt: skip
def test_what_can_not_be_said_of_a_customer_is_refused_and_nothing_stored(crm, said):
    crm.customers.declare("size", "integer")
    with pytest.raises(InvalidError):
        crm.customers.upsert(AYSE, **said)
    assert crm.customers.list() == []


def test_an_attribute_is_declared_by_a_name_that_is_free(crm):
    for name in ("who", "name", "birthday", "language", "actor", "shoe size"):
        with pytest.raises(InvalidError):
            crm.customers.declare(name, "text")
    with pytest.raises(InvalidError):
        crm.customers.declare("colour", "pigment")
    crm.customers.declare("colour", "text")
    crm.customers.declare("colour", "integer", about="as a number")
    assert crm.customers.attributes["colour"].type == "integer"


def test_an_attribute_nobody_declared_is_no_fact(crm):
    crm.record(told(attributes={"mood": "good"}))
    assert "attributes.mood" not in crm.facts(AYSE)
    crm.customers.declare("mood", "text")
    assert crm.facts(AYSE)["attributes.mood"] == "good"


def test_only_somebody_who_exists_is_named_by_an_id(crm):
    with pytest.raises(NotFoundError):
        crm.customers.upsert(uuid4(), name="Nobody")
    assert crm.customers.list() == []


def test_somebody_known_by_an_order_alone_can_not_be_named(crm):
    crm.record(cancelled())
    (unnamed,) = crm.customers.list()
    with pytest.raises(InvalidError, match="order alone"):
        crm.customers.upsert(unnamed.id, name="Somebody")


@pytest.mark.parametrize(
    "who",
    [
        Who(user_id="7", source="web"), Who(card="c-5"), MEHMET, AYSE,
        Who(email="x@trendyolmail.com", source="trendyol"),
        Who(handle="@a"), Who(anonymous_id="k1"),
    ],
    ids=lambda who: next(iter(who.given)),
)  # fmt: skip
def test_a_customer_of_any_kind_is_changed_by_their_id(crm, who):
    crm.record(visited(who))
    (customer,) = crm.customers.list()
    assert crm.customers.upsert(customer.id, name="A").name == "A"
    assert [found.id for found in crm.customers.list()] == [customer.id]


def test_tags_come_and_go(crm, clock):
    assert crm.customers.tag(AYSE, "vip", "b2b").tags == {"vip", "b2b"}
    clock.advance(seconds=1)
    assert crm.customers.untag(AYSE, "vip").tags == {"b2b"}
    with pytest.raises(InvalidError):
        crm.customers.tag(AYSE, 5)


def test_a_note_stands_on_the_timeline_with_who_wrote_it(crm):
    crm.customers.note("ayse@example.org", "prefers calls", actor=Actor.staff("ali"))
    (note,) = crm.timeline(AYSE)
    assert (note.kind, note.properties["text"], note.context["actor"]) == (
        "Note Added", "prefers calls", {"kind": "staff", "id": "ali"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", ["ayse yil", "AYŞE YIL", "yılmaz", "Ayşe Yılmaz", "YILMAZ AYSE", "ıL", "ayse@ex", "0532 111", "+90532"]
)
def test_a_customer_is_found_by_the_beginnings_of_words(crm, words):
    crm.customers.upsert(SEEN_TOGETHER, name="Ayşe Yılmaz İlgün")
    crm.customers.upsert(Who(email="mehmet@example.org"), name="Mehmet Demir")
    assert [found.name for found in crm.customers.search(words)] == ["Ayşe Yılmaz İlgün"]


@pytest.mark.parametrize("words", ["", "  ", "yse", "%", "_", "ayse demir", "@", "99", "b@", "'; --"])
def test_other_words_find_nobody(crm, words):
    crm.customers.upsert(SEEN_TOGETHER, name="Ayşe Yılmaz")
    crm.customers.upsert(Who(card="c-5"), name="Mehmet Demir")
    assert crm.customers.search(words) == []


def test_a_search_forgets_an_old_name_and_keeps_to_its_limit(crm, clock):
    crm.customers.upsert(AYSE, name="Ayşe")
    clock.advance(seconds=1)
    crm.customers.upsert(AYSE, name="Fatma")
    assert crm.customers.search("ayşe") == []
    for number in range(3):
        crm.customers.upsert(Who(card=f"c-{number}"), name=f"Fatma {number}")
    assert len(crm.customers.search("fat", limit=2)) == 2
    assert [found.name for found in crm.customers.search("fat")] == ["Fatma", "Fatma 0", "Fatma 1", "Fatma 2"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_has_a_size_that_can_be(crm, limit):
    for ask in (lambda: crm.customers.list(limit=limit), lambda: crm.customers.search("a", limit=limit)):
        with pytest.raises(InvalidError):
            ask()


def test_customers_are_listed_in_pages(crm):
    crm.record_many(visited(Who(card=f"c-{n}"), f"v{n}") for n in range(5))
    everybody = crm.customers.list()
    first = crm.customers.list(limit=2)
    assert first + crm.customers.list(after=first[-1].id) == everybody
    assert crm.customers.list(after=everybody[-1].id) == []


def test_identities_come_the_strongest_first(crm):
    crm.record(visited(Who(email="ayse@example.org", anonymous_id="k1"), after=0))
    crm.record(visited(Who(email="ayse@example.org", user_id="7", verified=True), "v2", after=5))
    found = crm.customers.identities(AYSE)
    assert [(one.kind, one.value, one.is_proven) for one in found] == [
        ("account", "shop:7", True), ("email", "ayse@example.org", True), ("anonymous", "k1", False),
    ]  # fmt: skip
    email = next(one for one in found if one.kind == "email")
    assert (email.first_at, email.last_at) == (minute(0), minute(5))
    with pytest.raises(NotFoundError):
        crm.customers.identities(MEHMET)


def test_history_gives_every_value_ever_said_newest_first(crm):
    crm.record(told(name="Ayse", after=0))
    crm.record(told(source_id="t2", name="Ayşe", language="tr", after=2))
    crm.record(told(source_id="t3", name="Aişe", after=1))
    assert [trait.value for trait in crm.customers.history(AYSE, "name")] == ["Ayşe", "Aişe", "Ayse"]
    assert len(crm.customers.history(AYSE)) == 4
    assert crm.customers.history(AYSE, "birthday") == []


def test_the_newest_trustworthy_value_wins_whoever_comes_first(crm):
    crm.record(told(name="Typed by a guest", actor=Actor.customer(), after=9))
    crm.record(told(source_id="t2", name="Known by the shop", after=1))
    assert crm.customers.find(AYSE).name == "Known by the shop"


# Merging


def two(crm: CRM):
    crm.record(visited(AYSE, "v1"))
    crm.record(ordered("1", who=MEHMET, after=1))
    return crm.customers.find(AYSE), crm.customers.find(MEHMET)


def test_a_merge_joins_history_and_facts_and_an_unmerge_parts_them(crm):
    ayse, mehmet = two(crm)
    before = crm.facts(ayse.id), crm.facts(mehmet.id)
    merge = crm.customers.merge(mehmet.id, ayse.id, because="same person", actor=Actor.staff("ali"))
    assert (merge.keep, merge.absorb, merge.because, merge.actor) == (mehmet.id, ayse.id, "same person", "staff:ali")
    assert crm.customers.get(ayse.id).id == mehmet.id
    assert crm.facts(AYSE) == crm.facts(MEHMET)
    assert (crm.facts(AYSE)["visits.count"], crm.facts(AYSE)["orders.count"]) == (1, 1)
    assert len(crm.timeline(AYSE)) == 2
    assert [found.id for found in crm.customers.merges(AYSE)] == [merge.id]
    assert crm.customers.unmerge(merge.id).is_undone
    assert (crm.facts(ayse.id), crm.facts(mehmet.id)) == before
    assert [found.is_undone for found in crm.customers.merges(AYSE)] == [True]


def test_the_id_that_is_kept_stays_though_the_absorbed_is_older_and_larger(crm):
    crm.record(visited(Who(email="ayse@example.org", card="c-5")))
    crm.record(visited(MEHMET, "v2"))
    old, young = crm.customers.find(AYSE), crm.customers.find(MEHMET)
    crm.customers.merge(young.id, old.id)
    assert crm.customers.find(AYSE).id == crm.customers.get(old.id).id == young.id


def test_what_arrives_between_goes_to_the_side_whose_identity_it_came_by(crm):
    ayse, mehmet = two(crm)
    merge = crm.customers.merge(ayse.id, mehmet.id)
    crm.record(visited(MEHMET, "v2", after=5))
    crm.record(told(AYSE, name="Ayşe", after=6))
    assert crm.facts(AYSE)["visits.count"] == 2
    crm.customers.unmerge(merge.id)
    assert (crm.facts(AYSE)["visits.count"], crm.facts(MEHMET)["visits.count"]) == (1, 1)
    assert (crm.customers.find(AYSE).name, crm.customers.find(MEHMET).name) == ("Ayşe", None)
    assert [one.kind for one in crm.timeline(MEHMET)] == ["Store Visited", "Order Completed"]


def test_a_parted_pair_is_not_joined_again_by_rule_but_by_a_person(crm):
    ayse, mehmet = two(crm)
    crm.customers.unmerge(crm.customers.merge(ayse.id, mehmet.id).id)
    crm.record(visited(SEEN_TOGETHER, "v9"))
    assert crm.customers.find(AYSE).id != crm.customers.find(MEHMET).id
    assert crm.customers.suggestions() == []
    crm.customers.merge(ayse.id, mehmet.id)
    assert crm.customers.find(MEHMET).id == ayse.id


def test_a_rules_merge_is_journaled_and_taken_back(crm):
    two(crm)
    crm.record(visited(SEEN_TOGETHER, "v9"))
    (merge,) = crm.customers.merges(AYSE)
    assert (merge.actor, merge.because) == ("system", "seen together")
    crm.customers.unmerge(merge.id)
    assert crm.customers.find(AYSE).id != crm.customers.find(MEHMET).id


def test_people_kept_apart_are_never_joined_nor_suggested(crm):
    two(crm)
    crm.customers.keep_apart(AYSE, MEHMET)
    crm.record(visited(SEEN_TOGETHER, "v9"))
    assert crm.customers.find(AYSE).id != crm.customers.find(MEHMET).id
    assert crm.customers.suggestions() == []


def test_two_values_of_an_exclusive_kind_are_suggested_once(crm):
    crm.record(visited(Who(user_id="71", email="ayse@example.org")))
    crm.record(visited(Who(user_id="72", email="ayse@example.org"), "v2", after=1))
    crm.record(visited(Who(user_id="71", phone="+905321112233"), "v3", after=2))
    crm.record(visited(Who(user_id="72", phone="+905321112233"), "v4", after=3))
    (suggestion,) = crm.customers.suggestions()
    assert {suggestion.one, suggestion.other} == {crm.customers.find(Who(user_id=n)).id for n in ("71", "72")}
    assert suggestion.at == minute(1)
    crm.customers.keep_apart(suggestion.one, suggestion.other)
    assert crm.customers.suggestions() == []


def test_a_pair_refused_in_both_directions_is_suggested_once(crm):
    crm.record(visited(Who(user_id="71", email="a@shop.org")))
    crm.record(visited(Who(user_id="72", email="b@shop.org"), "v2"))
    crm.record(visited(Who(user_id="72", email="a@shop.org"), "v3", after=1))
    crm.record(visited(Who(user_id="71", email="b@shop.org"), "v4", after=2))
    assert len(crm.customers.suggestions()) == 1


def test_a_suggestion_that_is_merged_is_gone(crm):
    crm.record(visited(Who(user_id="71", email="ayse@example.org")))
    crm.record(visited(Who(user_id="72", email="ayse@example.org"), "v2", after=1))
    (suggestion,) = crm.customers.suggestions()
    crm.customers.merge(suggestion.one, suggestion.other)
    assert crm.customers.suggestions() == []
    assert len(crm.customers.list()) == 1


def test_decisions_that_contradict_the_state_are_refused(crm):
    ayse, mehmet = two(crm)
    with pytest.raises(NotFoundError):
        crm.customers.merge(AYSE, "nobody@example.org")
    with pytest.raises(NotFoundError):
        crm.customers.unmerge(uuid4())
    with pytest.raises(ConflictError):
        crm.customers.merge(AYSE, ayse.id)
    merge = crm.customers.merge(ayse.id, mehmet.id)
    for decide in (crm.customers.merge, crm.customers.keep_apart):
        with pytest.raises(ConflictError):
            decide(AYSE, MEHMET)
    crm.customers.unmerge(merge.id)
    with pytest.raises(ConflictError):
        crm.customers.unmerge(merge.id)
    with pytest.raises(NotFoundError):
        crm.customers.keep_apart(AYSE, "nobody@example.org")


def test_a_phone_of_too_many_joins_nobody(crm):
    crm.shop.configure(shared_limit=2)
    for number in range(4):
        crm.record(visited(Who(email=f"p{number}@shop.org", phone=PHONE), f"v{number}", after=number))
    assert len({crm.customers.find(f"p{number}@shop.org").id for number in range(4)}) == 4
    assert crm.doctor(recount=True)[-1].is_good


def test_junk_and_unusable_values_keep_the_event_and_identify_nobody(crm):
    crm.record(visited(Who(phone="12"), "v1"))
    crm.record(visited(Who(phone="12"), "v2"))
    crm.record(visited(Who(email="test@test.com", card="c-5"), "v3"))
    assert len(crm.customers.list()) == 3
    (kept,) = crm.timeline(Who(card="c-5"))
    assert kept.context["unusable"] == {"email": "test@test.com"}


def test_the_first_account_and_card_of_a_shop_identify(crm):
    crm.record(visited(Who(user_id=1), "v1"))
    crm.record(visited(Who(user_id=1), "v2"))
    crm.record(visited(Who(card=1), "v3"))
    assert len(crm.timeline(Who(user_id=1))) == 2


def test_relay_addresses_identify_within_their_source_only(crm):
    address = "k9@trendyolmail.com"
    crm.record(visited(Who(email=address), "v1", source="trendyol"))
    crm.record(visited(Who(email=address, source="other"), "v2", source="trendyol"))
    assert len(crm.timeline(Who(email=address, source="trendyol"))) == 1
    assert len(crm.timeline(Who(email=address, source="other"))) == 1
    assert crm.customers.find(Who(email=address)) is None


# What a customer sees


def test_a_guest_who_types_somebodys_email_never_sees_their_history(crm):
    crm.record(ordered("1", who=Who(user_id="7", email="ayse@example.org", verified=True)))
    crm.record(visited(Who(anonymous_id="k-guest", email="ayse@example.org"), "v1", after=1))
    crm.record(visited(Who(anonymous_id="k-guest"), "v2", after=2))
    guest = Who(anonymous_id="k-guest")
    assert len(crm.timeline(guest)) == 3, "staff see all"
    assert [one.source_id for one in crm.timeline(guest, proven_only=True)] == ["v2"]
    assert crm.orders(guest, proven_only=True) == []
    assert len(crm.orders(guest)) == 1


def test_a_new_account_with_somebodys_email_sees_its_own_only(crm):
    crm.record(ordered("1", who=Who(email="ayse@example.org", card="c-5", verified=True)))
    crm.record(visited(Who(user_id="8", email="ayse@example.org"), "v1", after=1))
    assert crm.orders(Who(user_id="8"), proven_only=True) == []
    crm.record(visited(Who(user_id="8", email="ayse@example.org", verified=True), "v2", after=2))
    assert len(crm.orders(Who(user_id="8"), proven_only=True)) == 1


def test_a_merge_by_staff_does_not_widen_what_a_customer_sees(crm):
    ayse, mehmet = two(crm)
    crm.customers.merge(ayse.id, mehmet.id)
    assert crm.orders(AYSE, proven_only=True) == []
    assert [one.kind for one in crm.timeline(AYSE, proven_only=True)] == ["Store Visited"]


def test_nothing_of_another_shop_is_ever_seen(crm):
    outlet = crm.for_shop("outlet")
    outlet.shop.configure(country="TR", currency="TRY")
    outlet.customers.declare("size", "integer")
    theirs = outlet.customers.upsert(SEEN_TOGETHER, name="Ayşe", size=1)
    outlet.record(visited(Who(user_id="71", email="ayse@example.org")))
    outlet.record(visited(Who(user_id="72", email="ayse@example.org"), "v2"))
    thing = outlet.record(ordered("1", who=AYSE))
    for who in (AYSE, MEHMET, theirs.id):
        assert crm.customers.find(who) is None
        assert not crm.timeline(who)
        assert crm.orders(who) == []
        assert crm.facts(who) == {}
    assert crm.customers.list() == crm.customers.search("ayşe") == crm.customers.search("ayse@") == []
    assert crm.customers.suggestions() == []
    assert crm.customers.attributes == {}
    with pytest.raises(NotFoundError):
        crm.void(thing.id, because="not ours")
    with pytest.raises(NotFoundError):
        crm.customers.merge(theirs.id, theirs.id)
    crm.record(ordered("1", "5.00", who=AYSE))
    assert str(crm.facts(AYSE)["orders.spent.TRY"]) == "5.00 TRY"
    assert str(outlet.facts(AYSE)["orders.spent.TRY"]) == "100.00 TRY"
    ours = crm.customers.find(AYSE)
    with pytest.raises(NotFoundError):
        crm.customers.merge(ours.id, theirs.id)


def test_no_two_accounts_share_a_name_by_their_source(crm):
    crm.record(visited(Who(user_id="b:7", source="a"), "v1"))
    with pytest.raises(InvalidError):
        crm.record(visited(Who(user_id="7", source="a:b"), "v2"))
    assert len(crm.customers.list()) == 1


def test_a_customer_shows_no_personal_data_in_a_repr(crm):
    found = crm.customers.upsert(AYSE, name="Ayşe")
    assert repr(found) == f"<Customer {found.id}>"
    assert isinstance(found.id, UUID)
    assert "ayse" not in repr(crm.customers.identities(AYSE))
    assert "Ay" not in repr(crm.customer(AYSE))
    assert events.StoreVisited.NAME in repr(crm.record(visited()))
