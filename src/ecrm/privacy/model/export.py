"""An export: the document, as JSON and as a page that anybody can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import attrs

__all__ = ["Export"]

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#f3f3f3}small{color:#555}"
)


@attrs.frozen(repr=False)
class Export:
    """Hold all that is kept of a person.

    Args:
        document: What JSON can hold: facts with their units, rows of every table with the category and purpose
            of each column, what the fields of events mean, requests, who did what.

    >>> Export({"shop": "main", "customer_id": "7", "made_at": "2026-01-31", "tables": []}).json().splitlines()[1]
    '  "customer_id": "7",'
    """

    document: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Export of {self.document.get('customer_id')}>"

    def json(self) -> str:
        """Give it as JSON text."""
        return json.dumps(self.document, ensure_ascii=False, indent=2, sort_keys=True)

    def html(self) -> str:
        """Give it as one page without scripts and without anything from elsewhere."""
        held = self.document
        title = f"What {held['shop']} keeps of you"
        parts = [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>",
            f"<p>As of {escape(str(held['made_at']))}. Your customer id is {escape(str(held['customer_id']))}.</p>",
            *_facts(held.get("facts", ())),
            *(part for section in held["tables"] for part in _section(section)),
            *_listed("Your requests", held.get("requests", ())),
            *_listed("Who did what with it", held.get("audit", ())),
            "</body></html>",
        ]
        return "".join(parts)


def _facts(facts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    told = [
        {"what": fact["about"] or fact["fact"], "value": fact["value"], "unit": fact["unit"]}
        for fact in facts
        if fact["value"] not in {None, 0, ""}
    ]
    yield from _listed("What was worked out of it", told)


def _section(section: Mapping[str, Any]) -> Iterator[str]:
    yield from _listed(section["about"], section["rows"])
    purposes = sorted({f"{name}: {one['purpose']}" for name, one in section["columns"].items()})
    if purposes:
        yield f"<p><small>Kept for: {escape('; '.join(purposes))}</small></p>"


def _listed(title: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    yield f"<h2>{escape(title)}</h2><table><thead><tr>"
    yield from (f"<th>{escape(name)}</th>" for name in names)
    yield "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{escape(_shown(row.get(name)))}</td>" for name in names) + "</tr>"
    yield "</tbody></table>"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
