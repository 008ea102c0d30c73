"""Whether an open or a click may have been a program's: a proxy of mailboxes, a scanner of links."""

from __future__ import annotations

import datetime as dt

__all__ = ["is_weak_click"]

# How soon after the mail left a click is rather a scanner's than a reader's.
_HASTE = dt.timedelta(seconds=10)
# Words in the user agents of scanners, proxies and libraries.
_PROGRAMS = (
    "barracuda", "bot", "curl", "fireeye", "googleimageproxy", "go-http-client", "headless", "java/", "mimecast",
    "okhttp", "proofpoint", "python", "safelinks", "scanner", "spider", "symantec", "wget", "yahoomailproxy",
)  # fmt: skip


def is_weak_click(user_agent: str | None, at: dt.datetime | None = None, sent_at: dt.datetime | None = None) -> bool:
    """Tell whether a click may have been a program's.

    Args:
        user_agent: What clicked, as it names itself; None where it is not known.
        at: When it clicked, aware.
        sent_at: When the mail left, aware.

    >>> is_weak_click("Barracuda Sentinel (EE)"), is_weak_click("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)")
    (True, False)
    """
    named = (user_agent or "").lower()
    if any(word in named for word in _PROGRAMS):
        return True
    return at is not None and sent_at is not None and at - sent_at < _HASTE
