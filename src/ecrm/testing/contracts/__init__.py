"""Contracts: classes of tests that the author of a plugin subclasses. They need pytest."""

from ecrm.testing.contracts.case import SourceCase
from ecrm.testing.contracts.loopback import Loopback
from ecrm.testing.contracts.plugin import PluginContract
from ecrm.testing.contracts.source import SourceContract

__all__ = ["Loopback", "PluginContract", "SourceCase", "SourceContract"]
