"""The shapes of Segment's messages as marshmallow schemas: what the OpenAPI document of the collector says.

A message is checked where it comes in, in `messages`: there one that is refused names its place in the batch.

Source: Segment, "Spec: Common Fields" and "HTTP API Source".
"""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields, validate

from ecrm.adapters.segment.messages import MOST_CALLS

__all__ = ["SCHEMAS", "Batch"]

_LONGEST_ID = 255


class _Message(Schema):
    """Hold what every message has."""

    class Meta:
        """Take what a client adds."""

        unknown = INCLUDE

    user_id = fields.String(data_key="userId", allow_none=True, metadata={"description": "The shop's account."})
    anonymous_id = fields.String(data_key="anonymousId", allow_none=True, metadata={"description": "The visitor."})
    message_id = fields.String(data_key="messageId", validate=validate.Length(min=1, max=_LONGEST_ID))
    timestamp = fields.String(metadata={"format": "date-time"})
    sent_at = fields.String(data_key="sentAt", metadata={"format": "date-time"})
    context = fields.Dict(allow_none=True)
    integrations = fields.Dict()
    write_key = fields.String(data_key="writeKey", metadata={"description": "Where it is not the user of Basic."})


class Track(_Message):
    """Tell what somebody did; an event of the vocabulary is read by its own schema."""

    event = fields.String(required=True, validate=validate.Length(min=1, max=_LONGEST_ID))
    properties = fields.Dict(allow_none=True)


class Identify(_Message):
    """Tell who somebody is."""

    traits = fields.Dict(allow_none=True)


class Page(_Message):
    """Tell which page somebody saw, or which screen."""

    name = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    properties = fields.Dict(allow_none=True)


class Group(_Message):
    """Tell to which company somebody belongs."""

    group_id = fields.String(data_key="groupId")
    traits = fields.Dict(allow_none=True)


class Alias(_Message):
    """Tell that a visitor and an account are one."""

    user_id = fields.String(data_key="userId", required=True)
    previous_id = fields.String(data_key="previousId", required=True)


class Batch(Schema):
    """Hold several messages, each with its type."""

    class Meta:
        """Take what a client adds."""

        unknown = INCLUDE

    batch = fields.List(fields.Dict(), required=True, validate=validate.Length(max=MOST_CALLS))
    sent_at = fields.String(data_key="sentAt", metadata={"format": "date-time"})
    context = fields.Dict()
    write_key = fields.String(data_key="writeKey")


SCHEMAS: dict[str, type[Schema]] = {
    "track": Track,
    "identify": Identify,
    "page": Page,
    "screen": Page,
    "group": Group,
    "alias": Alias,
    "batch": Batch,
    "import": Batch,
}
