"""Every kind of event, and their way to JSON and back: `from ecrm import events`.

Only names are brought together here; the kinds live in `ecrm.interactions.events`.
"""

from ecrm.interactions import events as _kinds
from ecrm.interactions.events import *  # noqa: F403 - all of them, as __all__ says
from ecrm.interactions.wire import from_wire, read_json, to_wire

__all__ = ["from_wire", "read_json", "to_wire"]
__all__ += _kinds.__all__
