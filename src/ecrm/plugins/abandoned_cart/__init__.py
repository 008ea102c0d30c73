"""Carts that were filled and left: Cart Abandoned is derived, unless the order came."""
