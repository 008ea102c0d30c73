"""How active customers are: their last channel, their sessions, the days they were there."""
