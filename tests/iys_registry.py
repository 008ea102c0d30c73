"""İYS, played on this machine: it keeps records, and refuses what the real one refuses, with its codes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from ecrm.http import Request, Response

TURKEY = dt.timezone(dt.timedelta(hours=3))
FORMAT = "%Y-%m-%d %H:%M:%S"
USER, PASSWORD = "shop@example.com", "a password of the shop"
SOURCES = {
    "HS_FIZIKSEL_ORTAM", "HS_ISLAK_IMZA", "HS_WEB", "HS_CAGRI_MERKEZI", "HS_SOSYAL_MEDYA", "HS_EPOSTA", "HS_MESAJ",
    "HS_MOBIL", "HS_EORTAM", "HS_ETKINLIK", "HS_2015", "HS_ATM", "HS_KARAR",
}  # fmt: skip
HOLIDAYS = {dt.date(2026, 10, 29)}


class Registry:
    """Be İYS for one brand.

    Args:
        now: Gives the time.
    """

    def __init__(self, now) -> None:
        self._now = now
        self.held: dict[tuple[str, str, str], dict[str, str]] = {}
        self.changes: list[dict[str, str]] = []
        self.tokens = 0

    def answer(self, request: Request, size: int) -> Response:
        """Answer a request, with at most so many changes."""
        if request.path == "/oauth2/token":
            return self._token(dict(parse_qsl(request.body.decode())))
        if request.headers.get("authorization") != f"Bearer token{self.tokens}":
            return Response.json({"errors": [{"code": "H001", "message": "unauthorized"}]}, 401)
        brand = "/sps/100/brands/200/consents"
        if request.path == brand and request.method == "POST":
            return self._put(json.loads(request.body))
        if request.path == f"{brand}/status" and request.method == "POST":
            found = self.held.get(key_of(json.loads(request.body)))
            return Response.json(found) if found else Response.json({"errors": [{"code": "H174"}]}, 404)
        if request.path == f"{brand}/changes" and request.query["source"] == "IYS":
            return self._changes(request.query, size)
        return Response(404)

    def say(self, **change: str) -> None:
        """Let somebody say something at İYS itself."""
        told = {"recipientType": "BIREYSEL", "source": "IYS_WEB", "transactionId": f"t{len(self.changes)}", **change}
        told.setdefault("consentDate", f"{self._now().astimezone(TURKEY):{FORMAT}}")
        self.changes.append(told)
        self.held[key_of(told)] = told

    def _token(self, given: Mapping[str, str]) -> Response:
        if given != {"username": USER, "password": PASSWORD, "grant_type": "password"}:
            return Response.json({"errors": [{"code": "H002", "message": "wrong"}]}, 401)
        self.tokens += 1
        return Response.json({"access_token": f"token{self.tokens}", "expires_in": 7200})

    def _changes(self, query: Mapping[str, str], size: int) -> Response:
        start, limit = int(query.get("after") or 0), min(int(query["limit"]), size)
        found = self.changes[start : start + limit]
        return Response.json({"after": str(start + len(found)), "list": found})

    def _put(self, given: dict[str, str]) -> Response:
        code, message = self._refusal(given)
        if code:
            return Response.json({"errors": [{"code": code, "message": message, "value": given["recipient"]}]}, 422)
        self.held[key_of(given)] = given
        return Response.json({"transactionId": f"p{len(self.held)}", "creationDate": given["consentDate"]})

    def _refusal(self, given: Mapping[str, str]) -> tuple[str, str]:
        if given["type"] not in {"ARAMA", "MESAJ", "EPOSTA"}:
            return "H111", "type"
        if given["source"] not in SOURCES:
            return "H113", "source"
        is_phone = given["recipient"].startswith("+90") and len(given["recipient"]) == 13
        if is_phone != (given["type"] != "EPOSTA") or "blocked" in given["recipient"]:
            return "H114", "recipient"
        return self._refused_date(given) or self._refused_status(given)

    def _refused_date(self, given: Mapping[str, str]) -> tuple[str, str] | None:
        now = self._now().astimezone(TURKEY)
        at = dt.datetime.strptime(given["consentDate"], FORMAT).replace(tzinfo=TURKEY)
        held = self.held.get(key_of(given))
        is_newer = held is None or held["consentDate"] < given["consentDate"]
        if at > now or at < dt.datetime(2015, 5, 1, tzinfo=TURKEY) or not is_newer or workdays(at, now) > 3:
            return "H501", "date"
        return None

    def _refused_status(self, given: Mapping[str, str]) -> tuple[str, str]:
        held = self.held.get(key_of(given))
        if held is None and given["status"] == "RET":
            return "H170", "the first record can not be a refusal"
        if held is not None and held["status"] == given["status"]:
            return "H171", "it is so already"
        return "", ""


def key_of(given: Mapping[str, Any]) -> tuple[str, str, str]:
    return given["recipient"], given["recipientType"], given["type"]


def workdays(since: dt.datetime, until: dt.datetime) -> int:
    """Count the business days after a day, up to another."""
    days = [since.date() + dt.timedelta(n) for n in range(1, (until.date() - since.date()).days + 1)]
    return sum(day.weekday() < 5 and day not in HOLIDAYS for day in days)
