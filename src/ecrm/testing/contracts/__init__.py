"""Contracts: classes of tests that the author of a plugin subclasses. They need pytest."""

from ecrm.testing.contracts.asking import QuestionCase
from ecrm.testing.contracts.case import SourceCase
from ecrm.testing.contracts.channel import ChannelContract
from ecrm.testing.contracts.channelcase import Arrival, ChannelCase, ChannelStage
from ecrm.testing.contracts.loopback import Loopback
from ecrm.testing.contracts.plugin import PluginContract
from ecrm.testing.contracts.source import SourceContract

__all__ = [
    "Arrival",
    "ChannelCase",
    "ChannelContract",
    "ChannelStage",
    "Loopback",
    "PluginContract",
    "QuestionCase",
    "SourceCase",
    "SourceContract",
]
