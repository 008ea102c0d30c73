"""The blueprint: everything of `ecrm.web.Site` under one address, from Flask's request and back to its response."""

from __future__ import annotations

import flask
from werkzeug.exceptions import HTTPException

from ecrm.http import Request, Response
from ecrm.web.site import LONGEST_BODY, Site

__all__ = ["blueprint_of"]

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def blueprint_of(site: Site, prefix: str) -> flask.Blueprint:
    """Make the blueprint.

    Args:
        site: What answers.
        prefix: The address it is mounted under, as `/ecrm`.
    """
    blueprint = flask.Blueprint("ecrm", "ecrm", url_prefix=prefix)

    def answer(path: str) -> flask.Response:
        try:
            return _sent(site.answer(_told(path)))
        except HTTPException as error:
            # The body is too long, or its sender is gone.
            return flask.Response(status=error.code)

    # The site says which methods there are, and answers a browser's OPTIONS itself.
    blueprint.add_url_rule(
        "/<path:path>", "answer", answer, methods=_METHODS, provide_automatic_options=False, strict_slashes=False
    )
    return blueprint


def _told(path: str) -> Request:
    request = flask.request
    # A body without a length is read no further than this either.
    request.max_content_length = min(request.max_content_length or LONGEST_BODY, LONGEST_BODY)
    # Raw, before anything reads it as a form or as JSON: signatures are over these bytes.
    body = request.get_data()
    # Flask knows which proxies the shop believes (werkzeug's ProxyFix).
    return Request(
        request.method, f"/{path}", body, request.headers.items(), request.args.to_dict(), request.url,
        request.remote_addr or "",
    )  # fmt: skip


def _sent(response: Response) -> flask.Response:
    return flask.Response(response.body, response.status, list(response.headers.items()))
