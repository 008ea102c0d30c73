"""The example of a Shopify app: started by its command, driven by signed deliveries over HTTP."""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from storefronts import DOMAIN, SHOPIFY, shopify_body, shopify_hook

EXAMPLE = Path(__file__).parents[2] / "examples" / "shopify_app"
SIGNED_BY = "a client secret for trying it out"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    env = os.environ | {"PORT": "0", "CRM": f"sqlite:///{tmp_path_factory.mktemp('app') / 'crm.db'}"}
    command = [sys.executable, str(EXAMPLE / "app.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        try:
            yield urlsplit(process.stdout.readline().strip())
        finally:
            process.terminate()


def asked(address, method, path, body=None, headers=()):
    connection = HTTPConnection(address.netloc, timeout=30)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def sent(address, topic, body=None, **how):
    request = shopify_hook(topic, body, **{"secret": SIGNED_BY, **how})
    return asked(address, "POST", "/webhooks/shopify", request.body, request.headers.items())[0]


def customers(address, wanted):
    """Give how many there are, as soon as there are so many."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = json.loads(asked(address, "GET", f"/{DOMAIN}")[1])["customers"]
        if found == wanted:
            return found
        time.sleep(0.1)
    return found


def test_signed_deliveries_become_customers_and_leave_when_they_are_erased(address):
    for topic in ("orders/create", "customers/create", "carts/create"):
        body = shopify_body(topic, test=False) if topic == "orders/create" else SHOPIFY[topic]
        assert sent(address, topic, body) == 200
    assert customers(address, 3) == 3
    assert sent(address, "shop/redact") == 200


def test_what_is_forged_or_of_another_shop_is_refused(address):
    assert sent(address, "orders/create", secret=SIGNED_BY[::-1]) == 401
    assert sent(address, "orders/create", domain="nobody.myshopify.com") == 401
    assert asked(address, "POST", "/webhooks/shopify", b"", {"Content-Length": "x"})[0] == 413
    assert asked(address, "GET", "/nobody.myshopify.com")[0] == 404


def test_the_readme_shows_what_embedding_took_and_it_is_12_lines_at_most():
    before, after = ((EXAMPLE / name).read_text(encoding="utf-8") for name in ("without_ecrm.py", "app.py"))
    names = ("without_ecrm.py", "app.py")
    made = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), *names, n=1)
    diff, readme = "".join(made), (EXAMPLE / "README.md").read_text(encoding="utf-8")
    assert f"```diff\n{diff}```" in readme
    added = [line for line in diff.splitlines() if re.match(r"\+(?!\+\+).*\S", line)]
    assert len(added) <= 12
    assert f"{len(added)} lines" in readme
