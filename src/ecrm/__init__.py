"""ecrm: events in, one timeline per customer, features that act on it.

The names a shop needs are here; `ecrm.events` has every kind of event, `ecrm.errors` every error.
"""

from ecrm import events
from ecrm.crm import CRM
from ecrm.errors import (
    ConflictError,
    EcrmError,
    InvalidError,
    NotFoundError,
    SetupError,
    UnavailableError,
)
from ecrm.values import Actor, Money, Who

__all__ = [
    "CRM",
    "Actor",
    "ConflictError",
    "EcrmError",
    "InvalidError",
    "Money",
    "NotFoundError",
    "SetupError",
    "UnavailableError",
    "Who",
    "events",
]
