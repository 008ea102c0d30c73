"""Requests and responses of no framework: headers in any case, raw bytes, nothing of them in a repr."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.http import Headers, Request, Response, read_retry_after

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
NAMES = st.text("abcXYZ-", min_size=1, max_size=8)


@given(headers=st.dictionaries(NAMES, st.text(max_size=8)))
def test_a_header_is_found_by_its_name_in_any_case(headers):
    held = Headers({name.lower(): value for name, value in headers.items()})
    for name in headers:
        assert held[name.upper()] == held[name.lower()] == held.get(name)
    assert len(held) == len({name.lower() for name in headers})


def test_several_headers_of_one_name_are_joined_by_a_comma():
    assert Headers([("Via", "a"), ("VIA", "b")])["via"] == "a, b"


def test_a_header_that_is_not_there_is_none():
    assert Headers().get("x-acme") is None
    assert "x-acme" not in Headers()
    with pytest.raises(KeyError):
        Headers()["x-acme"]


def test_a_request_takes_headers_as_a_mapping_as_pairs_and_as_they_are():
    for headers in ({"X-A": "1"}, [("x-a", "1")], Headers({"x-A": "1"})):
        assert Request("post", headers=headers).headers == Headers({"x-a": "1"})
    assert Request("post").method == "POST"


@pytest.mark.parametrize("body", ["text", None, bytearray(b"{}"), memoryview(b"{}")])
def test_a_body_that_is_not_the_raw_bytes_is_refused(body):
    with pytest.raises(InvalidError):
        Request("POST", body=body)
    with pytest.raises(InvalidError):
        Response(200, body)


@pytest.mark.parametrize("status", [0, 99, 600, "200", None, 200.5])
def test_a_status_that_is_none_is_refused(status):
    with pytest.raises(InvalidError):
        Response(status)


def test_nothing_of_a_request_or_response_is_in_a_repr():
    told = "ayse@example.org"
    headers = {"x-acme": told}
    request = Request("POST", f"/{told}", told.encode(), headers, {"q": told}, f"https://example.org/{told}")
    assert told not in repr([request, request.headers, Response(200, told.encode(), headers)])
    assert repr(request.headers) == "<Headers x-acme>"


def test_a_response_of_json_says_so():
    answer = Response.json({"a": 1}, 201)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (201, b'{"a": 1}', "application/json")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("120", 120), (" 7 ", 7), ("Thu, 01 Jan 2026 12:00:30 GMT", 30), ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
     ("Thu, 01 Jan 2026 15:00:30 +0300", 30), ("Thu, 01 Jan 2026 12:00:30 -0000", 30), (None, None), ("", None),
     ("soon", None), ("-5", None), ("1.5", None), ("٣", None), ("\0", None)],
)  # fmt: skip
def test_a_retry_after_is_seconds_or_a_date(value, seconds):
    assert read_retry_after(value, NOW) == seconds


@given(value=st.text(max_size=40))
def test_whatever_a_retry_after_holds_it_is_read_or_left(value):
    waited = read_retry_after(value, NOW)
    assert waited is None or waited >= 0
