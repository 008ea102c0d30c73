"""What every question is, and the kinds that are no scale, choice or text: yes/no, consent, message, and plugins'.

A question checks an answer: it gives it in the one form it is kept in, which JSON can hold, or says what to do.
It never says what was answered.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import check_name
from ecrm.hookspecs.questions import QuestionKind
from ecrm.surveys.model.condition import Condition, check_condition
from ecrm.surveys.model.wording import Wording, optionally_worded, worded
from ecrm.values.open_values import FrozenDict, freeze, thaw

__all__ = ["Consent", "Message", "PluginQuestion", "Question", "YesNo", "is_blank"]

_YES = frozenset({"yes", "true", "on", "1"})
_NO = frozenset({"no", "false", "off", "0"})
_LONGEST_KEPT = 20_000


def check_flag(_: Any, field: Any, value: Any) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise InvalidError.of(field.name, "give True or False")


def is_blank(value: Any) -> bool:
    """Tell whether nothing was answered: None, blanks, an empty list or mapping.

    >>> is_blank("  "), is_blank([]), is_blank(0), is_blank(False)
    (True, True, False, False)
    """
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Mapping | list | tuple) and not value)


def _check_block(_: Any, field: Any, value: Any) -> None:
    if value != "":
        check_name(_, field, value)


@attrs.frozen
class Question(ABC):
    """Ask something.

    Args:
        key: Its name in the survey and in the answers; it stays when the wording changes.
        asks: What is asked.
        about: A line of help below it.
        is_required: Whether an answer must be given.
        when: Asked only where this holds; always where it is None.
        block: Questions that stand together and have the same block are asked in random order.
    """

    KIND: ClassVar[str] = ""
    TAKES_ANSWER: ClassVar[bool] = True
    # Whether an answer is one value, a list, a text something may stand in, or nobody knows what.
    HOLDS: ClassVar[Literal["one", "list", "text", "any"]] = "one"
    # What conditions may compare it with; None is anything.
    COMPARED: ClassVar[tuple[type, ...] | None] = None

    key: str = attrs.field(validator=check_name)
    asks: Wording = attrs.field(converter=worded)
    about: Wording | None = attrs.field(default=None, converter=optionally_worded, kw_only=True)
    is_required: bool = attrs.field(default=False, validator=check_flag, kw_only=True)
    when: Condition | None = attrs.field(default=None, validator=check_condition, kw_only=True)
    block: str = attrs.field(default="", validator=_check_block, kw_only=True)

    @property
    def kind(self) -> str:
        """Give the word for its kind."""
        return self.KIND

    @property
    def takes_answer(self) -> bool:
        """Tell whether there is something to answer."""
        return self.TAKES_ANSWER

    @property
    def is_always_answered(self) -> bool:
        """Tell whether whoever finishes the survey has answered it."""
        return self.is_required and self.when is None

    def checked(self, value: Any, *, is_partial: bool = False) -> Any:
        """Check an answer.

        Args:
            value: As it came: from JSON, a form or Python.
            is_partial: Whether more is to come: then nothing is missed.

        Returns:
            The answer in the form it is kept in; None where nothing was answered.

        Raises:
            InvalidError: It can not be the answer, or is required and missing. The question is named.
        """
        answer = None if is_blank(value) else self.read(value)
        if self.is_required and not is_partial and not self.is_complete(answer):
            raise self.refuse("answer it in full: it is required")
        return answer

    def is_complete(self, answer: Any) -> bool:
        """Tell whether a checked answer leaves nothing open."""
        return answer is not None

    @abstractmethod
    def read(self, value: Any) -> Any:
        """Give an answer that is not blank in the form it is kept in."""

    def said(self, value: Any, language: str, fallback: str) -> Any:  # noqa: ARG002 - kinds with choices use them
        """Give a checked answer as it is said inside a text."""
        return value

    def compares(self, value: Any, row: str) -> bool:
        """Tell whether a condition may compare its answer with this value."""
        return not row and (self.COMPARED is None or type(value) in self.COMPARED)

    def offers(self) -> Iterator[tuple[str, Wording]]:
        """Give the words its answers are said in, by where."""
        yield from ()

    def wordings(self) -> Iterator[tuple[str, Wording]]:
        """Give what it says, by where."""
        yield "asks", self.asks
        if self.about is not None:
            yield "about", self.about

    def refuse(self, message: str) -> InvalidError:
        """Make the error of an answer."""
        return InvalidError.of(self.key, message)


@attrs.frozen
class YesNo(Question):
    """Ask for yes or no; forms may answer in words.

    >>> YesNo("again", "Would you buy again?").checked("yes")
    True
    """

    KIND: ClassVar[str] = "yes_no"
    COMPARED: ClassVar[tuple[type, ...] | None] = (bool,)

    def read(self, value: Any) -> bool:
        """Give True or False."""
        return _said_flag(self, value)


@attrs.frozen
class Consent(Question):
    """Ask whether the shop may do something; a tick becomes a line in the consent ledger.

    It can not be required: a consent that must be given to go on is not given freely. No tick says nothing.

    Args:
        purpose: What for, as `marketing`.
        channel: By which channel; None is every one.

    Source: GDPR art. 7(4); KVKK art. 3.

    >>> Consent("news", "May we write to you of offers?", purpose="marketing", channel="email").checked("on")
    True
    """

    KIND: ClassVar[str] = "consent"
    COMPARED: ClassVar[tuple[type, ...] | None] = (bool,)

    purpose: str = attrs.field(validator=check_name, kw_only=True)
    channel: str | None = attrs.field(default=None, validator=attrs.validators.optional(check_name), kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.is_required:
            raise InvalidError.of("is_required", "do not require it: a consent is given freely or is none")

    def read(self, value: Any) -> bool | None:
        """Give True for a tick, None for none."""
        return True if _said_flag(self, value) else None


@attrs.frozen
class Message(Question):
    """Tell something between questions; there is nothing to answer.

    >>> Message("hello", "Five questions, two minutes.").takes_answer
    False
    """

    KIND: ClassVar[str] = "message"
    TAKES_ANSWER: ClassVar[bool] = False

    def __attrs_post_init__(self) -> None:
        if self.is_required:
            raise InvalidError.of("is_required", "do not require it: there is nothing to answer")

    def read(self, value: Any) -> Any:  # noqa: ARG002 - there is none
        """Refuse an answer."""
        raise self.refuse("remove it: there is nothing to answer")


def _check_kind(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, QuestionKind):
        raise InvalidError.of(field.name, "give the QuestionKind the plugin brings")


def _options(value: Any) -> FrozenDict:
    return freeze(value, "options", cards=False)


@attrs.frozen
class PluginQuestion(Question):
    """Ask in a way a plugin brings.

    Args:
        of: The plugin's kind.
        options: What the plugin lets a survey choose, as JSON holds it.

    Raises:
        InvalidError: The plugin's kind does not take the options.

    >>> from ecrm.hookspecs import QuestionKind
    >>> stars = QuestionKind("stars", "Stars.", check=lambda answer, options: min(int(answer), options["most"]))
    >>> PluginQuestion("stars", "How many stars?", of=stars, options={"most": 10}).checked("12")
    10
    """

    HOLDS: ClassVar[Literal["one", "list", "text", "any"]] = "any"

    of: QuestionKind = attrs.field(validator=_check_kind, kw_only=True)
    options: Mapping[str, Any] = attrs.field(factory=FrozenDict, converter=_options, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.of.check_options is None:
            if self.options:
                raise InvalidError.of("options", "remove them: this kind has none")
            return
        try:
            self.of.check_options(thaw(self.options))
        except InvalidError:
            raise
        except Exception as error:
            raise InvalidError.of("options", f"give what the kind {self.of.name} takes") from error

    @property
    def kind(self) -> str:
        """Give the name the plugin gave it."""
        return self.of.name

    def read(self, value: Any) -> Any:
        """Ask the plugin; what it says of a wrong answer is not repeated, since it may hold the answer."""
        try:
            answer = self.of.check(value, thaw(self.options))
            frozen = freeze({"answer": answer}, self.key)["answer"]
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises, and never its words
            what = f"give an answer as the kind {self.of.name} takes it ({type(error).__name__})"
            raise self.refuse(what) from None
        if len(str(frozen)) > _LONGEST_KEPT:
            raise self.refuse("shorten it")
        return frozen


def _said_flag(question: Question, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _YES | _NO:
        return word in _YES
    raise question.refuse("answer yes or no")
