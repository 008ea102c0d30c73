"""What an event claims of its customer: normalised, strongest first, junk left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.customers.model.claim import KINDS, Claim, claims_of, exclusive_key, order_claim
from ecrm.shops.model import Settings

TURKEY = Settings(country="TR")


def test_claims_are_normalised_and_the_strongest_comes_first():
    customer = {
        "anonymous_id": "c1",
        "email": " AYSE@Example.org",
        "phone": "0532 111 22 33",
        "card": "9",
        "user_id": "7",
        "handle": "@ayse",
    }
    usable = claims_of(customer, "web", TURKEY).usable
    assert [(claim.kind, claim.value) for claim in usable] == [
        ("account", "web:7"), ("card", "9"), ("phone", "+905321112233"), ("email", "ayse@example.org"),
        ("handle", "@ayse"), ("anonymous", "c1"),
    ]  # fmt: skip
    assert [claim.rank for claim in usable] == sorted(claim.rank for claim in usable)


def test_only_accounts_are_proven_by_themselves():
    unproven = claims_of({"email": "a@shop.org", "user_id": "7"}, "web", TURKEY).usable
    assert [(claim.kind, claim.is_proven) for claim in unproven] == [("account", True), ("email", False)]
    proven = claims_of({"email": "a@shop.org", "card": "5", "verified": ["email"]}, "web", TURKEY).usable
    assert [(claim.kind, claim.is_proven) for claim in proven] == [("card", False), ("email", True)]


def test_the_source_of_the_customer_goes_before_that_of_the_event():
    (claim,) = claims_of({"user_id": "7", "source": "shopify"}, "web", TURKEY).usable
    assert claim.value == "shopify:7"


def test_a_relay_address_identifies_within_its_source_only():
    relays = [
        claims_of({"email": "X1@Privaterelay.AppleId.com"}, source, TURKEY).usable[0] for source in ("web", "app")
    ]
    assert [(claim.kind, claim.value) for claim in relays] == [
        ("relay", "web:x1@privaterelay.appleid.com"),
        ("relay", "app:x1@privaterelay.appleid.com"),
    ]
    own = Settings(relays=["hide.example.net"])
    assert claims_of({"email": "x@hide.example.net"}, "web", own).usable[0].kind == "relay"
    assert claims_of({"email": "x@trendyolmail.com"}, "web", own).usable[0].kind == "email"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "test@test.com"), ("email", "TEST@test.com "), ("email", "not an address"), ("phone", "123"),
        ("phone", "abc"), ("user_id", "NULL"), ("user_id", "none"), ("anonymous_id", "undefined"),
        ("anonymous_id", "00000000-0000-0000-0000-000000000000"), ("card", "-1"), ("handle", "guest"),
    ],
)  # fmt: skip
def test_what_identifies_nobody_is_kept_aside(name, value):
    found = claims_of({name: value, "email" if name != "email" else "card": "real@shop.org"}, "web", TURKEY)
    assert len(found.usable) == 1
    assert found.unusable == {name: value}


def test_a_shop_extends_the_junk_before_and_after_normalising():
    settings = Settings(country="TR", junk=["Kasa@Shop.org", "+905320000000"])
    found = claims_of({"email": "KASA@shop.org", "phone": "0532 000 00 00"}, "web", settings)
    assert found.usable == ()
    assert set(found.unusable) == {"email", "phone"}


def test_a_local_phone_needs_the_country_of_the_shop():
    assert claims_of({"phone": "0532 111 22 33"}, "web", Settings()).usable == ()
    assert claims_of({"phone": "+90 532 111 22 33"}, "web", Settings()).usable[0].value == "+905321112233"


def test_exclusive_kinds_are_one_a_source_or_one_at_all():
    assert exclusive_key("account", "web:7") == exclusive_key("account", "web:8") != exclusive_key("account", "pos:7")
    assert exclusive_key("card", "1") == exclusive_key("card", "2")
    assert {kind for kind in KINDS if exclusive_key(kind, "web:x") is None} == KINDS.keys() - {"account", "card"}


def test_an_order_is_a_claim_within_its_source():
    assert order_claim("web", "7") == Claim("order", "web:7")
    assert KINDS["order"].is_weak


def test_no_value_shows_in_a_repr():
    claims = claims_of({"email": "ayse@example.org", "phone": "0000"}, "web", TURKEY)
    assert repr(claims.usable[0]) == "<Claim email>"
    assert "ayse" not in repr(claims)
    assert "0000" not in repr(claims)


@given(
    st.dictionaries(
        st.sampled_from(["email", "phone", "user_id", "anonymous_id", "card", "handle"]),
        st.text(min_size=1),
        min_size=1,
    )
)
def test_every_value_is_either_a_claim_or_kept_aside(customer):
    found = claims_of(customer, "web", TURKEY)
    assert len(found.usable) + len(found.unusable) == len(customer)
    assert len({claim.kind for claim in found.usable}) == len(found.usable)
    assert all(found.unusable[name] == customer[name] for name in found.unusable)
