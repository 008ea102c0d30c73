"""The HTTP surface a host mounts, as an OpenAPI document: what other systems and browsers may send, and are told.

The schemas are those that read what comes in. What answers is in `site`.

Source: OpenAPI Specification 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Protocol

from marshmallow import fields

from ecrm.crm import CRM
from ecrm.errors import SetupError
from ecrm.interactions.schema import schema_for

__all__ = ["Describes", "describe"]

_WEBHOOK = {
    200: "It is kept, or was before; the worker does the rest.",
    400: "It can not be read.",
    401: "The signature is missing or wrong.",
    404: "There is no source of this name.",
    405: "Send it by POST.",
    413: "The body is too long.",
    503: "The database is away: send it again later.",
}
_PAGE = {
    200: "The page, or what was done.",
    405: "Another method than GET, HEAD, POST.",
    410: "The link is not valid any more.",
    413: "The form is too long.",
    503: "The database is away: try again later.",
}
_PAGES = {
    "unsubscribe": "Refuse messages",
    "preferences": "Choose which messages to get",
    "confirm": "Confirm that messages are wanted",
}
_BY_NAME = {"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}
_ONE_CLICK = {"type": "object", "additionalProperties": {"type": "string"}}


class Describes(Protocol):
    """Tell what a mount answers."""

    def describe(self, spec: Any, word: str) -> None:
        """Add paths to a specification of apispec.

        Args:
            spec: An `apispec.APISpec`; the schema of each kind of event is a component, by its class name.
            word: What the mount's paths begin with.
        """


def describe(crm: CRM, mounts: Mapping[str, object] | None = None, *, url: str = "/") -> dict[str, Any]:
    """Give the OpenAPI document of what a host mounts.

    Args:
        crm: The CRM; its sources and kinds of event are described.
        mounts: What else is mounted, by the first word of its path; those that `Describes` are described.
        url: The address of the mount.

    Raises:
        SetupError: `ecrm[openapi]` is not installed.

    >>> with CRM("sqlite:///shop.db") as crm:
    ...     describe(crm)["paths"]["/unsubscribe/{token}"]["post"]["summary"]
    'Refuse messages'
    """
    spec, described = _spec(url), sorted(crm.kinds, key=lambda kind: kind.__name__)
    for kind in described:
        spec.components.schema(kind.__name__, schema=schema_for(kind))
    for source in sorted(crm.webhooks):
        spec.path(f"/webhooks/{source}", operations={"post": _webhook(source)})
    for word, summary in _PAGES.items():
        operations = {method: _page(word, method, summary) for method in ("get", "post")}
        spec.path(f"/{word}/{{token}}", operations=operations, parameters=[_BY_NAME])
    for word, mounted in (mounts or {}).items():
        tell = getattr(mounted, "describe", None)
        if tell is not None:
            tell(spec, word)
    document: dict[str, Any] = spec.to_dict()
    return document


def responses(said: Mapping[int, str], statuses: Iterable[int] | None = None) -> dict[str, Any]:
    """Give the responses of an operation, by status.

    Args:
        said: What each status means.
        statuses: Those that can come; None for all.
    """
    return {str(status): {"description": said[status]} for status in statuses or said}


def _spec(url: str) -> Any:
    try:
        from apispec import APISpec
        from apispec.ext.marshmallow import MarshmallowPlugin
    except ModuleNotFoundError as error:
        message = 'the OpenAPI document needs apispec: pip install "ecrm[openapi]"'
        raise SetupError(message) from error
    plugin = MarshmallowPlugin()
    spec = APISpec("ecrm", version("ecrm"), openapi_version="3.1.0", plugins=[plugin], servers=[{"url": url}])
    converter: Any = plugin.converter
    converter.add_attribute_function(_amounts_as_text)
    return spec


def _amounts_as_text(_: Any, field: Any, ret: dict[str, Any], **__: Any) -> dict[str, Any]:
    # apispec takes every Decimal for a number; a number in JSON is a binary one to most who write it.
    if not isinstance(field, fields.Decimal):
        return {}
    given = ret.get("type", "number")
    return {"type": ["string", *([given] if isinstance(given, str) else given)]}


def _webhook(source: str) -> dict[str, Any]:
    return {
        "operationId": f"receive_{source}",
        "summary": f"Take in what {source} sends",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
        "responses": responses(_WEBHOOK),
    }


def _page(word: str, method: str, summary: str) -> dict[str, Any]:
    operation = {
        "operationId": f"{method}_{word}",
        "summary": summary if method == "post" else f"{summary}: ask first",
        "responses": responses(_PAGE),
    }
    if method == "post":
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": _ONE_CLICK}}}
    return operation
