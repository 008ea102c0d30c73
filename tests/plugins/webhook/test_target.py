# ruff: noqa: S104 - addresses that are refused; nothing is bound to them
from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError, UnavailableError
from ecrm.plugins.webhook.target import Target, is_public, resolve

INSIDE = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.0.8", "198.18.0.1", "192.0.2.1", "::1", "::",
    "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::", "2001:db8::1",
    "::127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not is_public(address)
    with pytest.raises(InvalidError, match="not public"):
        Target.of("https://shop.example/", lambda *_: [address])


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@given(st.ip_addresses(network="10.0.0.0/8"), st.ip_addresses(network="8.0.0.0/8"))
def test_one_address_inside_among_others_is_enough_to_refuse(inside, public):
    for found in ([str(public), str(inside)], [str(inside), str(public)]):
        with pytest.raises(InvalidError):
            Target.of("https://shop.example/", lambda *_, found=found: found)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "ftp://shop.example/", "https://", "shop.example", "https://user@shop.example/",
        "https://shop.example@10.0.0.1/", "https://shop.example:99999/", "https://shop.example/a b", "",
        "https://shop.example\\@10.0.0.1/", "https://shop.example/\r\nX: y", "https://[::1/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(InvalidError):
        Target.of(url, lambda *_: ["8.8.8.8"])


def test_a_target_keeps_the_name_and_the_address():
    target = Target.of("https://Shop.example:8443/a?b=c", lambda *_: ["8.8.8.8", "8.8.4.4"])
    assert (target.host, target.port, target.path) == ("shop.example", 8443, "/a?b=c")
    assert target.addresses == ("8.8.8.8", "8.8.4.4")


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "127.1", "0", "[::ffff:7f00:1]", "localhost"])
def test_other_spellings_of_this_machine_are_refused(host):
    try:
        socket.getaddrinfo(host.strip("[]"), 443)
    except OSError:
        pytest.skip("this system does not know the spelling")
    with pytest.raises(InvalidError):
        Target.of(f"https://{host}/")


def test_this_machine_is_allowed_where_a_test_asks_for_it_and_nothing_else_inside():
    here = Target.of("http://shop.example:8080/", lambda *_: ["127.0.0.1"], allows_loopback=True)
    assert (here.port, here.is_secure) == (8080, False)
    for url, address in (("http://shop.example/", "8.8.8.8"), ("https://shop.example/", "10.0.0.1")):
        with pytest.raises(InvalidError):
            Target.of(url, lambda *_, address=address: [address], allows_loopback=True)


def test_a_name_nobody_knows_is_tried_again_later():
    with pytest.raises(UnavailableError):
        resolve("nobody.invalid", 443)
    with pytest.raises(UnavailableError):
        Target.of("https://shop.example/", lambda *_: [])
