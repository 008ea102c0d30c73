"""What the plugin contributes: facts the core counts of messages, and conditions on consent."""

from __future__ import annotations

from ecrm.effects import Questions
from ecrm.hookspecs import Condition, Fact, hookimpl

NAME = "outreach"
_SENT = ("Message Sent",)
_OPENED = ("Email Opened", "Message Opened")
_CLICKED = ("Email Link Clicked", "Message Link Clicked")


@hookimpl
def register_facts() -> list[Fact]:
    """Contribute what is known of the messages to a customer."""
    return [
        Fact("outreach.sent", "integer", "messages", "How many messages providers took.", "count", kinds=_SENT),
        Fact("outreach.last_sent_at", "time", "UTC", "When a provider last took one.", "max", kinds=_SENT),
        Fact("outreach.opened", "integer", "opens", "How often one was opened, by programs too.", "count",
             kinds=_OPENED),
        Fact("outreach.clicked", "integer", "clicks", "How often a link of one was followed, by programs too.",
             "count", kinds=_CLICKED),
        Fact("outreach.last_clicked_at", "time", "UTC", "When a link of one was last followed.", "max",
             kinds=_CLICKED),
    ]  # fmt: skip


@hookimpl
def register_conditions() -> list[Condition]:
    """Contribute what segments, surveys and journeys may choose by."""
    return [
        Condition("agreed_to_marketing", "They agreed to advertising on every channel.", agreed_to_marketing),
        Condition("agreed_to_mail", "They agreed to advertising by e-mail, and have an address.", agreed_to_mail),
        Condition("may_be_surveyed", "They may be asked how they liked it.", may_be_surveyed),
    ]


def agreed_to_marketing(ask: Questions) -> bool:
    """Tell whether they agreed to advertising, whichever way it comes."""
    return ask.may("marketing")


def agreed_to_mail(ask: Questions) -> bool:
    """Tell whether advertising may come by e-mail."""
    return ask.may("marketing", "email")


def may_be_surveyed(ask: Questions) -> bool:
    """Tell whether nobody objects to being asked."""
    return ask.may("surveys")
