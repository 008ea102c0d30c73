"""The real Chromium at the pages of a CRM, served by a small server; whatever it complains of fails the test.

Screenshots are kept in `tests/web/browser/shots`, which git ignores.
"""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import attrs
import pytest

from browsing import chromium
from ecrm import CRM
from ecrm.http import Request
from ecrm.testing import FrozenClock
from ecrm.web import Site
from questioning import Sizes, every_kind
from story import AYSE

SHOTS = Path(__file__).with_name("shots")
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="10"
fill="#7a1f5f"/><path d="M12 34V14l12 12 12-12v20" fill="none" stroke="#fff" stroke-width="5"/></svg>"""
# A browser says so of a page that answers 400; the page is what it should be.
_SAID_OF_STATUS = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


# Not for the whole run: while it is open Playwright's loop runs in this thread, and Django refuses to work beside one.
@pytest.fixture(scope="module")
def browser():
    with chromium() as launched:
        yield launched


class _Server(WSGIServer):
    """Answer in this order, and let nobody wait for a name server."""

    request_queue_size = 64

    def server_bind(self):
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(site: Site):
    """Serve a site below /crm; give its address."""

    def program(environ, start):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
        path, query = environ["PATH_INFO"], dict(parse_qsl(environ["QUERY_STRING"]))
        if not path.startswith("/crm/"):
            start("404 -", [])
            return [b""]
        request = Request(
            environ["REQUEST_METHOD"], path.removeprefix("/crm"), body, headers, query,
            f"http://{environ['HTTP_HOST']}{path}", environ["REMOTE_ADDR"],
        )  # fmt: skip
        answer = site.answer(request)
        start(f"{answer.status} -", [*answer.headers.items(), ("content-length", str(len(answer.body)))])
        return [answer.body]

    server = make_server("127.0.0.1", 0, program, _Server, _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/crm"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def crm(sqlite_url):
    """A CRM of a shop with a face, and a survey of every kind of question."""
    with CRM(sqlite_url, clock=FrozenClock(), plugins=[Sizes()]) as opened:
        opened.shop.rebrand(name="Moda", logo=LOGO, colour="#7a1f5f")
        opened.messages.configure(public_url="https://shop.example/crm", channels=["email", "sms"])
        opened.customers.upsert(AYSE, name="Ayşe", language="en")
        opened.surveys.write(every_kind())
        opened.surveys.publish("every")
        opened.surveys.start("every")
        yield opened


@pytest.fixture
def site(crm):
    with served(Site(crm)) as address:
        yield address


@pytest.fixture
def invited(crm, site):
    """Give the address of an invitation, as this server has it."""

    def invite(who=AYSE, survey="every"):
        url = crm.surveys.url_of(crm.surveys.invite(who, survey))
        return f"{site}/survey/{url.rpartition('/')[2]}"

    return invite


@attrs.define
class Reader:
    """A person at a browser, and what that browser complained of."""

    page: object
    problems: list
    requests: list

    def look(self, name):
        """Check the page with axe, and keep a picture of it."""
        from axe_playwright_python.sync_playwright import Axe

        # The page's policy refuses what axe and the picture do to it: that is no complaint about the page.
        before = len(self.problems)
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        # Nothing stands out to the side: on a phone that would be scrolled for.
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
        del self.problems[before:]

    def press(self, *keys):
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def reader(browser, site):
    """Give readers, each with a browser of their own; at the end none has a complaint."""
    host, readers = urlsplit(site).netloc, []

    with contextlib.ExitStack() as stack:

        def read(viewport=None, scheme="light", **more):
            context = browser.new_context(viewport=viewport or PHONE, color_scheme=scheme, **more)
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            made = Reader(context.new_page(), [], [])
            made.page.on("request", lambda request: made.requests.append(request.url))
            made.page.on("pageerror", lambda error: made.problems.append(str(error)))
            made.page.on(
                "console",
                lambda line: (
                    made.problems.append(line.text)
                    if line.type in {"error", "warning"} and not _SAID_OF_STATUS.match(line.text)
                    else None
                ),
            )
            readers.append(made)
            return made

        yield read
    for one in readers:
        # Neither a script that failed nor what the policy of the page refused: both are told on the console.
        assert one.problems == []
        assert {urlsplit(url).netloc for url in one.requests} <= {host}
