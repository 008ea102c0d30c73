"""From the command line alone: a customer is asked, mailed over real SMTP, leaves by one click, is shown and erased."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from ecrm import CRM
from ecrm.cli.program import program
from ecrm.http import Request
from ecrm.web import Pages
from postoffice import PostOffice

WHO = "ayse@example.com"


@pytest.fixture
def post_office():
    with PostOffice().open() as opened:
        yield opened


@pytest.fixture
def run(crm, database_url):
    def run(*arguments, code=0):
        found = CliRunner().invoke(program, ["--plugins", "email", "--database", database_url, *arguments])
        assert found.exit_code == code, found.output
        return found.stdout

    return run


@pytest.fixture
def shop(run, database_url, post_office):
    run("shop", "--country", "TR", "--zone", "Europe/Istanbul", "--language", "tr")
    with CRM(database_url, plugins=["email"]) as crm:
        account = {"host": "127.0.0.1", "port": post_office.port, "security": "none", "sender": "shop@shop.example"}
        crm.plugins.configure("email", **account)
        crm.messages.configure(quiet_hours=None)
    run(
        "messages", "configure", "--delivery", "live", "--public-url", "https://shop.example/crm",
        "--sender", "trade_name", "Örnek A.Ş.", "--sender", "mersis", "0123456789012345",
        "--sender", "contact", "0212 000 00 00",
    )  # fmt: skip


def write_template(run, tmp_path, html):
    file = tmp_path / "spring.html"
    file.write_text(html, encoding="utf-8")
    run("templates", "write", "spring", "--channel", "email", "--language", "tr", "--purpose", "marketing",
        "--commercial", "--subject", "Bahar", "--html", str(file), "--author", "veli")  # fmt: skip


LAWFUL = (
    "<p>Merhaba, bahar geldi.</p><p>{{ shop.trade_name }}, MERSİS {{ shop.mersis }}, {{ shop.contact }}</p>"
    '<p><a href="{{ unsubscribe_url }}">Ret</a></p>'
)


def test_a_customer_is_asked_mailed_leaves_is_shown_and_erased(run, shop, post_office, database_url, tmp_path):
    write_template(run, tmp_path, "<p>Her şey ucuz!</p>")
    assert "law.tr" in run("templates", "lint", "spring", code=1)
    run("templates", "publish", "spring", code=2)
    write_template(run, tmp_path, LAWFUL)
    run("templates", "publish", "spring", "--by", "ali")
    advert = ("messages", "send", WHO, "--purpose", "marketing", "--commercial", "--template", "spring",
              "--channel", "email", "--reason", "bahar kampanyası")  # fmt: skip
    unasked = run(*advert).strip()
    run("work", "--once")
    assert "nobody agreed to marketing by email" in run("messages", "explain", unasked)
    assert post_office.letters == []

    run("consent", "grant", WHO, "marketing", "--channel", "email", "--how", "checkbox")
    assert run("consent", "decide", WHO, "marketing", "--channel", "email").startswith("yes: granted for email")
    sent = run(*advert).strip()
    run("work", "--once")
    (letter,) = post_office.letters
    assert letter.to == [WHO]
    assert letter.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Örnek A.Ş., MERSİS 0123456789012345" in letter.mail.get_body(("plain",)).get_content()
    assert run("messages", "explain", sent).startswith("sent: marketing by email")

    link = re.search(r"<https://shop.example(/crm/unsubscribe/[^>]+)>", letter.mail["List-Unsubscribe"]).group(1)
    with CRM(database_url, plugins=["email"]) as crm:
        assert Pages(crm).answer(Request("POST", link, b"List-Unsubscribe=One-Click")).status == 200
    run("consent", "decide", WHO, "marketing", "--channel", "email", code=1)
    refused = run(*advert).strip()
    run("work", "--once")
    assert "withdrawn for email" in run("messages", "explain", refused)
    assert len(post_office.letters) == 1

    document = json.loads(run("privacy", "export", WHO))
    assert {"ecrm_consent", "ecrm_message"} <= set(re.findall(r"ecrm_\w+", json.dumps(document)))
    assert "tell the customer" in json.dumps(document) or "Bahar" in json.dumps(document)
    run("privacy", "erase", WHO, "--because", "asked by letter", "--yes")
    assert run("messages", "list", "--json").strip().endswith("}")
    assert json.loads(run("messages", "list", "--json"))["messages"] == []
    run("consent", "show", WHO, code=2)
    assert json.loads(run("audit", "verify", "--json"))["is_intact"] is True


def test_what_a_customer_said_is_recorded_and_shown(run):
    run("consent", "grant", WHO, "marketing", "--how", "phone", "--by", "ali", "--text", "2026-01")
    run("consent", "withdraw", WHO, "marketing", "--channel", "sms")
    lines = json.loads(run("consent", "show", WHO, "--json"))["lines"]
    assert [(one["entry"]["status"], one["entry"]["actor"]) for one in lines] == [
        ("granted", "staff:ali"), ("withdrawn", "customer"),
    ]  # fmt: skip
    assert "every" in run("consent", "show", WHO)
    run("consent", "object", WHO, "--how", "letter")
    run("consent", "decide", WHO, "marketing", code=1)
    assert json.loads(run("consent", "decide", WHO, "marketing", "--json", code=1))["is_allowed"] is False
    assert "legitimate interest" in run("consent", "purposes")
    assert json.loads(run("consent", "purposes", "--json"))["purposes"]
    assert "0 addresses" in run("consent", "lift", WHO)
    run("consent", "grant", WHO, "horoscopes", code=2)


def test_messages_are_listed_held_released_and_cancelled(run):
    note = ("messages", "send", WHO, "--purpose", "account", "--text", "Your link.", "--reason", "reset")
    first, second = run(*note).strip(), run(*note).strip()
    assert len(json.loads(run("messages", "list", "--who", WHO, "--json"))["messages"]) == 2
    assert "2 messages are parked" in run("messages", "hold", "--since", "2020-01-01T00:00:00+00:00")
    run("messages", "hold", "--since", "2020-01-01", code=2)
    run("messages", "hold", "--since", "yesterday", code=2)
    assert "1 messages wait again" in run("messages", "release", first)
    run("messages", "cancel", second, "--because", "they know it")
    assert "suppressed" in run("messages", "list", "--state", "suppressed")
    assert "adopt" not in run("messages", "adopt")
    run("messages", "explain", "no-id", code=2)
    run("messages", "send", WHO, "--purpose", "account", "--reason", "reset", code=2)
    run(*note, "--variables", "[1]", code=2)
    run(*note, "--variables", "{", code=2)
    assert "delivery" in run("messages", "configure")
    assert json.loads(run("messages", "configure", "--channels", "sms,email", "--json"))["arrangement"]["channels"] == [
        "sms", "email",
    ]  # fmt: skip


def test_templates_are_written_previewed_and_approved(run, tmp_path):
    file = tmp_path / "hello.txt"
    file.write_text("Hello {{ customer.name }}, order {{ order_id }}.", encoding="utf-8")
    write = ("templates", "write", "hello", "--channel", "sms", "--language", "en", "--purpose", "order_updates",
             "--text", str(file), "--author", "veli")  # fmt: skip
    assert "version 1: a draft" in run(*write)
    assert "version 2: a draft" in run(*write)
    run("templates", "lint", "hello", code=1)
    assert "0 findings" in run("templates", "lint", "hello", "--given", "order_id")
    run("templates", "preview", "hello", code=2)
    told = run("templates", "preview", "hello", "--variables", '{"order_id": 7, "customer": {"name": "Ayşe"}}')
    assert told.strip() == "Hello Ayşe, order 7."
    run("templates", "approve", "hello", "--by", "veli", code=2)
    run("templates", "approve", "hello", "--version", "1", "--by", "ali")
    run("templates", "publish", "hello", "--version", "1", "--given", "order_id")
    shown = json.loads(run("templates", "list", "--json"))["templates"]
    assert [one["state"] for one in shown] == ["live", "draft"]
    run("templates", "publish", "hello", "--given", "order_id")
    assert [one["state"] for one in json.loads(run("templates", "list", "--json"))["templates"]] == ["approved", "live"]
    assert json.loads(run("templates", "lint", "--json", "--given", "order_id"))["findings"] == []
    run("templates", "preview", "nobody", code=2)
