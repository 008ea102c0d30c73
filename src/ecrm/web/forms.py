"""What a form sent, read from the body of a request; no more of it than a page can mean."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from ecrm.http import Request

__all__ = ["Form", "read_form"]

Form = Mapping[str, list[str]]


def read_form(request: Request, longest_body: int, most_fields: int) -> Form | None:
    """Read what a form sent.

    Args:
        request: What is no POST sends nothing.
        longest_body: How many bytes it may have.
        most_fields: How many fields.

    Returns:
        The values by field, those that are empty left out; None where it is too much.

    >>> read_form(Request("POST", "/survey/x", b"shown=score&a.score=9"), 100, 10)
    {'shown': ['score'], 'a.score': ['9']}
    """
    if request.method != "POST":
        return {}
    if len(request.body) > longest_body:
        return None
    try:
        return parse_qs(request.body.decode("utf-8", "replace"), max_num_fields=most_fields)
    except ValueError:
        return None
