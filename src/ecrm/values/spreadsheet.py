r"""Texts that a spreadsheet must not take for formulas: guarded by an apostrophe, and given back as they were.

A cell that begins with =, +, -, @, a tab or a line break may run as a formula. So may what comes after a separator,
where a program parts the line at another one than it was written with: a Turkish Excel parts at semicolons.

Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import re

__all__ = ["guarded", "unguarded"]

_STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_UNSAFE = re.compile(rf"\A(?='*[{_STARTS}\t\r\n])|(?<=[,;|\t\r\n\"])(?='*[{_STARTS}])")
_GUARDED = re.compile(rf"\A'(?='*[{_STARTS}\t\r\n])|(?<=[,;|\t\r\n\"])'(?='*[{_STARTS}])")


def guarded(text: str) -> str:
    r"""Give a text as a cell may hold it.

    >>> guarded('=HYPERLINK("http://evil.example")'), guarded("good; =1+1"), guarded("good;=1+1")
    ('\'=HYPERLINK("http://evil.example")', 'good; =1+1', "good;'=1+1")
    """
    return _UNSAFE.sub("'", text)


def unguarded(text: str) -> str:
    """Give a text as it was before it was guarded.

    >>> unguarded(guarded("-5;-7")), unguarded("'t is fine")
    ('-5;-7', "'t is fine")
    """
    return _GUARDED.sub("", text)
