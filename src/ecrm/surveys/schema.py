"""Surveys as JSON: strictly read, and written so that reading gives the same survey again.

What may stand where is decided by the model; here it is taken apart and put together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

import attrs
from marshmallow import RAISE, Schema, ValidationError, fields

from ecrm.errors import InvalidError
from ecrm.hookspecs.questions import QuestionKind
from ecrm.surveys.model.choosing import Choice
from ecrm.surveys.model.condition import All, AnyOf, AtLeast, AtMost, Contains, Equals, IsAnswered, Not, OneOf
from ecrm.surveys.model.ending import Ending
from ecrm.surveys.model.kinds import KINDS
from ecrm.surveys.model.question import PluginQuestion
from ecrm.surveys.model.survey import Survey
from ecrm.surveys.model.wording import ANY_LANGUAGE, Wording
from ecrm.values.open_values import thaw

__all__ = ["survey_from_wire", "survey_to_wire"]

M = TypeVar("M")
_DEEPEST = 10
_ON_PLACE: Mapping[str, type[Any]] = {
    kind.WORD: kind for kind in (Equals, OneOf, AtLeast, AtMost, Contains, IsAnswered)
}
_JOINED: Mapping[str, type[Any]] = {kind.WORD: kind for kind in (All, AnyOf)}


def survey_to_wire(survey: Survey) -> dict[str, Any]:
    """Give a survey as JSON can hold it; what is as it is by default is left out.

    >>> from ecrm.surveys import Nps
    >>> survey_to_wire(Survey("nps", "Opinion", [Nps("score", "Would you recommend us?")]))["questions"]
    [{'kind': 'nps', 'key': 'score', 'asks': 'Would you recommend us?'}]
    """
    return dict(_plain(survey))


def survey_from_wire(wire: Any, kinds: Iterable[QuestionKind] = ()) -> Survey:
    """Read a survey from what JSON held.

    Args:
        wire: A mapping, as `survey_to_wire` gives it.
        kinds: The kinds of questions that plugins bring.

    Raises:
        InvalidError: It is no survey; `fields` names each place by its dotted path.

    >>> survey_from_wire({"key": "nps", "title": "Opinion", "questions": [
    ...     {"kind": "nps", "key": "score", "asks": {"tr": "Bizi tavsiye eder misiniz?", "en": "Would you?"}}],
    ... })["score"].asks.said("tr")
    'Bizi tavsiye eder misiniz?'
    """
    schema = _survey_schema(tuple(kinds))
    try:
        return _made(Survey, schema.load(wire))
    except ValidationError as error:
        flat = dict(_flat(error.messages, ""))
        said = "; ".join(f"{path}: {messages[0]}" for path, messages in flat.items())
        raise InvalidError(said, flat) from error


class _Strict(Schema):
    error_messages: dict[str, str] = {  # noqa: RUF012 - declared so by marshmallow
        "unknown": "remove it: there is no such field",
        "type": "give a mapping",
    }

    class Meta:
        """Refuse what is not declared."""

        unknown = RAISE


class _Wordings(fields.Field[Any]):
    """A text, or texts by language."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Wording:
        return _made(Wording, {"texts": value})


class _Choices(fields.Field[Any]):
    """A choice, as a mapping."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Choice:
        return _made(Choice, _schema_of(Choice).load(value))


class _Endings(fields.Field[Any]):
    """An ending."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Ending:
        return _made(Ending, _schema_of(Ending).load(value))


