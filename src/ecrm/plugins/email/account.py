"""What a shop sets to send e-mail: its server, and who the mail is from."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

import attrs

from ecrm.errors import InvalidError, SetupError
from ecrm.hookspecs import Line, Setting
from ecrm.values import normalise_email

__all__ = ["SETTINGS", "Account"]

_SECURITIES = ("starttls", "tls", "none")
_HIGHEST_PORT = 65_535


def _check_port(value: int) -> None:
    if not 1 <= value <= _HIGHEST_PORT:
        raise InvalidError.of("port", "give a port: 587 for starttls, 465 for tls")


def _check_security(value: str) -> None:
    if value not in _SECURITIES:
        raise InvalidError.of("security", f"use one of {', '.join(_SECURITIES)}")


def _check_line(value: str) -> None:
    if not value.isprintable():
        raise InvalidError.of("text", "write it on one line")


def _check_address(value: str) -> None:
    normalise_email(value)


SETTINGS = (
    Setting("host", "text", "The mail server, as smtp.example.com.", check=_check_line),
    Setting("port", "integer", "Its port.", default=587, check=_check_port),
    Setting("security", "text", "How the line is closed to others: starttls, tls; none on this machine alone.",
            default="starttls", check=_check_security),
    Setting("username", "text", "Who signs in; nobody where it is empty.", default="", check=_check_line),
    Setting("password", "secret", "The password of the mail server.", least_length=8),
    Setting("sender", "text", "The address mails are from.", check=_check_address),
    Setting("sender_name", "text", "The name beside it.", default="", check=_check_line),
    Setting("reply_to", "text", "The address answers go to, where it is another.", default="", check=_check_line),
    Setting("bounce_address", "text", "The address bounces go to; what follows a + in it names the message.",
            default="", check=_check_line),
    Setting("inbound_key", "secret", "What shows that a mail posted to the source comes from your mail server."),
)  # fmt: skip


@attrs.frozen(repr=False)
class Account:
    """Hold what a shop set.

    Args:
        host: The mail server.
        port: Its port.
        security: starttls, tls or none.
        sender: The address mails are from.
        username: Who signs in; nobody where it is empty.
        password: Of the user.
        sender_name: The name beside the address.
        reply_to: Where answers go; the sender where it is empty.
        bounce_address: Where bounces go; the sender where it is empty.
    """

    host: str
    port: int
    security: str
    sender: str
    username: str = ""
    password: str = ""
    sender_name: str = ""
    reply_to: str = ""
    bounce_address: str = ""

    @classmethod
    def of(cls, line: Line) -> Account:
        """Read it.

        Raises:
            SetupError: Something is not set, or would send mail in the clear.
        """
        given: Mapping[str, Any] = line.settings()
        if not given.get("host") or not given.get("sender"):
            raise SetupError("set the host and the sender: ecrm plugins configure email host=… sender=…")
        if given["security"] == "none" and not _is_this_machine(given["host"]):
            raise SetupError("security=none sends mail in the clear: it is for a server on this machine, use starttls")
        password = line.secret("password") if given["username"] else ""
        names = {field.name for field in attrs.fields(cls)} - {"password"}
        return cls(**{name: given[name] for name in names}, password=password)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
