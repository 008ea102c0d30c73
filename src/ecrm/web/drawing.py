"""The field of a question of a plugin's kind, as the plugin draws it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

import attrs

from ecrm.surveys import PluginQuestion
from ecrm.values.open_values import thaw

__all__ = ["Drawing", "drawn"]

_LOG = logging.getLogger("ecrm.web")


@attrs.frozen(repr=False)
class Drawing:
    """Be what a plugin draws the field of a question from.

    What it gives stands in the form of the page, below the question. It is escaped, unless it is `markupsafe.Markup`;
    then the plugin escapes what came from outside. The page's policy lets no script and no style run in it.

    Args:
        name: What its inputs are called: of several of this name, the kind's `check` gets a list.
        value: What was answered so far, as `check` gave it or as it was written; None where nothing was.
        options: What the survey chose for the question.
        language: Of the reader, BCP 47.
    """

    name: str
    value: Any
    options: Any
    language: str


def drawn(question: PluginQuestion, name: str, value: Any, language: str) -> Any:
    """Give what the plugin draws; None for a line of text: it draws none, or could not.

    Args:
        question: Of its kind.
        name: What its inputs are called.
        value: What was answered so far.
        language: Of the reader.
    """
    if question.of.field is None:
        return None
    try:
        return _loaded(question.of.field)(Drawing(name, thaw(value), thaw(question.options), language))
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises, the question can still be answered
        _LOG.error("the field of the question kind %s could not be drawn: %s", question.kind, type(error).__name__)
        return None


@lru_cache(maxsize=64)
def _loaded(field: str) -> Callable[[Drawing], Any]:
    module, _, name = field.partition(":")
    found: Callable[[Drawing], Any] = getattr(import_module(module), name)
    return found
