"""Which texts a value may hold: no NUL, no half of a surrogate pair, not longer than it may be.

What a text means (an address, a name, a card number) is decided elsewhere.
"""

from __future__ import annotations

from ecrm.errors import InvalidError

__all__ = ["LONGEST_ID", "LONGEST_TEXT", "checked_id", "checked_text", "is_line", "mended", "storable"]

LONGEST_ID = 255
LONGEST_TEXT = 65_536
_LONGEST_SAID = 500


def checked_text(value: object, field: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text as it is, when it can be stored and sent anywhere.

    Args:
        value: What was given.
        field: The dotted path an error names.
        longest: The most characters it may have, 1 or more.

    Returns:
        The same text.

    Raises:
        InvalidError: It is no text, too long, or holds NUL or half a surrogate pair.

    >>> checked_text("Kırmızı elbise", "name")
    'Kırmızı elbise'
    """
    if not isinstance(value, str):
        raise InvalidError.of(field, "give a text")
    if len(value) > longest:
        raise InvalidError.of(field, f"shorten it to {longest} characters")
    if "\0" in value:
        raise InvalidError.of(field, "remove the NUL character")
    if not value.isascii() and not _is_whole_unicode(value):
        raise InvalidError.of(field, "remove the half of a surrogate pair")
    return str(value)


def checked_id(value: object, field: str, longest: int = LONGEST_ID) -> str:
    """Return an identifier as text: stripped, on one line, never empty.

    Args:
        value: A text or a whole number.
        field: The dotted path an error names.
        longest: The most characters it may have, 1 or more.

    Returns:
        The identifier without the blanks around it.

    Raises:
        InvalidError: It is neither, empty, too long, or holds control characters.

    >>> checked_id(1001, "order_id")
    '1001'
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = _digits_of(value, field, longest)
    text = checked_text(value, field, longest).strip()
    if not text:
        raise InvalidError.of(field, "give at least one character")
    if not is_line(text):
        raise InvalidError.of(field, "remove the control characters")
    return text


def is_line(text: str) -> bool:
    r"""Tell whether a text has no control characters, line breaks included.

    >>> is_line("one"), is_line("one\ntwo")
    (True, False)
    """
    return text.isprintable() or not any(letter < " " or "\x7f" <= letter <= "\x9f" for letter in text)


def _is_whole_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _digits_of(number: int, field: str, longest: int) -> str:
    if number.bit_length() > longest * 4:
        raise InvalidError.of(field, f"shorten it to {longest} characters")
    return str(number)


def storable(said: object) -> str:
    r"""Give what somebody's code said as every database takes it, at most 500 characters of it.

    >>> storable("a\0b")
    'a�b'
    """
    return mended(said, _LONGEST_SAID)


def mended(text: object, longest: int = LONGEST_TEXT) -> str:
    r"""Give what came from outside as every database takes it: what can not be stored is replaced, the rest cut off.

    Args:
        text: What came.
        longest: The most characters to keep.

    >>> mended("a\0b")
    'a�b'
    """
    return str(text).encode(errors="replace").decode().replace("\0", "�")[:longest]
