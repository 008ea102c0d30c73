"""The host's secrets are checked at the start; what shops set is sealed for its own place."""

from __future__ import annotations

import sys
import traceback

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from ecrm import SetupError
from ecrm.hookspecs import Setting
from ecrm.shops import keyring
from ecrm.shops.keyring import Keyring

KEY, NEW_KEY = (Fernet.generate_key().decode() for _ in range(2))
SECRET = "correct horse battery"  # noqa: S105 - it opens nothing
WHERE = ("main", "acme", "api_secret")
DECLARED = {"acme": (Setting("api_secret", "secret", "The key."), Setting("hours", "integer", "How long."))}


def test_a_hosts_secret_may_be_one_or_the_new_and_the_old():
    held = Keyring({"acme.api_secret": SECRET, "other.key": ["new " + SECRET, SECRET]}, DECLARED)
    assert held.of_host("acme", "api_secret") == (SECRET,)
    assert held.of_host("other", "key") == ("new " + SECRET, SECRET)
    assert held.of_host("acme", "other") == ()


WRONG = {
    "empty": {"acme.api_secret": ""},
    "short": {"acme.api_secret": "swordfish"},
    "short of a plugin that is not there": {"other.key": "swordfish"},
    "no text": {"acme.api_secret": 12345678901234567},
    "nothing": {"acme.api_secret": None},
    "three": {"acme.api_secret": [SECRET, SECRET, SECRET]},
    "none of several": {"acme.api_secret": []},
    "short of two": {"acme.api_secret": [SECRET, "swordfish"]},
    "of no such name": {"acme.api_secrets": SECRET},
    "of a setting that is none": {"acme.hours": SECRET},
    "under a number": {7: SECRET},
    "a key that is none": {"settings": "swordfish-swordfish"},
    "a key of strange letters": {"settings": "ş" * 44},
    "a key that is a number": {"settings": [7]},
}


@pytest.mark.parametrize("secrets", WRONG.values(), ids=WRONG)
def test_a_secret_that_can_not_be_is_refused_and_not_repeated(secrets):
    with pytest.raises(SetupError, match=r"secret|secrets") as caught:
        Keyring(secrets, DECLARED)
    assert "swordfish" not in str(caught.value)
    assert "horse" not in str(caught.value)


def test_a_secret_that_may_be_short_where_its_plugin_says_so():
    declared = {"acme": (Setting("pin", "secret", "The pin.", least_length=8),)}
    assert Keyring({"acme.pin": "12345678"}, declared).of_host("acme", "pin") == ("12345678",)


def test_nothing_of_a_secret_is_shown():
    held = Keyring({"acme.api_secret": SECRET, "settings": KEY}, DECLARED)
    held.seal(WHERE, SECRET)
    assert repr(held) == "<Keyring of 1 secrets, 1 keys>"
    assert SECRET not in repr(held)
    assert KEY not in repr(held)


@given(st.text(min_size=16, max_size=40))
def test_what_is_sealed_is_opened_in_its_place(secret):
    held = Keyring({"settings": KEY}, {})
    sealed = held.seal(WHERE, secret)
    assert secret not in sealed
    assert held.open(WHERE, sealed) == secret


@pytest.mark.parametrize("where", [("outlet", *WHERE[1:]), ("main", "other", "api_secret"), ("main", "acme", "key")])
def test_what_is_sealed_is_not_opened_in_another_place(where):
    held = Keyring({"settings": KEY}, {})
    with pytest.raises(SetupError, match="sealed for another place"):
        held.open(where, held.seal(WHERE, SECRET))


def test_the_old_key_opens_beside_the_new_one_and_not_without():
    sealed = Keyring({"settings": KEY}, {}).seal(WHERE, SECRET)
    assert Keyring({"settings": [NEW_KEY, KEY]}, {}).open(WHERE, sealed) == SECRET
    with pytest.raises(SetupError, match=r"acme\.api_secret of shop main can not be opened.*beside the new one"):
        Keyring({"settings": NEW_KEY}, {}).open(WHERE, sealed)
    newly = Keyring({"settings": [NEW_KEY, KEY]}, {}).seal(WHERE, SECRET)
    assert Keyring({"settings": NEW_KEY}, {}).open(WHERE, newly) == SECRET


def test_without_a_key_nothing_is_sealed_and_the_message_says_how_to_make_one():
    held = Keyring({}, {})
    with pytest.raises(SetupError, match=r"Fernet\.generate_key") as caught:
        held.seal(WHERE, SECRET)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_key_without_cryptography_says_what_to_install(monkeypatch):
    monkeypatch.setattr(keyring, "find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r'pip install "ecrm\[secrets\]"'):
        Keyring({"settings": KEY}, {})


def test_a_crm_without_sealed_secrets_does_not_load_cryptography(bare_sqlite_url):
    import subprocess

    program = (
        f"import sys, ecrm; ecrm.CRM({bare_sqlite_url!r}, secrets={{'a.b': 'x' * 20}}).close(); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "ecrm.shops.keyring" in loaded
    assert "cryptography" not in loaded
