"""E-mail as it comes back: replies, bounces, complaints, and which of our messages each is about. Nothing is sent."""
