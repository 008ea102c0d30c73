"""What the law asks of a message that says what it says by itself, and no template did before."""

from __future__ import annotations

from ecrm.errors import InvalidError
from ecrm.messages.arranging import Held
from ecrm.messages.linting import Rules, lint
from ecrm.messages.model.law import Sender
from ecrm.messages.model.message import PREFERRED, Message
from ecrm.messages.model.template import Template
from ecrm.messages.templates import KNOWN_VARIABLES
from ecrm.shops.model import Settings

__all__ = ["check_law", "rules_of"]


def rules_of(held: Held, settings: Settings) -> Rules:
    """Give what a shop's messages are held to: the law of its country, and who it is.

    Args:
        held: What the shop arranged.
        settings: What it has set.
    """
    said = held.arrangement.sender
    sender = Sender(said["trade_name"], said.get("mersis")) if "trade_name" in said else None
    return Rules(country=settings.country, sender=sender)


def check_law(message: Message, rules: Rules) -> None:
    """Refuse advertising without what the law asks; what a template says was looked at before it went live.

    Raises:
        InvalidError: Something lacks; each finding says what, and by which law.
    """
    if message.content is None or not message.is_commercial:
        return
    content, channel = message.content, message.channel
    said = Template(
        name="content",
        channel="email" if channel == PREFERRED else channel,
        language=message.language or "en",
        purpose=message.purpose,
        is_commercial=True,
        subject=content.subject,
        text=content.text or None,
        html=content.html,
    )
    found = lint(said, KNOWN_VARIABLES, rules)
    broken = [one for one in found if one.is_refused and one.code.startswith("law.")]
    if broken:
        raise InvalidError("; ".join(map(str, broken)), {"content": [one.say for one in broken]})
