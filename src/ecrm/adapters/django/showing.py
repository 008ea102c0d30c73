"""An interaction as a page shows it: plain values, which the template escapes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import attrs

from ecrm.interactions.model.interaction import Interaction

__all__ = ["ShownInteraction", "interaction_shown"]

_LONGEST = 300


@attrs.frozen
class ShownInteraction:
    """Be a line of a timeline."""

    at: dt.datetime
    kind: str
    channel: str
    details: str
    is_voided: bool


def interaction_shown(one: Interaction) -> ShownInteraction:
    """Say an interaction in one line."""
    return ShownInteraction(one.at, one.kind, one.channel or "", _details(one.properties), one.is_voided)


def _details(properties: Mapping[str, Any]) -> str:
    said = ", ".join(f"{name}: {_plain(value)}" for name, value in properties.items())
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple) and value and all(isinstance(one, Mapping) for one in value):
        return "; ".join(_line(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _line(line: Mapping[str, Any]) -> str:
    """Say a line of products as people write it."""
    name = next((line[key] for key in ("name", "sku", "product_id") if line.get(key)), None)
    if name is None:
        return json.dumps(dict(line), ensure_ascii=False, default=str)
    return f"{line['quantity']} × {name}" if "quantity" in line else str(name)
