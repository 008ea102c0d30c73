"""The pure rules of reactions: effects and timers."""
