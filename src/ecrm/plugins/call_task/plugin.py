"""What the plugin contributes: the channel `call_task`, its table, and the service that works it off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from ecrm.hookspecs import Channel, Follower, Line, Outgoing, Receipt, Service, Tables, hookimpl
from ecrm.plugins.call_task.service import CallTasks
from ecrm.plugins.call_task.tables import METADATA, TASK, CallTask, file_task
from ecrm.values import is_e164

__all__ = ["CallTaskPlugin"]


class CallTaskPlugin:
    """The plugin: a message becomes a call that somebody is to make."""

    name = "call_task"

    @hookimpl
    def register_tables(self) -> list[Tables]:
        """Contribute the table."""
        return [Tables(METADATA)]

    @hookimpl
    def register_followers(self) -> list[Follower]:
        """Contribute how its rows follow their customers: merged, parted, exported, erased."""
        return [Follower.by_profile(TASK.name)]

    @hookimpl
    def register_services(self) -> list[Service]:
        """Contribute what a shop gets by `crm.service(CallTasks)`."""
        return [Service(CallTasks, CallTasks)]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel: a message that comes again is the same call."""
        return [Channel("call_task", "phone", deliver, deadline_s=10, is_repeatable=True)]


def deliver(messages: Sequence[Outgoing], line: Line) -> Iterator[Receipt]:
    """File a call for each message: its script is `details["script"]`, else its text."""
    for message in messages:
        profile_id, customer_id = message.profile_id, message.customer_id
        if not is_e164(message.to):
            yield Receipt("refused", reason="address", raw="it is no number of E.164")
        elif profile_id is None or customer_id is None:
            yield Receipt("refused", reason="other", raw="a call is filed for a customer, and this message names none")
        else:
            yield _filed(message, profile_id, customer_id, line)


def _filed(message: Outgoing, profile_id: UUID, customer_id: UUID, line: Line) -> Receipt:
    task = CallTask(
        id=message.id,
        customer_id=customer_id,
        phone=message.to,
        purpose=message.purpose,
        language=message.language,
        subject=message.subject,
        script=str(message.details.get("script") or message.text),
        filed_at=line.now(),
    )
    line.transact(lambda transaction: file_task(transaction, message.shop, profile_id, task))
    return Receipt("accepted", provider_id=str(message.id))
