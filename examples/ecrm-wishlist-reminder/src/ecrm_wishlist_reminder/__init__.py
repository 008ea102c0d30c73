"""Reminds a shop of what customers wished for and did not buy."""

from ecrm_wishlist_reminder.reminding import WishlistReminderDue
from ecrm_wishlist_reminder.watches import Watches

__all__ = ["Watches", "WishlistReminderDue"]
