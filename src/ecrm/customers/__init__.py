"""Who: the people of a shop, what identifies them, and which profiles are the same person."""
