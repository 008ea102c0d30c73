"""The document of the HTTP surface is true: whoever sends what it says, or nearly, gets an answer and no failure."""

from __future__ import annotations

import sys

import pytest

from ecrm import SetupError
from ecrm.web.openapi import describe


class Described:
    """A mount that says what it answers."""

    def describe(self, spec, word):
        spec.path(f"/{word}/track", operations={"post": {"responses": {"200": {"description": "kept"}}}})


def test_every_source_and_page_is_described(crm):
    paths = describe(crm, url="https://shop.example/ecrm")["paths"]
    assert {f"/webhooks/{name}" for name in crm.webhooks} <= set(paths)
    assert {"/unsubscribe/{token}", "/preferences/{token}", "/confirm/{token}"} <= set(paths)


def test_every_kind_of_event_is_a_schema_and_amounts_may_be_texts(crm):
    schemas = describe(crm)["components"]["schemas"]
    assert {kind.__name__ for kind in crm.kinds} <= set(schemas)
    assert schemas["OrderCompleted"]["properties"]["total"]["type"] == ["string", "number", "null"]
    assert schemas["OrderCompleted"]["required"] == ["order_id"]


def test_a_mount_that_can_tell_is_described_and_another_is_left_out(crm):
    paths = describe(crm, {"v1": Described(), "v2": object()})["paths"]
    assert "/v1/track" in paths
    assert not [path for path in paths if path.startswith("/v2")]


def test_without_the_library_it_is_named(crm, monkeypatch):
    monkeypatch.setitem(sys.modules, "apispec", None)
    with pytest.raises(SetupError, match=r'pip install "ecrm\[openapi\]"'):
        describe(crm)
