"""Fill a template in: text as text, HTML escaped, within bounds; what is missing is an error, never a gap.

What templates may do is in `sandbox`; which of them may go live in `linting`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ecrm.errors import InvalidError, SetupError
from ecrm.messages.model.mailhtml import plain_text
from ecrm.messages.model.template import LONGEST_HTML, LONGEST_SUBJECT, Content, Template
from ecrm.values.text import LONGEST_TEXT

if TYPE_CHECKING:
    from jinja2 import Template as Compiled

    from ecrm.messages.sandbox import Tree

__all__ = ["can_inline_css", "has_style_sheet", "paths", "render", "undeclared"]

_REMEMBERED = 512
_LONGEST: Mapping[str, int] = {"subject": LONGEST_SUBJECT, "text": LONGEST_TEXT, "html": 2 * LONGEST_HTML}


def render(
    template: Template, variables: Mapping[str, Any], *, zone: dt.tzinfo = dt.UTC, inlines_css: bool = False
) -> Content:
    """Fill a template in for one customer.

    Args:
        template: What to say.
        variables: What is known, by the names the template uses.
        zone: In which times are shown; the shop's.
        inlines_css: Whether styles are written onto the elements, since mail programs drop style sheets.

    Returns:
        Subject, text, HTML and parameters. Where the template has HTML and no text, the text is derived from it.

    Raises:
        InvalidError: A variable is missing or empty, or the template loops or writes without end. The message names
            the place and never a value.
        SetupError: CSS is to be inlined and `ecrm[mail]` is not installed.

    >>> shipped = Template(name="shipped", channel="email", language="en", purpose="order_updates",
    ...                    subject="Order {{ id }}", html="<p>Dear {{ name }}</p>")
    >>> attrs_of = render(shipped, {"id": 7, "name": "<Ayşe>"})
    >>> attrs_of.subject, attrs_of.html, attrs_of.text
    ('Order 7', '<p>Dear &lt;Ayşe&gt;</p>', 'Dear <Ayşe>')
    """
    filled = {place: _filled(place, source, template, variables, zone) for place, source in template.parts.items()}
    html = filled.get("html")
    if html is not None and inlines_css and has_style_sheet(html):
        html = _with_css_inlined(html)
    text = filled.get("text")
    return Content(
        subject=None if "subject" not in filled else " ".join(filled["subject"].split()),
        text=text if text is not None else plain_text(html or ""),
        html=html,
        parameters=tuple(said for place, said in filled.items() if place.startswith("parameters.")),
    )


def has_style_sheet(html: str) -> bool:
    """Tell whether HTML brings a style sheet, which many mail programs drop."""
    return "<style" in html.lower()


def can_inline_css() -> bool:
    """Tell whether `ecrm[mail]` is installed."""
    try:
        return find_spec("css_inline") is not None
    except ValueError:
        return False


def undeclared(template: Template) -> frozenset[str]:
    """Give the names of the variables a template must be given.

    Raises:
        InvalidError: It is no template.

    >>> sorted(undeclared(Template(name="hi", channel="sms", language="en", purpose="p", text="{{ a.b }} {{ c }}")))
    ['a', 'c']
    """
    from jinja2 import meta

    found = [meta.find_undeclared_variables(tree) for _, tree in _trees(template)]
    return frozenset(name for names in found for name in names)


def paths(template: Template) -> dict[str, str]:
    """Give the variables a template uses with all of their dots, each with the first place it stands at.

    Raises:
        InvalidError: It is no template.

    >>> paths(Template(name="hi", channel="sms", language="en", purpose="p", text="{{ order.total|money }}"))
    {'order.total': 'text'}
    """
    from jinja2 import meta

    found: dict[str, str] = {}
    for place, tree in _trees(template):
        names = meta.find_undeclared_variables(tree)
        for path in _dotted(tree):
            if path.partition(".")[0] in names:
                found.setdefault(path, place)
    return found


def _trees(template: Template) -> Iterator[tuple[str, Tree]]:
    from ecrm.messages.sandbox import parse

    for place, source in template.parts.items():
        yield place, parse(source, place, is_html=place == "html")


def _dotted(tree: Tree) -> Iterator[str]:
    from jinja2 import nodes

    def walk(node: nodes.Node) -> Iterator[str]:
        path = _path_of(node)
        if path is not None:
            yield path
            return
        for child in node.iter_child_nodes():
            yield from walk(child)

    yield from walk(tree)


def _path_of(node: Any) -> str | None:
    from jinja2 import nodes

    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        inner = _path_of(node.node)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


def _filled(place: str, source: str, template: Template, variables: Mapping[str, Any], zone: dt.tzinfo) -> str:
    from jinja2 import TemplateError

    from ecrm.messages.sandbox import Shown

    compiled = _compiled(source, place)
    context = compiled.new_context(dict(variables))
    assert isinstance(context, Shown)  # noqa: S101 - the environment makes no other
    context.language, context.zone = template.language, zone
    try:
        return _collected(compiled.root_render_func(context), _LONGEST.get(place, LONGEST_TEXT))
    except InvalidError as error:
        raise InvalidError.of(place, str(error)) from error
    except TemplateError as error:
        raise InvalidError.of(place, _said(error, source)) from None
    except Exception as error:  # noqa: BLE001 - a value may do anything, and what Python says of it may repeat it
        message = f"it can not be filled in: {type(error).__name__}; see which values it is given"
        raise InvalidError.of(place, message) from None


def _collected(parts: Iterator[str], longest: int) -> str:
    said, room = [], longest
    for part in parts:
        room -= len(part)
        if room < 0:
            raise InvalidError.of("template", f"it writes more than {longest:,} characters")
        said.append(part)
    return "".join(said)


def _said(error: Exception, source: str) -> str:
    # A name that was itself a value, as in names[customer.email], is not in the template and is not told.
    named = re.findall(r"'([^']*)'", str(error))
    if all(name in source or name.endswith(" object") for name in named):
        return str(error)
    return "a variable is missing"


@lru_cache(maxsize=_REMEMBERED)
def _compiled(source: str, place: str) -> Compiled:
    from jinja2 import Template as Compiled

    from ecrm.messages.sandbox import environment, parse

    is_html = place == "html"
    made = environment(is_html=is_html)
    try:
        code = made.compile(parse(source, place, is_html=is_html))
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise InvalidError.of(place, "nest it less") from error
    return Compiled.from_code(made, code, {})


def _with_css_inlined(html: str) -> str:
    try:
        import css_inline
    except ImportError as error:
        message = 'inlining CSS needs another library: pip install "ecrm[mail]"'
        raise SetupError(message) from error
    # A style sheet elsewhere is not fetched: what is sent must not depend on another machine, nor reach into ours.
    return css_inline.CSSInliner(load_remote_stylesheets=False).inline(html)
