"""The event by which a message is asked for."""

from __future__ import annotations

from uuid import UUID

from ecrm.interactions.events import MessageRequested
from ecrm.messages.model.message import Message
from ecrm.messages.projecting import SOURCE
from ecrm.values import Actor, Who

__all__ = ["request_of"]


def request_of(message: Message, who: Who | None, id_: UUID | None) -> MessageRequested:
    """Make the event by which a message is asked for.

    Args:
        message: What is to be said.
        who: Whom to; None is whom the interaction is about that it follows from.
        id_: The message's; None gives it that of the interaction.
    """
    return MessageRequested(
        customer=who,
        message_id=None if id_ is None else str(id_),
        purpose=message.purpose,
        template=message.template,
        reason=message.reason,
        message=message.to_wire(),
        source=SOURCE,
        direction="out",
        actor=Actor.system("messages"),
    )
