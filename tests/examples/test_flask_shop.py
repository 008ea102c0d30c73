"""The example shop on Flask: it starts with one command, sells, and the lines it took are those its README shows."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import subprocess
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from ecrm import CRM

EXAMPLE = Path(__file__).parents[2] / "examples" / "flask_shop"
AYSE = "ayse@example.com"


def lines_of(name):
    return (EXAMPLE / name).read_text(encoding="utf-8").splitlines()


def command(*arguments):
    return [sys.executable, "-m", "flask", "--app", str(EXAMPLE / "shop.py"), *arguments]


@contextlib.contextmanager
def served(directory):
    """Start the shop in a directory, and give its address."""
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    arguments = command("run", "--port", "0")
    with (
        open(directory / "log", "w+") as log,  # noqa: PTH123 - shared with the server
        subprocess.Popen(arguments, cwd=directory, stdout=log, stderr=log, env=environment) as server,
    ):
        try:
            yield _address(directory / "log", server)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _address(log, server, wait_s=60):
    end = time.monotonic() + wait_s
    while time.monotonic() < end and server.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return found.group()
        time.sleep(0.1)
    pytest.fail(log.read_text())


class Browser:
    """Somebody at the shop."""

    def __init__(self, address):
        self._address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def post(self, path, **form):
        with self._opener.open(self._address + path, urlencode(form).encode()) as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def sold(tmp_path_factory):
    """A directory where somebody bought something, and what the shop told them."""
    directory = tmp_path_factory.mktemp("shop")
    account = {"email": AYSE, "password": "correct horse"}
    with served(directory) as address:
        browser = Browser(address)
        browser.post("/cart/1")
        browser.post("/cart/1")
        browser.post("/cart/2")
        browser.post("/sign-up", **account)
        with pytest.raises(HTTPError, match="403"):
            Browser(address).post("/sign-in", **account | {"password": "wrong"})
        Browser(address).post("/sign-in", **account)
        told = browser.post("/checkout")
        with pytest.raises(HTTPError, match="400"):
            browser.post("/checkout")
        _wait_for_the_worker(directory)
    return directory, told


def _wait_for_the_worker(directory, wait_s=30):
    with CRM(f"sqlite:///{directory / 'instance' / 'crm.db'}", plugins=[]) as crm:
        end = time.monotonic() + wait_s
        while time.monotonic() < end and not crm.orders(AYSE):
            time.sleep(0.1)


def test_what_was_bought_is_on_one_timeline_with_what_came_before_it(sold):
    directory, told = sold
    assert "649.30 TRY" in told
    with CRM(f"sqlite:///{directory / 'instance' / 'crm.db'}", plugins=[]) as crm:
        kinds = [one.kind for one in crm.timeline(AYSE)]
        assert sorted(kinds) == sorted(["Order Completed", "Signed In", "Signed Up", *["Product Added"] * 3])
        (order,) = crm.orders(AYSE)
        assert str(order.total) == "649.30 TRY"
        assert crm.inbox.rejected() == []


def test_the_commands_of_the_readme_work(sold):
    directory, _ = sold
    asked = subprocess.run(
        command("ecrm", "facts", AYSE), cwd=directory, capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    assert "orders.count" in asked


def test_embedding_took_twelve_lines_and_changed_none():
    marks = [line[0] for line in difflib.ndiff(lines_of("without_ecrm.py"), lines_of("shop.py"))]
    assert (marks.count("+"), marks.count("-")) == (12, 0)


def test_the_readme_shows_the_very_lines():
    shown = re.search(r"```diff\n(.*?)\n```", (EXAMPLE / "README.md").read_text(encoding="utf-8"), re.DOTALL).group(1)
    made = difflib.unified_diff(lines_of("without_ecrm.py"), lines_of("shop.py"), "without_ecrm.py", "shop.py",
                                n=1, lineterm="")  # fmt: skip
    assert shown.splitlines() == list(made)
