"""The public holidays of a country, for shops that do not write on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache

from ecrm.errors import SetupError

__all__ = ["holidays_of"]


@lru_cache(maxsize=64)
def holidays_of(country: str | None) -> Callable[[dt.date], bool]:
    """Give what tells of a day whether it is a public holiday.

    Args:
        country: ISO 3166 alpha-2; None has none.

    Raises:
        SetupError: The library is not installed, or does not know the country.

    >>> holidays_of("TR")(dt.date(2026, 10, 29)), holidays_of(None)(dt.date(2026, 10, 29))
    (True, False)
    """
    if country is None:
        return lambda _: False
    try:
        import holidays
    except ImportError as error:
        message = 'closing on holidays needs another library: pip install "ecrm[holidays]"'
        raise SetupError(message) from error
    try:
        found = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise SetupError(f"the holidays of {country} are not known: use closed_days without holidays") from error
    return lambda day: day in found
