"""What a plugin contributes: the hooks it may implement, the records they return, the types of its columns.

Hooks are asked once, when a CRM starts; only `may_contact` is asked later. What runs after a commit is
named in the records and is no hook.
"""

from ecrm.database import Transaction
from ecrm.database.types import Id, Instant, Key
from ecrm.hookspecs.behaviours import Behaviour
from ecrm.hookspecs.channels import Channel, Line, Outgoing, Receipt
from ecrm.hookspecs.following import Follower, Move, Regrouping
from ecrm.hookspecs.hooks import Contact, Hooks, hookimpl, hookspec
from ecrm.hookspecs.parts import Command, Condition, Duty, Need, Panel, Service, Tables, WebPage
from ecrm.hookspecs.questions import QuestionKind
from ecrm.hookspecs.reactions import Reaction, Timer
from ecrm.hookspecs.settings import Setting
from ecrm.hookspecs.sources import Asked, Delivery, Keys, Page, Refusal, Source
from ecrm.values.fact import Fact
from ecrm.values.personal import aged_by, impersonal, personal

__all__ = [
    "Asked",
    "Behaviour",
    "Channel",
    "Command",
    "Condition",
    "Contact",
    "Delivery",
    "Duty",
    "Fact",
    "Follower",
    "Hooks",
    "Id",
    "Instant",
    "Key",
    "Keys",
    "Line",
    "Move",
    "Need",
    "Outgoing",
    "Page",
    "Panel",
    "QuestionKind",
    "Reaction",
    "Receipt",
    "Refusal",
    "Regrouping",
    "Service",
    "Setting",
    "Source",
    "Tables",
    "Timer",
    "Transaction",
    "WebPage",
    "aged_by",
    "hookimpl",
    "hookspec",
    "impersonal",
    "personal",
]
