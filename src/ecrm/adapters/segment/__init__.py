"""A collector that speaks Segment's HTTP tracking API, so that a shop points the SDK it uses at its own server.

`Collector` is what a host mounts at `v1`; `Segment` is the plugin whose source verifies and translates.

Source: Segment, "HTTP API Source" and "Spec".
"""

from ecrm.adapters.segment.collecting import Collector
from ecrm.adapters.segment.plugin import Segment

__all__ = ["Collector", "Segment"]
