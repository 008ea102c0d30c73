"""The values every room speaks in: money, who, contact addresses, names.

Values know nothing of events, customers or databases.
"""

from ecrm.values.contact import normalise_email, normalise_phone, phone_prefixes
from ecrm.values.money import Money, minor_digits
from ecrm.values.names import fold_name, search_key
from ecrm.values.who import Actor, Who

__all__ = [
    "Actor",
    "Money",
    "Who",
    "fold_name",
    "minor_digits",
    "normalise_email",
    "normalise_phone",
    "phone_prefixes",
    "search_key",
]
