"""The rules of messages: pure, no database."""
