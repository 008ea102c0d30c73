"""The effect that sends: a reaction or timer returns it, the worker asks for the message once."""

from __future__ import annotations

from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.interactions.events import Event
from ecrm.messages.model.message import Message
from ecrm.messages.requesting import request_of
from ecrm.reactions.model.effect import Record
from ecrm.values import Who

__all__ = ["Send"]


def _check_message(_: Any, __: Any, value: Any) -> None:
    if not isinstance(value, Message):
        raise InvalidError.of("message", "give a Transactional(…) or a Commercial(…)")
    if value.to is not None and not isinstance(value.to, Who):
        raise InvalidError.of("message.to", "give a Who, or leave it out: it goes to whom the interaction is about")


@attrs.frozen(repr=False)
class Send(Record):
    """Ask for a message to be sent, once; whether it may go is decided when it is sent.

    What follows from a replay is asked for too, and kept, and not sent.

    Args:
        message: What is to be said; without `to` it goes to whom the interaction is about.

    >>> from ecrm.messages import Content, Transactional
    >>> thanks = Transactional(purpose="service", content=Content(text="Thank you."), reason="they came by")
    >>> Send(thanks).key
    'send service'
    """

    event: Event = attrs.field(init=False, default=None)
    message: Message = attrs.field(kw_only=False, validator=_check_message)

    def __attrs_post_init__(self) -> None:
        who = self.message.to if isinstance(self.message.to, Who) else None
        object.__setattr__(self, "event", request_of(self.message, who, None))

    @property
    def key(self) -> str:
        """Give its name, or one of the template or purpose."""
        return self.name or f"send {self.message.template or self.message.purpose}"
