"""What a plugin contributes: the hooks it may implement and the records they return.

Hooks are asked once, when a CRM starts; only `may_contact` is asked later. What runs after a commit is
named in the records and is no hook.
"""

from ecrm.hookspecs.following import Follower, Move, Regrouping
from ecrm.hookspecs.hooks import Contact, Hooks, hookimpl, hookspec
from ecrm.hookspecs.parts import Channel, Command, Condition, Need, Panel, Service, Tables, WebPage
from ecrm.hookspecs.reactions import Reaction, Timer
from ecrm.hookspecs.settings import Setting
from ecrm.hookspecs.sources import Delivery, Keys, Page, Refusal, Source
from ecrm.values.fact import Fact

__all__ = [
    "Channel",
    "Command",
    "Condition",
    "Contact",
    "Delivery",
    "Fact",
    "Follower",
    "Hooks",
    "Keys",
    "Move",
    "Need",
    "Page",
    "Panel",
    "Reaction",
    "Refusal",
    "Regrouping",
    "Service",
    "Setting",
    "Source",
    "Tables",
    "Timer",
    "WebPage",
    "hookimpl",
    "hookspec",
]
