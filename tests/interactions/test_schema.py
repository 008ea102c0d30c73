"""Each kind has one marshmallow schema, which loads and dumps."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError, fields

from ecrm import events
from ecrm.interactions.schema import schema_for
from ecrm.values import Money


def test_a_schema_loads_what_it_dumps():
    schema = schema_for(events.OrderCompleted)
    event = events.OrderCompleted(
        order_id="1", total=Money("5", "TRY"), products=[events.Product(sku="a", price="1.5")]
    )
    dumped = schema.dump(event)
    assert dumped == {
        "order_id": "1",
        "total": "5.00",
        "currency": "TRY",
        "products": [{"sku": "a", "price": "1.5", "quantity": 1}],
    }
    assert events.OrderCompleted(**schema.load(dumped)) == event


def test_readers_of_schemas_find_fields_they_know():
    members = schema_for(events.OrderUpdated).fields
    assert isinstance(members["order_id"], fields.String)
    assert isinstance(members["total"], fields.Decimal)
    assert isinstance(members["updated_at"], fields.AwareDateTime)
    assert isinstance(members["products"], fields.List)
    assert members["order_id"].required


def test_a_schema_refuses_what_its_kind_does_not_have():
    with pytest.raises(ValidationError, match="no such field"):
        schema_for(events.OrderCancelled).load({"order_id": "1", "foo": 1})


def test_wire_names_may_differ_from_those_of_the_fields():
    schema = schema_for(events.TierChanged)
    assert schema.load({"from": "a", "to": "b"}) == {"from_tier": "a", "to_tier": "b"}
    assert schema.dump(events.TierChanged(from_tier="a")) == {"from": "a"}
