"""Privacy: what we owe the people we keep things of. Export, erase, take away in time, answer, account for it."""
