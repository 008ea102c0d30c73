"""What the log says of messages, kept in the same transaction: what is asked for, and what became of it.

Only what ecrm itself asked for becomes a message: an event of that name from outside is an entry of the timeline.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ecrm.database import Transaction
from ecrm.errors import InvalidError
from ecrm.hookspecs import Follower
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.projecting import Projection, Told
from ecrm.messages.arranging import Held
from ecrm.messages.lawful import check_law, rules_of
from ecrm.messages.linting import Rules
from ecrm.messages.model.message import read_message
from ecrm.messages.tables import message as message_table
from ecrm.messages.tables import receipt as receipt_table
from ecrm.messages.tables.message import SENT, SUPPRESSED, UNCERTAIN, WAITING, MessageRow
from ecrm.messages.tables.receipt import ReceiptRow
from ecrm.shops.model import Settings

__all__ = ["REQUESTED", "SOURCE", "message_followers", "message_projection"]

REQUESTED, SOURCE = "Message Requested", "messages"
_STATUS: Mapping[str, str] = {
    "Message Sent": "accepted",
    "Message Delivered": "delivered",
    "Email Delivered": "delivered",
    "Message Opened": "opened",
    "Email Opened": "opened",
    "Message Link Clicked": "clicked",
    "Email Link Clicked": "clicked",
    "Message Bounced": "bounced",
    "Email Bounced": "bounced",
    "Email Marked as Spam": "complained",
    "Message Refused": "refused",
    "Unsubscribed": "unsubscribed",
}
# What shows that a message of which nobody knew did go.
_WENT = frozenset({"accepted", "delivered", "opened", "clicked", "complained", "unsubscribed"})


def message_projection(arranged: Callable[[str], Held]) -> Projection:
    """Make what keeps messages and receipts.

    Args:
        arranged: Gives what a shop arranged about its messages.
    """

    def apply(transaction: Transaction, shop: str, settings: Settings, told: Sequence[Told]) -> None:
        wanted = [one for one in told if one.entry.kind == REQUESTED and one.interaction.source == SOURCE]
        if wanted:
            held = arranged(shop)
            rules = rules_of(held, settings)
            rows = [_message(shop, one, held, rules) for one in wanted]
            message_table.insert_messages(transaction, rows)
        answers = [one.interaction for one in told if one.entry.kind in _STATUS]
        if answers:
            _keep_receipts(transaction, shop, answers)

    def void(transaction: Transaction, shop: str, wrong: Interaction) -> None:
        if wrong.kind == REQUESTED and wrong.source == SOURCE:
            rows = message_table.hold_messages(transaction, [(shop, _id_of(wrong))])
            message_table.save_messages(
                transaction,
                [row.noted(wrong.recorded_at, SUPPRESSED, "it was asked for by mistake")
                 for row in rows if row.state == WAITING],
            )  # fmt: skip

    return Projection(frozenset({REQUESTED, *_STATUS}), apply, void)


def message_followers() -> tuple[Follower, ...]:
    """Give how messages follow customers."""
    return (
        Follower.by_profile(message_table.MESSAGE.name),
        Follower.by_profile(receipt_table.MESSAGE_RECEIPT.name, customer=None),
    )


def _message(shop: str, one: Told, held: Held, rules: Rules) -> MessageRow:
    interaction = one.interaction
    said = interaction.properties
    message = read_message(said.get("purpose"), said.get("message"))
    # Also what a reaction asked for, which nobody looked at before.
    check_law(message, rules)
    wait = dt.timedelta(hours=held.arrangement.expires_after_h)
    due_at = (message.send_at or interaction.at).astimezone(dt.UTC)
    row = MessageRow(
        shop=shop,
        id=_id_of(interaction),
        profile_id=interaction.profile_id,
        customer_id=one.customer_id,
        purpose=message.purpose,
        is_commercial=message.is_commercial,
        wanted=message.channel,
        message=message.to_wire(),
        asked_at=interaction.at,
        expires_at=(message.expires_at or due_at + wait).astimezone(dt.UTC),
        due_at=due_at,
    )
    if interaction.is_live:
        return row
    return row.noted(interaction.recorded_at, SUPPRESSED, "it was replayed or imported: that sends nothing")


def _id_of(interaction: Interaction) -> UUID:
    given = interaction.properties.get("message_id")
    try:
        return interaction.id if given is None else UUID(given)
    except ValueError as error:
        raise InvalidError.of("message_id", "give a UUID, or leave it out") from error


def _keep_receipts(transaction: Transaction, shop: str, answers: Sequence[Interaction]) -> None:
    rows = _messages_of(transaction, shop, answers)
    receipts, settled = [], {}
    for interaction in answers:
        row = rows.get(interaction.properties.get("message_id")) or rows.get(interaction.properties.get("provider_id"))
        if row is None:
            continue
        said, status = interaction.properties, _STATUS[interaction.kind]
        receipts.append(
            ReceiptRow(
                row.id, interaction.id, row.profile_id, status, interaction.at, bool(said.get("automated")),
                said.get("reason"),
            )
        )  # fmt: skip
        if row.state == UNCERTAIN and status in _WENT:
            settled[row.id] = row.noted(interaction.recorded_at, SENT, f"the provider says it was {status}")
    receipt_table.put_receipts(transaction, shop, receipts)
    message_table.save_messages(transaction, list(settled.values()))


def _messages_of(transaction: Transaction, shop: str, answers: Sequence[Interaction]) -> dict[Any, MessageRow]:
    ids: set[UUID] = set()
    providers: set[str] = set()
    for interaction in answers:
        with contextlib.suppress(ValueError, TypeError):
            ids.add(UUID(interaction.properties.get("message_id")))
        if interaction.properties.get("provider_id"):
            providers.add(interaction.properties["provider_id"])
    found = message_table.find_messages(transaction, shop, sorted(ids))
    missing = providers - {row.provider_id for row in found}
    found += message_table.find_by_provider(transaction, shop, sorted(missing))
    by_provider: dict[Any, MessageRow] = {row.provider_id: row for row in found if row.provider_id}
    return by_provider | {str(row.id): row for row in found}
