"""The rules of consent: pure, no database."""
