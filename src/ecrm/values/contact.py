"""One spelling for every e-mail address and phone number, cached.

Which of them identify nobody (junk, shared ones) is decided by `ecrm.customers`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ecrm.errors import InvalidError

__all__ = ["is_e164", "normalise_email", "normalise_phone", "phone_prefixes"]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")
_REMEMBERED = 65_536
_LONGEST_EMAIL = 320
_LONGEST_PHONE = 64
_SHORTEST_PREFIX = 3


def normalise_email(text: str) -> str:
    """Spell an e-mail address the one way it is kept.

    Args:
        text: An address, up to 320 characters; blanks around it are dropped.

    Returns:
        The address in lower case, the domain as Unicode.

    Raises:
        InvalidError: It is no e-mail address.

    >>> normalise_email(" Ayse@Example.COM ")
    'ayse@example.com'
    """
    if len(text) > _LONGEST_EMAIL:
        raise InvalidError.of("email", "shorten it to 320 characters")
    return _normal_email(text.strip())


def normalise_phone(text: str, country: str | None) -> str:
    """Spell a phone number as E.164.

    Args:
        text: A number with "+" and its country, or as written inside the country.
        country: The two capitals of ISO 3166 the number is local to; None reads only numbers with +.

    Returns:
        "+" and at most 15 digits.

    Raises:
        InvalidError: It is no number that can be dialled.

    >>> normalise_phone("0532 111 22 33", "TR")
    '+905321112233'
    """
    if len(text) > _LONGEST_PHONE:
        raise InvalidError.of("phone", "shorten it to 64 characters")
    return _normal_phone(text.strip(), country)


def is_e164(text: str) -> bool:
    """Tell whether a number is spelt the one way it is kept: "+", and 7 to 15 digits.

    Source: ITU-T E.164.

    >>> is_e164("+905321112233"), is_e164("0532 111 22 33")
    (True, False)
    """
    return _E164.match(text) is not None


def phone_prefixes(text: str, country: str | None) -> list[str]:
    """Give the beginnings that E.164 numbers have which begin with these digits.

    Args:
        text: Digits, with blanks and marks, with or without the country.
        country: The two capitals of ISO 3166 that local digits are of.

    Returns:
        Nothing where the text is not made of digits.

    >>> phone_prefixes("0532 11", "TR")
    ['+9053211', '+053211']
    """
    digits = "".join(mark for mark in text if mark.isdecimal())
    if len(digits) < _SHORTEST_PREFIX or any(mark.isalpha() for mark in text):
        return []
    if text.strip().startswith("+") or country is None:
        return [f"+{digits}"]
    import phonenumbers

    code = phonenumbers.country_code_for_region(country)
    return [f"+{code}{digits.lstrip('0')}", f"+{digits}"]


@lru_cache(maxsize=_REMEMBERED)
def _normal_email(text: str) -> str:
    # Imported here because it takes 40 ms, and not every shop needs it.
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except (EmailNotValidError, UnicodeError):
        raise InvalidError.of("email", "give an e-mail address such as name@example.com") from None


@lru_cache(maxsize=_REMEMBERED)
def _normal_phone(text: str, country: str | None) -> str:
    # Imported here because its metadata takes 100 ms, and not every shop needs it.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise InvalidError.of("phone", "give a number that can be dialled, with + if it is abroad")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
