"""Which profiles are one customer depends on the evidence, never on the order it is given in."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm.customers.model.claim import KINDS, exclusive_key
from ecrm.customers.model.grouping import EXCLUSIVE, PARTED, SHARED, Edge, Link, Node, group
from story import minute

ACCOUNT, OTHER_ACCOUNT = Node(UUID(int=1), "account", "web:1"), Node(UUID(int=2), "account", "web:2")
POS_ACCOUNT = Node(UUID(int=3), "account", "pos:1")
CARD = Node(UUID(int=4), "card", "c1")
EMAIL, OTHER_EMAIL = Node(UUID(int=5), "email", "a@b.org"), Node(UUID(int=6), "email", "c@d.org")
PHONE = Node(UUID(int=7), "phone", "+901")
COOKIE, OTHER_COOKIE = Node(UUID(int=8), "anonymous", "k1"), Node(UUID(int=9), "anonymous", "k2")
ORDER = Node(UUID(int=10), "order", "web:1")
NODES = (ACCOUNT, OTHER_ACCOUNT, POS_ACCOUNT, CARD, EMAIL, OTHER_EMAIL, PHONE, COOKIE, OTHER_COOKIE, ORDER)
WEAK = {node.id for node in NODES if KINDS[node.kind].is_weak}


def edge(a: Node, b: Node, after: float = 0) -> Edge:
    return Edge(a.id, b.id, minute(after))


def link(keep: Node, absorb: Node, after: float = 0) -> Link:
    return Link(keep.id, absorb.id, keep.id, absorb.id, minute(after))


def customers(grouping) -> set[frozenset[UUID]]:
    members = defaultdict(set)
    for id_, customer in grouping.customer_of.items():
        members[customer].add(id_)
    return {frozenset(ids) for ids in members.values()}


def together(grouping, *nodes: Node) -> bool:
    return len({grouping.customer_of[node.id] for node in nodes}) == 1


def test_strong_identities_seen_together_are_one_customer():
    found = group([ACCOUNT, EMAIL, PHONE], [edge(ACCOUNT, EMAIL), edge(PHONE, EMAIL, 1)])
    assert together(found, ACCOUNT, EMAIL, PHONE)
    assert not found.refused


def test_two_values_of_an_exclusive_kind_are_refused_and_named():
    found = group([ACCOUNT, OTHER_ACCOUNT, EMAIL], [edge(ACCOUNT, EMAIL, 0), edge(OTHER_ACCOUNT, EMAIL, 1)])
    assert together(found, ACCOUNT, EMAIL)
    assert not together(found, ACCOUNT, OTHER_ACCOUNT)
    assert found.refused == {(OTHER_ACCOUNT.id, EMAIL.id): EXCLUSIVE}


def test_accounts_of_two_sources_do_not_exclude_each_other():
    found = group([ACCOUNT, POS_ACCOUNT, EMAIL], [edge(ACCOUNT, EMAIL), edge(POS_ACCOUNT, EMAIL, 1)])
    assert together(found, ACCOUNT, POS_ACCOUNT, EMAIL)


def test_the_earliest_evidence_wins_a_conflict():
    early, late = [
        group([ACCOUNT, OTHER_ACCOUNT, EMAIL], [edge(ACCOUNT, EMAIL, first), edge(OTHER_ACCOUNT, EMAIL, second)])
        for first, second in ((0, 1), (1, 0))
    ]
    assert together(early, ACCOUNT, EMAIL)
    assert together(late, OTHER_ACCOUNT, EMAIL)


def test_a_visitor_attaches_to_the_person_they_were_first_seen_with():
    found = group([EMAIL, OTHER_EMAIL, COOKIE], [edge(OTHER_EMAIL, COOKIE, 2), edge(EMAIL, COOKIE, 1)])
    assert together(found, EMAIL, COOKIE)
    assert found.refused == {(OTHER_EMAIL.id, COOKIE.id): SHARED}


def test_a_visitor_never_joins_two_people():
    found = group([EMAIL, PHONE, COOKIE], [edge(EMAIL, COOKIE), edge(PHONE, COOKIE, 1)])
    assert not together(found, EMAIL, PHONE)


def test_a_visitor_reaches_a_person_through_an_order():
    found = group([EMAIL, COOKIE, ORDER], [edge(COOKIE, ORDER, 0), edge(EMAIL, ORDER, 1)])
    assert together(found, EMAIL, COOKIE, ORDER)


def test_visitors_without_a_person_are_together():
    assert together(group([COOKIE, ORDER], [edge(COOKIE, ORDER)]), COOKIE, ORDER)
    apart = group([COOKIE, ORDER], [edge(COOKIE, ORDER)], parted=[(COOKIE.id, ORDER.id)])
    assert not together(apart, COOKIE, ORDER)


def test_a_visitor_parted_from_a_person_stays_apart():
    found = group([EMAIL, COOKIE], [edge(EMAIL, COOKIE)], parted=[(COOKIE.id, EMAIL.id)])
    assert not together(found, EMAIL, COOKIE)


@pytest.mark.parametrize("shared", [PHONE, EMAIL])
def test_a_phone_or_email_with_more_partners_than_the_limit_joins_nobody(shared):
    partners = [Node(UUID(int=100 + n), "handle", f"h{n}") for n in range(4)]
    seen = [edge(shared, partner, n) for n, partner in enumerate(partners)]
    within = group([shared, *partners], seen, shared_limit=4)
    assert together(within, shared, *partners)
    beyond = group([shared, *partners], seen, shared_limit=3)
    assert len(customers(beyond)) == 5
    assert beyond.junk == {shared.id}


def test_visitors_do_not_count_as_partners():
    cookies = [Node(UUID(int=100 + n), "anonymous", f"k{n}") for n in range(9)]
    found = group([EMAIL, *cookies], [edge(EMAIL, cookie, n) for n, cookie in enumerate(cookies)], shared_limit=2)
    assert together(found, EMAIL, *cookies)
    assert not found.junk


def test_a_card_with_many_partners_still_identifies():
    emails = [Node(UUID(int=100 + n), "email", f"e{n}@x.org") for n in range(9)]
    found = group([CARD, *emails], [edge(CARD, email, n) for n, email in enumerate(emails)], shared_limit=2)
    assert together(found, CARD, *emails)


def test_a_profile_found_to_be_junk_stays_alone():
    found = group([PHONE._replace(is_junk=True), EMAIL], [edge(PHONE, EMAIL)])
    assert not together(found, PHONE, EMAIL)
    assert found.junk == {PHONE.id}


def test_a_persons_link_wins_over_an_exclusive_conflict():
    found = group([ACCOUNT, OTHER_ACCOUNT], [edge(ACCOUNT, OTHER_ACCOUNT)], [link(ACCOUNT, OTHER_ACCOUNT)])
    assert together(found, ACCOUNT, OTHER_ACCOUNT)
    assert not found.refused


def test_parted_pairs_stay_apart_and_say_so():
    seen = [edge(ACCOUNT, EMAIL), edge(PHONE, EMAIL, 1)]
    found = group([ACCOUNT, EMAIL, PHONE], seen, parted=[(ACCOUNT.id, PHONE.id)])
    assert together(found, ACCOUNT, EMAIL)
    assert found.refused == {(PHONE.id, EMAIL.id): PARTED}


def test_a_parting_from_somebody_elsewhere_is_no_matter():
    found = group(
        [ACCOUNT, EMAIL], [edge(ACCOUNT, EMAIL)], parted=[(ACCOUNT.id, UUID(int=999)), (UUID(int=998), EMAIL.id)]
    )
    assert together(found, ACCOUNT, EMAIL)


def test_the_oldest_strong_profile_founds_the_customer():
    old_cookie = COOKIE._replace(id=UUID(int=0))
    found = group([old_cookie, PHONE, EMAIL], [edge(PHONE, EMAIL), edge(EMAIL, old_cookie)])
    assert set(found.customer_of.values()) == {EMAIL.id}


def test_the_absorbed_customer_does_not_found_though_it_is_older():
    found = group([ACCOUNT, EMAIL], [], [link(EMAIL, ACCOUNT)])
    assert set(found.customer_of.values()) == {EMAIL.id}


def test_the_kept_customer_founds_though_all_profiles_of_the_absorbed_are_older():
    seen = [edge(ACCOUNT, CARD)]
    found = group([ACCOUNT, CARD, PHONE], seen, [link(PHONE, ACCOUNT)])
    assert set(found.customer_of.values()) == {PHONE.id}


def test_a_chain_of_links_is_founded_on_the_last_that_was_kept():
    found = group([ACCOUNT, EMAIL, PHONE], [], [link(EMAIL, ACCOUNT, 0), link(PHONE, EMAIL, 1)])
    assert set(found.customer_of.values()) == {PHONE.id}


def test_an_absorbed_id_founds_again_where_its_profile_has_left():
    gone = Link(EMAIL.id, PHONE.id, EMAIL.id, COOKIE.id, minute(0))
    found = group([EMAIL, PHONE, COOKIE, ORDER], [edge(COOKIE, ORDER)], [gone])
    assert found.customer_of[ORDER.id] == COOKIE.id


def test_the_newest_decision_says_which_id_stays():
    back_and_forth = [link(EMAIL, PHONE, 0), Link(PHONE.id, EMAIL.id, PHONE.id, EMAIL.id, minute(1))]
    assert set(group([EMAIL, PHONE], [], back_and_forth).customer_of.values()) == {PHONE.id}


def test_no_value_shows_in_a_repr():
    assert repr(EMAIL) == "<Node email>"


nodes = st.sets(st.sampled_from(NODES), min_size=1).map(lambda found: sorted(found, key=lambda node: node.id))


@st.composite
def evidence(draw, *, with_decisions: bool = True):
    chosen = draw(nodes)
    pairs = [(a, b) for a in chosen for b in chosen if KINDS[a.kind].rank < KINDS[b.kind].rank]
    seen = draw(st.dictionaries(st.sampled_from(pairs), st.integers(0, 5), max_size=12)) if pairs else {}
    edges = [edge(a, b, after) for (a, b), after in seen.items()]
    several = [(a, b) for a in chosen for b in chosen if a.id != b.id]
    links, parted = [], []
    if with_decisions and several:
        links = [link(a, b, n) for n, (a, b) in enumerate(draw(st.lists(st.sampled_from(several), max_size=2)))]
        parted = [(a.id, b.id) for a, b in draw(st.lists(st.sampled_from(several), max_size=2))]
    return chosen, edges, links, parted


@given(evidence(), st.randoms(use_true_random=False), st.integers(2, 5))
def test_the_order_evidence_is_given_in_does_not_matter(given_evidence, random, limit):
    expected = group(*given_evidence, limit)
    shuffled = [list(part) for part in given_evidence]
    for part in shuffled:
        random.shuffle(part)
    assert group(*shuffled, limit) == expected


@given(evidence())
def test_every_profile_has_a_customer_founded_on_one_of_its_own(given_evidence):
    found = group(*given_evidence)
    assert found.customer_of.keys() == {node.id for node in given_evidence[0]}
    for members in customers(found):
        assert found.customer_of[next(iter(members))] in members


@given(evidence())
def test_linked_profiles_are_one_and_refused_ones_are_not(given_evidence):
    found = group(*given_evidence)
    of = found.customer_of
    assert all(of[made.keep] == of[made.absorb] for made in given_evidence[2])
    assert all(of[a] != of[b] for a, b in found.refused)
    alive = [e for e in given_evidence[1] if not {e.a, e.b} & found.junk]
    assert {(e.a, e.b) for e in alive if of[e.a] != of[e.b]} <= found.refused.keys()


@given(evidence())
def test_without_links_parted_pairs_are_never_one_customer(given_evidence):
    chosen, edges, _, parted = given_evidence
    of = group(chosen, edges, (), parted).customer_of
    assert all(of[a] != of[b] for a, b in parted)


@given(evidence())
def test_without_links_nobody_has_two_values_of_an_exclusive_kind(given_evidence):
    chosen, edges, _, parted = given_evidence
    found = group(chosen, edges, (), parted)
    keys = [(found.customer_of[n.id], exclusive_key(n.kind, n.value)) for n in chosen if exclusive_key(n.kind, n.value)]
    assert len(keys) == len(set(keys))


@given(evidence(with_decisions=False))
@settings(max_examples=60)
def test_weak_identities_never_change_how_strong_ones_are_joined(given_evidence):
    chosen, edges, _, _ = given_evidence
    strong = [node for node in chosen if node.id not in WEAK]
    kept = [e for e in edges if not {e.a, e.b} & WEAK]
    alone = group(strong, kept)
    beside = group(chosen, edges)
    assert customers(alone) == {frozenset(members - WEAK) for members in customers(beside)} - {frozenset()}


def test_times_decide_and_not_ids():
    moved = dt.timedelta(days=1)
    seen = [edge(ACCOUNT, EMAIL, 5), edge(OTHER_ACCOUNT, EMAIL, 6)]
    shifted = [Edge(e.a, e.b, e.first_at + moved) for e in seen]
    chosen = [ACCOUNT, OTHER_ACCOUNT, EMAIL]
    assert customers(group(chosen, seen)) == customers(group(chosen, shifted))
