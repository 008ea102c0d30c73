"""Whole requests of Amazon SES and Mailgun, where the shared files are: django-anymail's tests (BSD-3) made them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from ecrm.http import Request

PATH = Path(__file__).parents[2] / "shared" / "data" / "inbound" / "email_provider_requests.jsonl"


def samples(word):
    """Give the requests whose path has this word, by the test that made each."""
    if not PATH.exists():
        return []
    rows = [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if word in row["path"]]


def body_of(row):
    return base64.b64decode(row["body"]) if row["body_encoding"] == "base64" else row["body"].encode()


def request_of(row):
    return Request(row["method"], row["path"], body_of(row), {"content-type": row["content_type"]})
