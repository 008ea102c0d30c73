"""What a shop sets for a plugin: the declaration, and which values it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between, check_callable, check_name, check_said, one_of

__all__ = ["LEAST_SECRET", "Setting", "checked_secret"]

LEAST_SECRET = 16
_TYPES = ("text", "integer", "number", "boolean", "secret")
_LONGEST = 10_000
_BIGGEST = 2**63 - 1


@attrs.frozen(repr=False)
class Setting:
    """Declare something a shop sets for the plugin.

    Args:
        name: Unique in the plugin.
        type: text, integer, number, boolean or secret; a secret is sealed, redacted, and rotates.
        about: What it decides, in a sentence.
        default: Its value where nothing is set; a secret has none.
        check: Raises InvalidError for a value that can not be; what it says of a secret is not shown.
        least_length: How many characters a secret must have, 8 to 1,000.

    >>> Setting("wait_hours", "integer", "How long a cart may rest.", default=4).default
    4
    """

    name: str = attrs.field(validator=check_name)
    type: Literal["text", "integer", "number", "boolean", "secret"] = attrs.field(validator=one_of(*_TYPES))
    about: str = attrs.field(validator=check_said)
    default: Any = None
    check: Callable[[Any], None] | None = attrs.field(default=None, validator=attrs.validators.optional(check_callable))
    least_length: int = attrs.field(default=LEAST_SECRET, validator=between(8, 1_000))

    def __attrs_post_init__(self) -> None:
        if self.is_secret and self.default is not None:
            raise InvalidError.of("default", "a secret has no default: a shop sets it")
        if self.default is not None:
            self.checked(self.default)

    @property
    def is_secret(self) -> bool:
        """Tell whether nobody may see it."""
        return self.type == "secret"

    def checked(self, value: Any) -> Any:
        """Give a value as it is kept.

        Raises:
            InvalidError: It is of another type, or the plugin's own check refuses it. A secret is not repeated.

        >>> Setting("wait_hours", "integer", "How long a cart may rest.").checked(4)
        4
        """
        if self.is_secret:
            return self._checked_secret(value)
        taken = _TAKEN[self.type](value)
        if taken is None:
            raise InvalidError.of(self.name, f"give {_WANTED[self.type]}")
        try:
            self._ask_plugin(taken)
        except InvalidError:
            raise
        except Exception as error:
            raise InvalidError.of(self.name, f"the plugin's check refuses it: {type(error).__name__}") from error
        return taken

    def _checked_secret(self, value: Any) -> str:
        secret = checked_secret(self.name, value, self.least_length)
        is_refused = False
        try:
            self._ask_plugin(secret)
        except Exception:  # noqa: BLE001 - what a check says of a secret may repeat it, its traceback holds it
            is_refused = True
        if is_refused:
            raise InvalidError.of(self.name, "the plugin's check refuses this secret")
        return secret

    def _ask_plugin(self, value: Any) -> None:
        if self.check is not None:
            self.check(value)

    def __repr__(self) -> str:
        return f"<Setting {self.name} {self.type}>"


def checked_secret(name: str, value: Any, least_length: int = LEAST_SECRET) -> str:
    """Give a secret back where it can be one.

    Args:
        name: What it is called, for the message; the secret itself is in none.
        value: The secret.
        least_length: How many characters it must have.

    Raises:
        InvalidError: It is no text, has blanks around it, or is too short.

    >>> checked_secret("api_secret", "correct horse battery")
    'correct horse battery'
    """
    if not isinstance(value, str) or value != value.strip() or "\0" in value or len(value) > _LONGEST:
        raise InvalidError.of(name, "give a secret as a text, without blanks around it")
    if len(value) < least_length:
        raise InvalidError.of(name, f"a secret this short can be guessed: give {least_length} characters or more")
    return value


def _text(value: Any) -> str | None:
    is_text = isinstance(value, str) and len(value) <= _LONGEST and "\0" not in value
    return value if is_text else None


def _integer(value: Any) -> int | None:
    is_integer = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _BIGGEST
    return value if is_integer else None


def _number(value: Any) -> int | float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and abs(value) <= _BIGGEST else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_TAKEN: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}
_WANTED = {
    "text": "a text of at most 10,000 characters",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
