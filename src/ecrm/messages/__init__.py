"""What the shop says: messages, their templates, when they may go, their delivery and what became of them."""

from ecrm.messages.model.arrangement import Arrangement
from ecrm.messages.model.message import Commercial, Message, Transactional
from ecrm.messages.model.pressure import Cap, Policy
from ecrm.messages.model.quiet import ClosedDays, QuietHours
from ecrm.messages.model.template import Content, Template

__all__ = [
    "Arrangement",
    "Cap",
    "ClosedDays",
    "Commercial",
    "Content",
    "Message",
    "Policy",
    "QuietHours",
    "Template",
    "Transactional",
]
