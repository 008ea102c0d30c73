"""How a survey ends: what is said to somebody who has answered, by what they answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import check_name
from ecrm.surveys.model.condition import Condition, check_condition
from ecrm.surveys.model.wording import Wording, optionally_worded, worded
from ecrm.values.text import checked_text, is_line

__all__ = ["THANKS", "Ending"]

_LONGEST_LINK = 2_000


def _check_link(_: Any, field: Any, value: Any) -> None:
    if value is None:
        return
    text = checked_text(value, field.name, _LONGEST_LINK)
    try:
        address = urlsplit(text)
        is_good = address.scheme == "https" and bool(address.hostname) and address.username is None
    except ValueError:
        is_good = False
    if not is_good or not is_line(text) or " " in text:
        raise InvalidError.of(field.name, "give an address that begins with https://, without a user name")


@attrs.frozen
class Ending:
    """Say something at the end.

    Args:
        key: Its name in the survey.
        title: The heading.
        text: What is said below it.
        when: Shown where this holds; the first ending that holds is shown. The last one has none.
        link: Where a button leads, https; it is the same for everybody, no answer is put into it.
        link_says: What the button says; needed with a link.

    >>> Ending("thanks", {"tr": "Teşekkürler", "en": "Thank you"}).title.said("tr")
    'Teşekkürler'
    """

    key: str = attrs.field(validator=check_name)
    title: Wording = attrs.field(converter=worded)
    text: Wording | None = attrs.field(default=None, converter=optionally_worded)
    when: Condition | None = attrs.field(default=None, validator=check_condition, kw_only=True)
    link: str | None = attrs.field(default=None, validator=_check_link, kw_only=True)
    link_says: Wording | None = attrs.field(default=None, converter=optionally_worded, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.link is None) != (self.link_says is None):
            raise InvalidError.of("link_says", "give a link and what it says, or neither")

    def wordings(self) -> Iterator[tuple[str, Wording]]:
        """Give what it says, by where."""
        yield "title", self.title
        for name, said in (("text", self.text), ("link_says", self.link_says)):
            if said is not None:
                yield name, said


THANKS = Ending("thanks", Wording({"tr": "Teşekkür ederiz", "en": "Thank you", "und": "Thank you"}))
