"""What providers that are played on this machine share."""

from __future__ import annotations

import base64


def basic(user: str, password: str) -> str:
    """Give the header of somebody who signs in by a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