class _Conditions(fields.Field[Any]):
    """A condition: `{"of": "answer.score", "at_most": 6}`, or several under `all`, `any` or `not`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return _condition(value, 0)


class _Questions(fields.Field[Any]):
    """A question of a kind of the core or of a plugin."""

    def __init__(self, brought: Mapping[str, QuestionKind]) -> None:
        super().__init__()
        self._brought = brought

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError("give a mapping")
        word, given = value.get("kind"), {name: one for name, one in value.items() if name != "kind"}
        if not isinstance(word, str) or word not in {*KINDS, *self._brought}:
            raise ValidationError({"kind": [f"use one of {', '.join([*KINDS, *self._brought])}"]})
        if word in KINDS:
            return _made(KINDS[word], _schema_of(KINDS[word]).load(given))
        return _made(PluginQuestion, {**_schema_of(PluginQuestion).load(given), "of": self._brought[word]})


_LIST: dict[str, str | list[Any] | dict[Any, Any]] = {
    "invalid": "give a list",
    "required": "give a list",
    "null": "give a list",
}
_SAID: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "give a value", "null": "give a value"}
_WORDINGS = frozenset({"asks", "about", "low", "high", "title", "text", "says", "link_says"})
# What is no list, text or condition is checked by the model as it came.
_MEMBERS: Mapping[str, type[fields.Field[Any]]] = {"choices": _Choices, "rows": _Choices, "endings": _Endings}


# Making a schema takes longer than reading with it.
@lru_cache(maxsize=64)
def _schema_of(model: type[Any]) -> Schema:
    return _Strict.from_dict(_declared(model), name=f"{model.__name__}Schema")()


@lru_cache(maxsize=64)
def _survey_schema(kinds: tuple[QuestionKind, ...]) -> Schema:
    member = _Questions({kind.name: kind for kind in kinds})
    questions = fields.List(member, required=True, error_messages=_LIST)
    return _Strict.from_dict({**_declared(Survey), "questions": questions}, name="SurveySchema")()


def _declared(model: type[Any]) -> dict[str, fields.Field[Any]]:
    return {field.name: _field_of(field) for field in attrs.fields(model) if field.name != "of"}


def _field_of(field: Any) -> fields.Field[Any]:
    is_required = field.default is attrs.NOTHING
    if field.name in _MEMBERS:
        return fields.List(_MEMBERS[field.name](), required=is_required, error_messages=_LIST)
    if field.name in _WORDINGS or field.name == "when":
        made = _Conditions if field.name == "when" else _Wordings
        return made(required=is_required, allow_none=not is_required, error_messages=_SAID)
    return fields.Raw(required=is_required, allow_none=not is_required, error_messages=_SAID)


def _made(model: Callable[..., M], given: Mapping[str, Any]) -> M:
    try:
        return model(**given)
    except InvalidError as error:
        raise ValidationError(error.fields) from error


def _condition(value: Any, depth: int) -> Any:
    if not isinstance(value, Mapping) or depth > _DEEPEST:
        raise ValidationError('give a condition, as {"of": "answer.score", "at_most": 6}')
    words = set(value)
    if words == {Not.WORD}:
        return _made(Not, {"condition": _condition(value[Not.WORD], depth + 1)})
    word = next(iter(words - {"of"})) if len(words - {"of"}) == 1 else ""
    if words == {word} and word in _JOINED and isinstance(value[word], list):
        return _made(_JOINED[word], {"conditions": [_condition(one, depth + 1) for one in value[word]]})
    if "of" not in words or word not in _ON_PLACE or (word == IsAnswered.WORD and value[word] is not True):
        allowed = ", ".join([*_ON_PLACE, *_JOINED, Not.WORD])
        raise ValidationError(f"give one of {allowed}; all but the last three with of")
    compared = {} if word == IsAnswered.WORD else {"values" if word == OneOf.WORD else "value": value[word]}
    return _made(_ON_PLACE[word], {"of": value["of"], **compared})


def _plain(value: Any) -> Any:
    if isinstance(value, Wording):
        return value.texts[ANY_LANGUAGE] if set(value.texts) == {ANY_LANGUAGE} else dict(value.texts)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "WORD"):
        return _plain_condition(value)
    return _plain_model(value) if attrs.has(type(value)) else _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    # Numbers of a survey have 15 digits at most, so that a float holds them.
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, dt.date) else thaw(value)


def _plain_condition(value: Any) -> dict[str, Any]:
    if isinstance(value, Not):
        return {Not.WORD: _plain(value.condition)}
    if isinstance(value, All | AnyOf):
        return {value.WORD: _plain(value.conditions)}
    if isinstance(value, IsAnswered):
        return {"of": str(value.of), value.WORD: True}
    return {"of": str(value.of), value.WORD: _plain(value.values if isinstance(value, OneOf) else value.value)}


def _plain_model(value: Any) -> dict[str, Any]:
    kind = getattr(value, "kind", None)
    plain = {"kind": kind} if kind else {}
    for field in attrs.fields(type(value)):
        held = getattr(value, field.name)
        if field.name != "of" and not _is_default(value, field, held):
            plain[field.name] = _plain(held)
    return plain


def _is_default(value: Any, field: Any, held: Any) -> bool:
    default = field.default
    if hasattr(default, "factory"):
        default = default.factory(value) if default.takes_self else default.factory()
    return bool(held == default)


def _flat(messages: Any, path: str) -> list[tuple[str, list[str]]]:
    if isinstance(messages, dict):
        return [
            pair
            for name, below in messages.items()
            for pair in _flat(below, path if name == "_schema" else f"{path}.{name}".lstrip("."))
        ]
    return [(path or "survey", [str(message) for message in messages])]
