"""Contracts: classes of tests that the author of a plugin subclasses. They need pytest."""

from ecrm.testing.contracts.plugin import PluginContract

__all__ = ["PluginContract"]
