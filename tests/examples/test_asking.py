"""The example shops ask after an order: the mail arrives over SMTP, a browser answers, and the results show it.

A shop is a program of its own, set up by the commands its README names.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import attrs
import pytest

from browsing import chromium
from postoffice import PostOffice
from shopfronts import free_port, wait_for

EXAMPLES = Path(__file__).parents[2] / "examples"
AYSE = "ayse@example.com"
PHONE = {"width": 390, "height": 844}


@attrs.define
class Shop:
    """An example shop, in a directory of its own."""

    program: list[str]
    server: list[str]
    directory: Path
    port: int
    around: dict[str, str]
    pages: str
    said: list[str] = attrs.field(factory=list)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments):
        self.said.append(" ".join(arguments[:4]))
        done = subprocess.run(
            [*self.program, *arguments],
            cwd=self.directory,
            env=self.around,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextlib.contextmanager
    def served(self):
        log = self.directory / "log"
        with log.open("wb") as told, subprocess.Popen(
            self.server, cwd=self.directory, env=self.around, stdout=told, stderr=told
        ) as server:  # fmt: skip
            try:
                wait_for(self.address, server, log)
                yield
            finally:
                server.send_signal(2)
                server.wait(timeout=30)

    def ask(self, mail_port):
        """Set up mails and have a survey asked, as the README says."""
        self.run("ecrm", "plugins", "configure", "email", "host=127.0.0.1", f"port={mail_port}", "security=none",
                 "sender=shop@shop.example")  # fmt: skip
        self.run("ecrm", "messages", "configure", "--delivery", "live", "--public-url", self.address + self.pages,
                 "--quiet-hours", "none")  # fmt: skip
        self.run("ecrm", "surveys", "start", "nps", "--after", "Order Completed", "--language", "en")


def flask_shop(directory):
    port = free_port()
    program = [sys.executable, "-m", "flask", "--app", str(EXAMPLES / "flask_shop" / "shop.py")]
    around = os.environ | {"PYTHONUNBUFFERED": "1"}
    return Shop(program, [*program, "run", "--port", str(port)], directory, port, around, "/ecrm")


def django_shop(directory):
    port = free_port()
    around = os.environ | {"SHOP_DIRECTORY": str(directory), "PYTHONWARNINGS": "ignore"}
    around.pop("DJANGO_SETTINGS_MODULE", None)
    home = EXAMPLES / "django_shop"
    program = [sys.executable, str(home / "manage.py")]
    shop = Shop(program, [sys.executable, str(home / "run.py"), str(port)], directory, port, around, "/crm")
    shop.run("migrate", "--verbosity", "0")
    return shop


def buy_at_flask(shop):
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    for path, form in (
        ("/sign-up", {"email": AYSE, "password": "correct horse"}), ("/cart/1", {}), ("/checkout", {}),
    ):  # fmt: skip
        with opener.open(shop.address + path, urlencode(form).encode()) as answer:
            assert answer.status == 200


def buy_at_django(shop):
    visit = [sys.executable, str(EXAMPLES / "django_shop" / "visit.py")]
    subprocess.run(visit, env=shop.around, cwd=shop.directory, capture_output=True, check=True)


@pytest.fixture(params=["flask", "django"])
def shop(request, tmp_path):
    return {"flask": flask_shop, "django": django_shop}[request.param](tmp_path)


@pytest.fixture
def buy(shop):
    return buy_at_django if "manage.py" in shop.program[-1] else buy_at_flask


def letter_to(post_office, address, wait_s=60):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        for letter in post_office.letters:
            if letter.to == [address]:
                return letter.mail.get_body(("plain",)).get_content()
        time.sleep(0.1)
    pytest.fail("no letter came")


def answer(browser, url, score):
    """Choose the score on a phone, without a word to the other questions; give the page that thanks."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(url)
    page.locator(f'input[type="radio"][value="{score}"]').check()
    for _ in range(5):
        buttons = page.get_by_role("button")
        if not buttons.count():
            break
        asked = page.inner_text("main")
        # The other one goes back.
        buttons.first.click()
        page.wait_for_function("asked => document.querySelector('main').innerText !== asked", arg=asked)
    told = page.inner_text("main")
    context.close()
    return told


def test_an_order_is_followed_by_a_mail_an_answer_and_what_it_says(shop, buy, tmp_path):
    with PostOffice().open() as post_office, chromium() as browser:
        shop.ask(post_office.port)
        with shop.served():
            buy(shop)
            text = letter_to(post_office, AYSE)
            url = re.search(rf"{re.escape(shop.address + shop.pages)}/survey/[^\s?]+", text).group()
            assert "Thank you" in answer(browser, url, 9)
            assert "answered" in answer_again(browser, url)
        results = json.loads(shop.run("ecrm", "surveys", "results", "nps", "--json"))
        assert (results["n"], results["score"]["headline"]["value"]) == (1, 100.0)
        assert results["invited"]["answered"] == 1
        found = json.loads(shop.run("ecrm", "surveys", "did", "nps", "--json"))
        promoters = [one for one in found["outcomes"] if one["group"] == "promoter"]
        assert {one["n"] for one in promoters} == {1}
        assert found["verdict"]["word"] == "too_few"
        page = tmp_path / "report.html"
        shop.run("ecrm", "surveys", "report", "nps", "--to", str(page))
        assert "NPS 100.0" in page.read_text(encoding="utf-8")
        assert "nps.last_score" in shop.run("ecrm", "facts", AYSE)
    # What the README tells a reader to run is what ran here.
    for told in commands_of(shop):
        assert any(said.startswith(told) for said in shop.said), told


def commands_of(shop):
    """Give the commands of ecrm that the section of the README names, by their first words."""
    readme = next(Path(word).parent / "README.md" for word in shop.program if word.endswith(".py"))
    (section,) = re.findall(r"## Ask how it was\n(.*?)\n## ", readme.read_text(encoding="utf-8"), re.DOTALL)
    found = re.findall(r"^    .* (ecrm (?:plugins|messages) \w+|ecrm surveys \w+ nps)", section, re.MULTILINE)
    assert len(found) == 6
    return found


def answer_again(browser, url):
    page = browser.new_page()
    page.goto(url)
    told = page.inner_text("main")
    page.close()
    return told
