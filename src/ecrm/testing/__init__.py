"""What ecrm ships for tests: a clock that stands still, what a host emitted, strategies, a pytest plugin."""

from ecrm.testing.capturing import capture
from ecrm.testing.clock import FrozenClock

__all__ = ["FrozenClock", "capture"]
