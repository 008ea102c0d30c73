"""Money: an exact amount in one currency.

Amounts are Decimal and never float; two currencies are never added. Exchange rates live with the shop.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import cache

import attrs

from ecrm.errors import InvalidError

__all__ = ["Money", "checked_currency", "exact_decimal", "minor_digits"]

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_HIGHEST_POWER = 13
_LOWEST_POWER = -18
_LONGEST_NUMBER = 64


@cache
def minor_digits(currency: str) -> int:
    """Say how many digits the minor unit of a currency has.

    Args:
        currency: An ISO 4217 code in capitals.

    Returns:
        0 to 4.

    Raises:
        InvalidError: No such currency is in circulation.

    Source: ISO 4217, list one.

    >>> minor_digits("TRY"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    # Imported here because it parses an XML table for 35 ms when imported.
    from iso4217 import Currency

    try:
        digits = Currency(currency).exponent
    except ValueError:
        digits = None
    if digits is None:
        raise InvalidError.of("currency", "give an ISO 4217 code such as TRY or EUR")
    return digits


def checked_currency(value: object, field: str = "currency") -> str:
    """Return a currency code in capitals.

    Raises:
        InvalidError: ISO 4217 has no such currency with a minor unit.

    >>> checked_currency("try")
    'TRY'
    """
    if not isinstance(value, str) or len(value) != len("TRY") or not value.isascii():
        raise InvalidError.of(field, "give an ISO 4217 code such as TRY or EUR")
    code = value.upper()
    minor_digits(code)
    return code


def exact_decimal(value: object, field: str = "amount") -> Decimal:
    """Return a number as an exact Decimal.

    Args:
        value: A Decimal, a whole number, or a text such as "149.90".
        field: The dotted path an error names.

    Returns:
        The number; below 10^14, with at most 18 decimal places.

    Raises:
        InvalidError: It is a float, no number, not finite, or out of range.

    >>> exact_decimal("149.90")
    Decimal('149.90')
    """
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, str):
        number = _parsed_decimal(value, field)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, float):
        raise InvalidError.of(field, "give a Decimal or a text, since a float is not exact")
    else:
        raise InvalidError.of(field, "give a Decimal, a whole number or a text")
    if not number.is_finite():
        raise InvalidError.of(field, "give a finite number")
    if number and len(written := str(number)) <= _HIGHEST_POWER and "E" not in written:
        return number  # the digits are too few to break a limit, and counting them exactly is slow
    return _in_range(number, field)


def _in_range(number: Decimal, field: str) -> Decimal:
    if not number:
        return number.copy_abs() if _has_fit_scale(number) else Decimal(0)
    if number.adjusted() > _HIGHEST_POWER:
        raise InvalidError.of(field, "give a number below 10^14")
    if not _has_fit_scale(number):
        raise InvalidError.of(field, "give at most 18 decimal places")
    return number


def _has_fit_scale(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and _LOWEST_POWER <= exponent <= _HIGHEST_POWER


def _parsed_decimal(text: str, field: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER or not text.isascii() or "_" in text:
        raise InvalidError.of(field, "give a number such as 149.90")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise InvalidError.of(field, "give a number such as 149.90") from error


@attrs.frozen(repr=False, order=False, init=False)
class Money:
    """Keep an exact amount in one currency.

    Args:
        amount: A Decimal, a whole number or a text, in major units, below 10^14; never a float.
        currency: An ISO 4217 code; None means the currency of the shop, filled in when recorded.

    Raises:
        InvalidError: The amount is not exact, or does not fit the minor unit of the currency.

    >>> Money("149.90", "TRY") + Money(10, "TRY")
    Money('159.90', 'TRY')
    >>> print(-Money("5", "EUR"))
    -5.00 EUR
    """

    amount: Decimal
    currency: str | None = None

    def __init__(self, amount: Decimal | int | str, currency: str | None = None) -> None:
        exact = exact_decimal(amount)
        if currency is not None:
            currency = checked_currency(currency)
            exact = _in_minor_units(exact, currency)
        self.__attrs_init__(exact, currency)

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Money:
        """Make money from whole minor units, such as kuruş or cents.

        Raises:
            InvalidError: It is no whole number, or there is no such currency.

        >>> Money.of_minor(14990, "TRY")
        Money('149.90', 'TRY')
        """
        whole = _checked_minor(minor)
        return cls(Decimal(whole).scaleb(-minor_digits(checked_currency(currency)), _EXACT), currency)

    @classmethod
    def rounded(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Make money from an amount of any precision, rounded half to even.

        Raises:
            InvalidError: The amount is not exact, or there is no such currency.

        >>> Money.rounded(Decimal("149.90") * Decimal("0.18"), "TRY")
        Money('26.98', 'TRY')
        """
        step = _step(checked_currency(currency))
        return cls(exact_decimal(amount).quantize(step, context=_EXACT), currency)

    @property
    def minor(self) -> int:
        """Give the amount in whole minor units.

        Raises:
            InvalidError: The currency is not known yet.

        >>> Money("149.90", "TRY").minor
        14990
        """
        if self.currency is None:
            raise InvalidError.of("currency", "fill it in first with in_currency()")
        return int(self.amount.scaleb(minor_digits(self.currency), _EXACT))

    def in_currency(self, currency: str) -> Money:
        """Fill in a missing currency; never convert one.

        Raises:
            InvalidError: The amount does not fit the minor unit of the currency.

        >>> Money("149.9").in_currency("TRY")
        Money('149.90', 'TRY')
        """
        return self if self.currency is not None else Money(self.amount, currency)

    def __add__(self, other: object) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.add(self.amount, self._amount_of(other)), self.currency)

    def __sub__(self, other: object) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.subtract(self.amount, self._amount_of(other)), self.currency)

    def __mul__(self, factor: object) -> Money:
        if not isinstance(factor, int | Decimal) or isinstance(factor, bool):
            return NotImplemented
        return Money(_EXACT.multiply(self.amount, exact_decimal(factor, "factor")), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(self.amount.copy_negate(), self.currency)

    def __abs__(self) -> Money:
        return Money(self.amount.copy_abs(), self.currency)

    def __lt__(self, other: object) -> bool:
        return self.amount < self._amount_of(other) if isinstance(other, Money) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.amount <= self._amount_of(other) if isinstance(other, Money) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.amount > self._amount_of(other) if isinstance(other, Money) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.amount >= self._amount_of(other) if isinstance(other, Money) else NotImplemented

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f}" if self.currency is None else f"{self.amount:f} {self.currency}"

    def __repr__(self) -> str:
        currency = "" if self.currency is None else f", '{self.currency}'"
        return f"Money('{self.amount:f}'{currency})"

    def _amount_of(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise InvalidError.of("currency", "convert to one currency first: two are never mixed")
        return other.amount


def _checked_minor(minor: object) -> int:
    if not isinstance(minor, int) or isinstance(minor, bool):
        raise InvalidError.of("minor", "give a whole number of minor units")
    if minor.bit_length() > _EXACT.prec:
        raise InvalidError.of("minor", "give a number below 10^14 major units")
    return minor


@cache
def _step(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_digits(currency))


def _in_minor_units(amount: Decimal, currency: str) -> Decimal:
    fitted = amount.quantize(_step(currency), context=_EXACT)
    if fitted != amount:
        digits = minor_digits(currency)
        raise InvalidError.of("amount", f"round it to {digits} decimal places first, with Money.rounded()")
    return fitted
