"""Every error ecrm raises on purpose, grouped by what the caller should do about it.

Messages say what to do next and never hold personal data. Nothing here depends on the rest of ecrm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = [
    "ConflictError",
    "EcrmError",
    "ErasedError",
    "InvalidError",
    "NotFoundError",
    "SetupError",
    "UnavailableError",
]


class EcrmError(Exception):
    """Catch everything ecrm raises on purpose.

    >>> issubclass(InvalidError, EcrmError)
    True
    """


class InvalidError(EcrmError, ValueError):
    """Correct the input: it can not be accepted as it is.

    Args:
        message: What is wrong and what would be right.
        fields: The messages of each bad field, by its dotted path.

    >>> InvalidError.of("total", "give a currency").fields
    {'total': ['give a currency']}
    """

    fields: dict[str, list[str]]

    def __init__(self, message: str, fields: Mapping[str, Iterable[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}

    @classmethod
    def of(cls, field: str, message: str) -> InvalidError:
        """Make the error of one field."""
        return cls(f"{field}: {message}", {field: [message]})


class NotFoundError(EcrmError, LookupError):
    """Ask for something else: there is no such customer, interaction or merge."""


class ConflictError(EcrmError):
    """Look at the present state first: what was asked contradicts it."""


class ErasedError(ConflictError):
    """Leave it: the person was erased, and nothing is stored of them unless their tombstone is forgotten on purpose."""


class SetupError(EcrmError, RuntimeError):
    """Change the configuration, the installation or the database: ecrm can not work as it is set up."""


class UnavailableError(EcrmError):
    """Try again later: the database is locked, full, or away, or another system is.

    Args:
        message: What is away, and whether anything was done.
        retry_after_s: How long to wait at least, in seconds, where it is known.

    >>> UnavailableError("the marketplace asks to wait", retry_after_s=30).retry_after_s
    30
    """

    retry_after_s: float | None

    def __init__(self, message: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
