"""Finding the numbers of payment cards, which are never kept.

Only finding is done here: who refuses the text, and how, is decided by the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ecrm.errors import InvalidError

__all__ = ["holds_card_number", "refuse_card_number"]

_SHORTEST = 13
_LONGEST = 19
_SHORTEST_AMONG_IDS = 15
_RUN = re.compile(r"(?<!\d)\d(?:[ \u00a0-]{0,2}\d){12,}")
_GROUP = re.compile(r"\d+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
# The digits and dashes of a UUID can look like a card: whoever the id is of could then do nothing.
_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
                   r"(?![0-9A-Za-z])", re.IGNORECASE)  # fmt: skip
_ISSUERS = (
    (re.compile(r"4"), {13, 16, 18, 19}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|9792|220[0-4]"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"30[0-5]|309|36|3[89]"), {14, 16, 19}),
    (re.compile(r"6011|64[4-9]|65|62|352[89]|35[3-8]"), {16, 17, 18, 19}),
    (re.compile(r"50|5[6-8]|6"), {13, 14, 15, 16, 17, 18, 19}),
)


def refuse_card_number(text: str, field: str, *, is_id: bool = False) -> None:
    """Refuse a text that holds the number of a payment card.

    Args:
        text: What is looked at.
        field: The dotted path an error names; the number is never shown.
        is_id: Whether it is an identifier, where runs of 13 and 14 digits are common and are let through.

    Raises:
        InvalidError: It holds the number of a payment card.

    >>> refuse_card_number("order 4111", "note")
    """
    if len(text) >= _SHORTEST and holds_card_number(text, _SHORTEST_AMONG_IDS if is_id else _SHORTEST):
        raise InvalidError.of(field, "remove the payment card number: those are never kept")


def holds_card_number(text: str, shortest: int = _SHORTEST) -> bool:
    """Tell whether a text holds the number of a payment card.

    A number counts when it has the length and the first digits of a card issuer and a right check
    digit. Groups may be parted by blanks and dashes. A valid IBAN, a valid EAN-13 and a UUID do not count.

    Args:
        text: What is looked at.
        shortest: The fewest digits that count, 13 or more.

    Source: ISO/IEC 7812-1, annex B (Luhn); ISO 13616 (IBAN); GS1 (EAN-13); RFC 9562 (UUID).

    >>> holds_card_number("card 4111 1111 1111 1111, thanks")
    True
    >>> holds_card_number("4006381333931")
    False
    """
    if not _RUN.search(text):
        return False
    bare = _IBAN.sub(_without_valid_iban, _UUID.sub(" ", text))
    return any(
        len(digits) >= shortest and _is_card_number(digits)
        for run in _RUN.finditer(bare)
        for digits in _digit_runs(run.group())
    )


def _digit_runs(run: str) -> Iterator[str]:
    """Yield the digits of every stretch of whole groups that could be a card number."""
    groups = _GROUP.findall(run)
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > _LONGEST:
                break
            if len(digits) >= _SHORTEST:
                yield digits


def _is_card_number(digits: str) -> bool:
    if not any(len(digits) in lengths and first.match(digits) for first, lengths in _ISSUERS):
        return False
    return _has_luhn_digit(digits) and not _is_ean(digits)


def _has_luhn_digit(digits: str) -> bool:
    total = sum(int(digit) for digit in digits[-1::-2])
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def _is_ean(digits: str) -> bool:
    total = sum(int(digit) for digit in digits[0::2]) + 3 * sum(int(digit) for digit in digits[1::2])
    return len(digits) == len("4006381333931") and total % 10 == 0


def _without_valid_iban(found: re.Match[str]) -> str:
    letters = found.group().replace(" ", "")
    number = "".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])
    return "" if int(number) % 97 == 1 else found.group()
