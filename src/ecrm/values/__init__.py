"""The values every room speaks in: money, who, contact addresses, names.

Values know nothing of events, customers or databases.
"""

from ecrm.values.contact import is_e164, normalise_email, normalise_phone, phone_prefixes
from ecrm.values.money import Money, minor_digits
from ecrm.values.names import fold_name, search_key
from ecrm.values.who import Actor, Who

__all__ = [
    "Actor",
    "Money",
    "Who",
    "fold_name",
    "is_e164",
    "minor_digits",
    "normalise_email",
    "normalise_phone",
    "phone_prefixes",
    "search_key",
]
