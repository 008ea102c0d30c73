"""A message that is to be sent: to whom, what for, what it says. Whether it may go is decided when it is sent.

Whether it is advertising is its type: `Transactional` or `Commercial`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import attrs

from ecrm.consent.model.purpose import check_purpose_name
from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import check_name
from ecrm.messages.model.template import Content
from ecrm.values import Who

__all__ = ["PREFERRED", "Commercial", "Message", "Transactional", "read_message"]

PREFERRED = "preferred"
_LONGEST_REASON = 500
_LONGEST_VARIABLES = 100_000


def _check_moment(_: Any, field: Any, value: Any) -> None:
    if value is not None and (not isinstance(value, dt.datetime) or value.tzinfo is None):
        raise InvalidError.of(field.name, "give a time with its zone")


def _check_reason(_: Any, __: Any, value: Any) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_REASON or "\0" in value:
        raise InvalidError.of("reason", "say in a few words why this is sent: whoever asks is shown it")


def _check_variables(_: Any, __: Any, value: Any) -> None:
    try:
        told = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidError.of("variables", "give what JSON can hold") from error
    if not isinstance(value, Mapping) or len(told) > _LONGEST_VARIABLES:
        raise InvalidError.of("variables", "give a mapping of at most 100,000 characters as JSON")


@attrs.frozen(kw_only=True, repr=False)
class Message:
    """Be what is to be said to one customer. Use `Transactional` or `Commercial`.

    Args:
        purpose: What for, as `order_updates` or `marketing`; the shop has declared it.
        template: The name of a template that is live; or
        content: What is said, as it is.
        reason: Why it is sent, in a few words, for whoever asks later.
        to: Whom to; a reaction may leave it out: then it is whom the interaction is about.
        channel: By which channel, or `preferred`: the first one that the customer has an address for and
            that they allow.
        variables: What the template is filled with beside the customer and their facts.
        language: BCP 47; None is the customer's own, else the shop's.
        send_at: Not before this time; None is now.
        expires_at: Not after this time; None is as long after it is due as the shop arranged, `expires_after_h`.
        answers: The id of the message of the customer that this answers, so that replies are one thread.
        details: What the channel is told beside, as the script of a call.

    Raises:
        InvalidError: A value can not be.
    """

    is_commercial: ClassVar[bool]

    purpose: str = attrs.field(converter=check_purpose_name)
    template: str | None = attrs.field(default=None, validator=attrs.validators.optional(check_name))
    content: Content | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.instance_of(Content))
    )
    reason: str = attrs.field(validator=_check_reason)
    to: Who | UUID | str | None = None
    channel: str = attrs.field(default=PREFERRED, validator=check_name)
    variables: Mapping[str, Any] = attrs.field(factory=dict, validator=_check_variables)
    language: str | None = None
    send_at: dt.datetime | None = attrs.field(default=None, validator=_check_moment)
    expires_at: dt.datetime | None = attrs.field(default=None, validator=_check_moment)
    answers: str | None = None
    details: Mapping[str, Any] = attrs.field(factory=dict, validator=_check_variables)

    def __attrs_post_init__(self) -> None:
        if type(self) is Message:
            raise InvalidError.of("message", "say which it is: Transactional(…) or Commercial(…)")
        if (self.template is None) == (self.content is None):
            raise InvalidError.of("template", "give the name of a template, or content=Content(…), and not both")
        if self.send_at is not None and self.expires_at is not None and self.expires_at <= self.send_at:
            raise InvalidError.of("expires_at", "give a time after send_at")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.purpose} {self.template or 'content'}>"

    def to_wire(self) -> dict[str, Any]:
        """Write it as JSON holds it, without whom to."""
        content = None if self.content is None else attrs.asdict(self.content)
        wire: dict[str, Any] = {
            "class": type(self).__name__.lower(),
            "template": self.template,
            "content": {**content, "parameters": list(content["parameters"])} if content else None,
            "reason": self.reason,
            "channel": self.channel,
            "variables": dict(self.variables),
            "language": self.language,
            "send_at": None if self.send_at is None else self.send_at.isoformat(),
            "expires_at": None if self.expires_at is None else self.expires_at.isoformat(),
            "answers": self.answers,
            "details": dict(self.details),
        }
        return {name: value for name, value in wire.items() if value not in (None, {}, [])}


@attrs.frozen(kw_only=True, repr=False)
class Transactional(Message):
    """Be a message the customer needs for what they asked of the shop: no advertising in it.

    >>> Transactional(purpose="order_updates", content=Content(text="It is on its way."), reason="order 7 was shipped")
    <Transactional order_updates content>
    """

    is_commercial: ClassVar[bool] = False


@attrs.frozen(kw_only=True, repr=False)
class Commercial(Message):
    """Be advertising: it goes to who agreed, in the hours for it, and says how it is refused.

    >>> Commercial(purpose="marketing", template="spring", reason="the spring campaign").is_commercial
    True
    """

    is_commercial: ClassVar[bool] = True


_CLASSES: Mapping[str, type[Message]] = {"transactional": Transactional, "commercial": Commercial}


def read_message(purpose: Any, wire: Any) -> Message:
    """Read a message of its wire form.

    Raises:
        InvalidError: It is none; the field is named.

    >>> one = Commercial(purpose="marketing", template="spring", reason="the spring campaign")
    >>> read_message("marketing", one.to_wire()) == one
    True
    """
    if not isinstance(wire, Mapping) or wire.get("class") not in _CLASSES:
        raise InvalidError.of("message", 'give a mapping with "class": transactional or commercial')
    held = {name: value for name, value in wire.items() if name != "class"}
    try:
        for name in ("send_at", "expires_at"):
            if name in held:
                held[name] = dt.datetime.fromisoformat(held[name])
        if "content" in held:
            content = dict(held["content"])
            held["content"] = Content(**{**content, "parameters": tuple(content.get("parameters") or ())})
        return _CLASSES[wire["class"]](purpose=purpose, **held)
    except InvalidError:
        raise
    except (TypeError, ValueError) as error:
        raise InvalidError.of("message", "it holds a field that a message does not have, or in another form") from error
