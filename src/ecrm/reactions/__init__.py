"""What follows what happened: reactions and timers, their effects, what failed, and what may be replayed."""
