"""Signatures as the providers make them, compared with every active secret, over the raw bytes."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.signatures import is_known, is_signed, signature

SHOPIFY = ("test_secret_key", b'{"foo": "bar"}', "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=")
SECRETS = st.text(min_size=1, max_size=20)
SCHEMES = [(digest, form) for digest in ("sha1", "sha256", "sha512") for form in ("base64", "hex")]


def test_the_vector_of_standard_webhooks():
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    message = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    given_ = "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert any(is_signed([secret], message, one.removeprefix("v1,")) for one in given_.split())


def test_the_vector_of_shopify():
    secret, body, signed = SHOPIFY
    assert signature(secret, body) == signed
    assert is_signed([secret], body, signed)


def test_the_vector_of_twilio():
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
        "To": "+18005551212",
    }  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    message = url + "".join(name + value for name, value in sorted(form.items()))
    assert is_signed(["12345"], message.encode(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=", digest="sha1")


def test_the_vector_of_mailgun():
    message = b"1403645220" + b"5egbgr1vjgqxtrnp65xfznchgdccwh5d6i09vijqi3whgowmn6"
    signed = "9cfc5c41582e51246e73c88d34db3af0a3a2692a76fbab81492842f000256d33"
    assert is_signed(["key-3ax6xnjp29jd6fds4gc373sgvjxteol0"], message, signed, form="hex")


@pytest.mark.parametrize("given_", [None, "", "x", "ığüşöç", "\udcff", "\0", SHOPIFY[2].lower(), SHOPIFY[2] + " "])
def test_a_signature_that_is_missing_or_odd_is_wrong_and_no_error(given_):
    secret, body, _ = SHOPIFY
    assert not is_signed([secret], body, given_)


@pytest.mark.parametrize("secrets", [[], [""], ["", b""]])
def test_without_a_secret_nothing_is_signed_or_known(secrets):
    assert not is_signed(secrets, b"{}", signature("", b"{}"))
    assert not is_known(secrets, "")


@given(secrets=st.lists(SECRETS, min_size=1, max_size=3), message=st.binary(), scheme=st.sampled_from(SCHEMES))
def test_each_active_secret_signs(secrets, message, scheme):
    digest, form = scheme
    for secret in secrets:
        assert is_signed(
            secrets, message, signature(secret, message, digest=digest, form=form), digest=digest, form=form
        )


@given(secret=SECRETS, other=SECRETS, message=st.binary(), place=st.integers(0, 1_000))
def test_another_secret_or_another_byte_is_another_signature(secret, other, message, place):
    signed = signature(secret, message)
    assert is_signed([other], message, signed) is (other.encode().ljust(64, b"\0") == secret.encode().ljust(64, b"\0"))
    changed = bytearray(message or b"0")
    changed[place % len(changed)] ^= 1
    assert not is_signed([secret], bytes(changed), signed)


@given(secrets=st.lists(SECRETS, max_size=3), given_=st.text(max_size=20))
def test_what_is_known_is_one_of_the_secrets(secrets, given_):
    assert is_known(secrets, given_) is (given_ in secrets and given_ != "")
