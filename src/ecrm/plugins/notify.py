"""The channel that tells the shop's own people, by any of the services that apprise knows."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from ecrm.errors import SetupError
from ecrm.hookspecs import Channel, Line, Outgoing, Receipt, Setting, hookimpl

__all__ = ["Notify"]

# They log addresses, which hold keys, and the texts of messages.
_TALKERS = ("apprise", "urllib3.connectionpool")


class Notify:
    """The plugin."""

    name = "notify"

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        about = "The addresses of apprise, as tgram://…, with blanks between them. They hold keys: they are a secret."
        return [
            Setting("urls", "secret", about, least_length=8),
            Setting("title", "text", "The title of what has no subject.", default=""),
        ]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel: to whom a message goes is what the shop has set, and not its address."""
        return [Channel("notify", "any", deliver, deadline_s=60, batch=20)]


def deliver(messages: Sequence[Outgoing], line: Line) -> Iterator[Receipt]:
    """Hand messages to apprise.

    Raises:
        SetupError: The shop has not set the channel up, or apprise is not installed.
    """
    notifier, title = _notifier(line.secret("urls").split()), line.settings()["title"]
    return (_told(notifier, message, message.subject or title) for message in messages)


def _told(notifier: Any, message: Outgoing, title: str) -> Receipt:
    with _unheard():
        is_told = notifier.notify(body=message.text, title=title, body_format="text")
    if is_told:
        return Receipt("accepted")
    # Apprise does not say which service failed, nor whether another took the message.
    return Receipt("uncertain", raw="one of the services did not take it")


def _notifier(urls: Sequence[str]) -> Any:
    try:
        from apprise import Apprise
    except ModuleNotFoundError as error:
        raise SetupError('install what knows the services: pip install "ecrm[notify]"') from error
    with _unheard():
        made = Apprise()
        known = [made.add(url) for url in urls]
    if not all(known):
        place = known.index(False) + 1
        raise SetupError(f"apprise does not know address {place} of urls: write it as apprise's own pages say")
    return made


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Keep what apprise and its client of HTTP say out of every log, for as long as they are asked."""

    def drop(_: logging.LogRecord) -> bool:
        return False

    loggers = [logging.getLogger(name) for name in _TALKERS]
    for one in loggers:
        one.addFilter(drop)
    try:
        yield
    finally:
        for one in loggers:
            one.removeFilter(drop)
