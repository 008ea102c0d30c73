"""What a survey says, in several languages, and which of them a reader is shown.

Places for answers and facts inside a text are in `piping`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.values.open_values import FrozenDict
from ecrm.values.text import checked_text

__all__ = [
    "ANY_LANGUAGE",
    "LONGEST_WORDING",
    "Wording",
    "check_language",
    "nearest_language",
    "optionally_worded",
    "worded",
]

# "und" is the tag of BCP 47 for a language nobody says: a text for every reader.
ANY_LANGUAGE = "und"
LONGEST_WORDING = 5_000
_MOST_LANGUAGES = 50
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


def check_language(_: Any, field: Any, value: Any) -> None:
    """Refuse what is no language tag of BCP 47."""
    if not isinstance(value, str) or not _LANGUAGE.match(value):
        raise InvalidError.of(field.name, "give a language tag of BCP 47, as tr or en-GB")


def nearest_language(spoken: Iterable[str], wanted: str) -> str | None:
    """Give the language that is nearest to the one wanted: itself, or without its region and script.

    Args:
        spoken: The languages there are.
        wanted: The one a reader wants, BCP 47.

    Source: RFC 4647 section 3.4, lookup.

    >>> nearest_language(["tr", "en"], "en-GB"), nearest_language(["tr"], "en")
    ('en', None)
    """
    by_tag = {tag.lower(): tag for tag in spoken}
    tag = wanted.lower()
    while tag:
        if tag in by_tag:
            return by_tag[tag]
        tag = tag.rpartition("-")[0]
    return None


def _texts(value: Any) -> FrozenDict:
    texts = {ANY_LANGUAGE: value} if isinstance(value, str) else value
    if not isinstance(texts, Mapping) or not texts:
        raise InvalidError.of("texts", 'give a text, or one for each language, as {"tr": "Evet", "en": "Yes"}')
    if len(texts) > _MOST_LANGUAGES:
        raise InvalidError.of("texts", f"give at most {_MOST_LANGUAGES} languages")
    for language, text in texts.items():
        if not isinstance(language, str) or not _LANGUAGE.match(language):
            raise InvalidError.of("texts", "name each language by a tag of BCP 47, as tr or en-GB")
        if not checked_text(text, language, LONGEST_WORDING).strip():
            raise InvalidError.of(language, "say something, or leave the language out")
    return FrozenDict({language: texts[language] for language in sorted(texts)})


@attrs.frozen(repr=False)
class Wording:
    """Hold a text in each language it is said in.

    Args:
        texts: One text for every reader, or texts by language; each at most 5,000 characters.

    Raises:
        InvalidError: There is no text, an empty one, or a language that is none.

    >>> Wording({"tr": "Evet", "en": "Yes"}).said("en-GB")
    'Yes'
    >>> Wording("4.5 ★").said("tr")
    '4.5 ★'
    """

    texts: Mapping[str, str] = attrs.field(converter=_texts)

    def said(self, language: str, fallback: str = ANY_LANGUAGE) -> str:
        """Give the text for a reader.

        Args:
            language: The one they read, BCP 47.
            fallback: The one for those whose language is not spoken.

        Returns:
            The text in the nearest language; else in the fallback; else the one that is for everybody, or the first.
        """
        for wanted in (language, fallback, ANY_LANGUAGE):
            found = nearest_language(self.texts, wanted)
            if found is not None:
                return self.texts[found]
        return next(iter(self.texts.values()))

    def is_said_in(self, language: str) -> bool:
        """Tell whether a reader of the language is shown it in that language, or in one text for everybody."""
        return nearest_language(self.texts, language) is not None or ANY_LANGUAGE in self.texts

    def __repr__(self) -> str:
        return f"<Wording {' '.join(self.texts)}>"


def worded(value: Any) -> Wording:
    """Take a wording, a text, or texts by language.

    >>> worded("Merhaba")
    <Wording und>
    """
    return value if isinstance(value, Wording) else Wording(value)


def optionally_worded(value: Any) -> Wording | None:
    """Take what `worded` takes, or None.

    >>> optionally_worded(None)
    """
    return None if value is None else worded(value)
