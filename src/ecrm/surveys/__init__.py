"""What they say: surveys, invitations, answers and scores."""
