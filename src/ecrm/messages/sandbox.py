"""The language of templates: Jinja2 without what a message does not need, and within bounds.

A template shows what it is given, chooses, and walks lists. It calls nothing, includes nothing, knows nothing of the
process, and ends: what it walks and what it writes is counted while it does so. What a message says is in `rendering`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ecrm.errors import InvalidError
from ecrm.messages.model.wording import said_money, said_time, upper_tr
from ecrm.values import Money

__all__ = ["MOST_TURNS", "Shown", "Tree", "environment", "parse", "parsed_safely"]

MOST_TURNS = 10_000
_LONGEST_VALUE = 262_144
_LARGEST = 10**30
_DEEPEST_LOOPS = 5
# None of these can make much out of little.
_FILTERS = (
    "abs", "capitalize", "e", "escape", "first", "float", "int", "last", "length", "lower", "map", "max", "min",
    "rejectattr", "reverse", "selectattr", "sort", "string", "striptags", "sum", "title", "trim", "truncate",
    "unique", "upper", "urlencode",
)  # fmt: skip
_SHOWN = (str, int, float, Decimal, dt.date, UUID, Money, Undefined)
_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.AssignBlock: "has no set blocks",
    nodes.Block: "has no blocks",
    nodes.Call: "calls nothing",
    nodes.CallBlock: "calls nothing",
    nodes.EvalContextModifier: "does not change how HTML is escaped",
    nodes.Extends: "extends no other",
    nodes.FilterBlock: "has no filter blocks",
    nodes.FromImport: "imports nothing",
    nodes.Import: "imports nothing",
    nodes.Include: "includes no other",
    nodes.Macro: "has no macros",
    nodes.Pow: "raises nothing to a power",
}

Tree = nodes.Template


class Shown(Context):
    """Be what a template sees while it is filled in, and how far it may still go."""

    language = "en"
    zone: dt.tzinfo = dt.UTC
    turns = 0


class _Sandbox(ImmutableSandboxedEnvironment):
    context_class = Shown
    intercepted_binops = frozenset({"+", "*", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator != "+" and not (_is_number(left) and _is_number(right)):
            raise SecurityError("multiply numbers only")
        return _bounded_value(super().call_binop(context, operator, left, right))


@lru_cache(maxsize=2)
def environment(*, is_html: bool) -> ImmutableSandboxedEnvironment:
    """Give the environment of HTML, which escapes, or of text, which does not; it holds nothing of any shop."""
    made = _Sandbox(autoescape=is_html, undefined=StrictUndefined, finalize=_shown, keep_trailing_newline=True)
    made.globals.clear()
    made.filters = {name: FILTERS[name] for name in _FILTERS} | {
        "bounded__": _bounded,
        "joined__": _joined,
        "d": _default,
        "default": _default,
        "date": _date,
        "join": _join,
        "money": _money,
        "number": _number,
        "upper_tr": lambda value: upper_tr(str(value)),
    }
    return made


def parse(source: str, place: str, *, is_html: bool = False) -> Tree:
    """Read a part of a template.

    Args:
        source: What was written.
        place: Where it stands, for the error.
        is_html: Whether it is HTML.

    Raises:
        InvalidError: It is no template, or it asks for what templates may not do.

    >>> parse("{{ order.id }}", "text").lineno
    1
    """
    try:
        tree = parsed_safely(source, is_html=is_html)
    except TemplateSyntaxError as error:
        raise InvalidError.of(place, f"line {error.lineno}: {error.message}") from error
    except (RecursionError, MemoryError) as error:
        raise InvalidError.of(place, "nest it less") from error
    for said in _refusals(tree):
        raise InvalidError.of(place, said)
    return tree


def parsed_safely(source: str, *, is_html: bool) -> Tree:
    """Give the tree of a source with what counts its loops and what it joins put in."""
    tree = environment(is_html=is_html).parse(source)
    _bound(tree)
    return tree


def _bound(node: nodes.Node) -> None:
    for name, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            _bound(value)
            setattr(node, name, _replaced(value))
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, nodes.Node):
                    _bound(one)
            setattr(node, name, [_replaced(one) for one in value])
    if isinstance(node, nodes.For):
        node.iter = _filtered(node.iter, "bounded__")


def _replaced(value: Any) -> Any:
    if isinstance(value, nodes.Concat):
        return _filtered(nodes.List(value.nodes, lineno=value.lineno), "joined__")
    return value


def _filtered(node: Any, name: str) -> nodes.Filter:
    made = nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
    return made.set_environment(node.environment)  # type: ignore[return-value]


def _refusals(tree: Tree) -> Iterator[str]:
    filters = environment(is_html=False).filters
    for node in tree.find_all(nodes.Node):
        for kind, said in _REFUSED.items():
            if isinstance(node, kind):
                yield f"line {node.lineno}: a template {said}; use a filter, as {{{{ name|upper }}}}, or write it out"
        if isinstance(node, nodes.Filter) and node.name not in filters:
            yield f"line {node.lineno}: there is no filter {node.name}"
        if isinstance(node, nodes.For) and (node.recursive or _depth(node) > _DEEPEST_LOOPS):
            yield f"line {node.lineno}: put at most {_DEEPEST_LOOPS} loops into each other, and none into itself"


def _depth(node: nodes.Node) -> int:
    inner = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return inner + isinstance(node, nodes.For)


# What follows is what a template does while it is filled in.


def _shown(value: Any) -> Any:
    if value is None:
        raise InvalidError.of("template", 'a value is empty: give another with |default("…")')
    if not isinstance(value, _SHOWN):
        raise InvalidError.of("template", "a value is no text, number or day: show what is in it")
    return value


@pass_context
def _bounded(context: Shown, values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        context.turns += 1
        if context.turns > MOST_TURNS:
            message = f"loop at most {MOST_TURNS:,} times"
            raise SecurityError(message)
        yield value


def _bounded_value(value: Any) -> Any:
    size, most = (abs(value), _LARGEST) if _is_number(value) else (len(value), _LONGEST_VALUE)
    if size > most:
        raise SecurityError("the value grows too large")
    return value


def _joined(parts: list[Any]) -> Any:
    return _fitting(parts, markup_join if any(hasattr(part, "__html__") for part in parts) else str_join)


def _fitting(parts: list[Any], join: Any) -> Any:
    if sum(len(str(part)) for part in parts) > _LONGEST_VALUE:
        raise SecurityError("the value grows too large")
    return join(parts)


@pass_context
def _join(context: Shown, values: Iterable[Any], separator: str = "", attribute: str | None = None) -> Any:
    held = list(_bounded(context, values))
    if len(held) * len(str(separator)) > _LONGEST_VALUE:
        raise SecurityError("the value grows too large")
    return FILTERS["join"](context.eval_ctx, held, separator, attribute)


def _default(value: Any, other: Any = "") -> Any:
    return other if value is None or isinstance(value, Undefined) else value


@pass_context
def _money(context: Shown, value: Any, currency: str | None = None) -> str:
    if isinstance(value, Mapping):
        value, currency = value.get("amount"), value.get("currency", currency)
    amount = value if isinstance(value, Money) else Money(str(_given(value)), currency)
    return said_money(amount, context.language)


@pass_context
def _date(context: Shown, value: Any, style: Any = "day") -> str:
    if isinstance(value, str):
        value = _read_time(value)
    if not isinstance(_given(value), dt.date) or (isinstance(value, dt.datetime) and value.tzinfo is None):
        raise InvalidError.of("date", "give a day, or a time with its zone")
    return said_time(value, context.zone, context.language, style)


def _read_time(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if len(text) == len("2026-11-24") else dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidError.of("date", "give a time as ISO 8601 writes it") from error


@pass_context
def _number(context: Shown, value: Any, digits: int = 0) -> str:
    if not isinstance(digits, int) or not 0 <= digits <= 6:  # noqa: PLR2004 - millionths are enough for a customer
        raise InvalidError.of("number", "give 0 to 6 digits")
    rounded = round(Decimal(str(_given(value))), digits)
    return said_money(Money(rounded), context.language)


def _given(value: Any) -> Any:
    if isinstance(value, Undefined):
        # Fails as showing it would: the name is missing.
        return str(value)
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal)
