"""`ECRM(app)`: the config, what is mounted, the commands."""

from __future__ import annotations

import json
import subprocess
import sys

import flask
import pytest
from flask_shops import count_orders, order_completed
from werkzeug.middleware.proxy_fix import ProxyFix

from acme import Acme
from ecrm import CRM
from ecrm.adapters.flask import ECRM, current_crm
from ecrm.consent.links import Link
from ecrm.errors import SetupError
from ecrm.http import Response
from ecrm.signatures import signature
from ecrm.web.assets import named

HORSE = "correct horse battery staple"


class Echo:
    """A mount that says what it was asked."""

    def __init__(self, crm):
        self.shop = crm.shop.key

    def answer(self, request):
        told = {
            "shop": self.shop, "method": request.method, "path": request.path, "body": request.body.decode(),
            "query": dict(request.query), "url": request.url, "header": request.headers.get("x-a"),
            "address": request.remote_address,
        }  # fmt: skip
        return Response.json(told, 202)


@pytest.fixture
def bare(tmp_path):
    """Make programs without a database of their own, and close them."""
    made = []

    def make(**config):
        app = flask.Flask("bare", instance_path=str(tmp_path / "instance"))
        app.config.update(config)
        ECRM().init_app(app)
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["ecrm"].close()


def test_a_program_without_a_database_gets_a_file_in_its_instance_folder(bare, tmp_path):
    app = bare()
    with app.app_context():
        assert current_crm.emit(order_completed(1))
        assert current_crm.work().received == 1
    assert (tmp_path / "instance" / "crm.db").exists()


def test_two_programs_in_one_process_have_each_their_own(bare, tmp_path):
    one, two = bare(), bare(ECRM_DATABASE=f"sqlite:///{tmp_path / 'two.db'}", ECRM_SHOP="two")
    with one.app_context(), two.app_context():
        assert current_crm.shop.key == "two"
    with one.app_context():
        assert current_crm.shop.key == "main"
        assert isinstance(current_crm._get_current_object(), CRM)


def test_a_program_without_the_extension_is_told_to_add_it():
    with flask.Flask("none").app_context(), pytest.raises(SetupError, match=r"ECRM\(app\)"):
        current_crm.work()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"ECRM_WORKER": "celery"}, "ECRM_WORKER"),
        ({"ECRM_URL_PREFIX": "ecrm"}, "ECRM_URL_PREFIX"),
        ({"ECRM_URL_PREFIX": "/"}, "ECRM_URL_PREFIX"),
        ({"ECRM_MOUNTS": {"v1": "nowhere.at_all:Thing"}}, "ECRM_MOUNTS"),
        ({"ECRM_MOUNTS": {"v1": "json"}}, "ECRM_MOUNTS"),
        ({"ECRM_MOUNTS": {"v1": 7}}, "ECRM_MOUNTS"),
        ({"ECRM_COOKIE_ALLOWED": "os:nothing"}, "ECRM_COOKIE_ALLOWED"),
        ({"ECRM_DATABASE": "mysql://h/x"}, "mysql"),
        ({"ECRM_SECRETS": "/no/such/file"}, "secrets"),
    ],
)
def test_what_can_not_be_stops_the_start_and_is_named(bare, config, said):
    with pytest.raises(SetupError, match=said):
        bare(**config)


def test_the_address_of_the_mount_can_be_another_or_none(bare):
    mounts = {"echo": Echo}
    assert bare(ECRM_URL_PREFIX="/crm/", ECRM_MOUNTS=mounts).test_client().get("/crm/echo").status_code == 202
    assert bare(ECRM_URL_PREFIX=None, ECRM_MOUNTS=mounts).test_client().get("/ecrm/echo").status_code == 404


def test_a_mount_is_told_the_request_as_it_came(bare):
    app = bare(ECRM_MOUNTS={"echo": Echo})
    answer = app.test_client().put("/ecrm/echo/a b?c=d", data="ş", headers={"X-A": "1"})
    assert answer.json == {
        "shop": "main", "method": "PUT", "path": "/echo/a b", "body": "ş", "query": {"c": "d"},
        "url": "http://localhost/ecrm/echo/a%20b?c=d", "header": "1",
        "address": "127.0.0.1",
    }  # fmt: skip


def test_the_address_is_the_servers_word_unless_the_program_believes_its_proxy(bare):
    app = bare(ECRM_MOUNTS={"echo": Echo})
    asked = {"headers": {"X-Forwarded-For": "192.0.2.9"}, "environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    assert app.test_client().get("/ecrm/echo", **asked).json["address"] == "192.0.2.1"
    app.wsgi_app = ProxyFix(app.wsgi_app)
    assert app.test_client().get("/ecrm/echo", **asked).json["address"] == "192.0.2.9"


def test_what_pages_are_drawn_with_is_served(bare):
    assert bare().test_client().get(f"/ecrm/assets/{named('pages.css')}").mimetype == "text/css"


def test_the_site_answers_options_itself(bare):
    assert bare(ECRM_MOUNTS={"echo": Echo}).test_client().options("/ecrm/echo").json["method"] == "OPTIONS"


@pytest.mark.parametrize("limit", [None, 1_000])
def test_a_body_that_is_too_long_is_413(bare, limit):
    app = bare(MAX_CONTENT_LENGTH=limit)
    body = b" " * ((limit or 16 * 1_048_576) + 1)
    assert app.test_client().post("/ecrm/webhooks/standard_webhooks", data=body).status_code == 413


def test_a_webhook_is_verified_over_the_bytes_that_came(bare):
    app = bare(ECRM_PLUGINS=[Acme], ECRM_SECRETS={"acme.api_secret": HORSE})
    body = b'{"orders": [ ]}'
    post = app.test_client().post
    signed = {"X-Acme-Signature": signature(HORSE, body), "Content-Type": "application/json"}
    assert post("/ecrm/webhooks/acme", data=body, headers=signed).status_code == 200
    assert post("/ecrm/webhooks/acme", data=body + b" ", headers=signed).status_code == 401
    assert post("/ecrm/webhooks/nobody", data=body, headers=signed).status_code == 404
    assert app.extensions["ecrm"].crm.work().translated == 1


def test_a_page_by_a_signed_link_refuses_for_good(bare):
    app = bare()
    crm = app.extensions["ecrm"].crm
    ayse = crm.customers.upsert("ayse@example.com")
    crm.consent.grant("ayse@example.com", "marketing", "email", method="form")
    link = Link(use="unsubscribe", shop="main", who=ayse.id, purpose="marketing", channel="email")
    address = f"/ecrm/unsubscribe/{crm.links.make(link, days=30)}"
    client = app.test_client()
    assert client.get(address).status_code == 200
    assert not crm.consent.is_withdrawn("ayse@example.com", "marketing", "email")
    assert client.post(address, data="List-Unsubscribe=One-Click").status_code == 200
    assert crm.consent.is_withdrawn("ayse@example.com", "marketing", "email")


def test_a_program_that_guards_its_forms_lets_webhooks_and_pages_through(tmp_path):
    class Guard:
        """The part of Flask-WTF's CSRFProtect that an extension may call."""

        exempted = ()

        def exempt(self, blueprint):
            self.exempted = (blueprint.name,)

    app = flask.Flask("guarded", instance_path=str(tmp_path))
    app.extensions["csrf"] = guard = Guard()
    ECRM(app)
    app.extensions["ecrm"].close()
    assert guard.exempted == ("ecrm",)


def test_the_commands_are_on_the_database_of_the_program(bare):
    app = bare()
    with app.app_context():
        current_crm.emit(order_completed(1))
    run = app.test_cli_runner().invoke
    done = run(args=["ecrm", "work", "--once", "--json"])
    assert (done.exit_code, json.loads(done.output)["received"]) == (0, 1)
    assert "Order Completed" in run(args=["ecrm", "timeline", "7", "--as", "user_id"]).output
    assert "Order Completed" not in run(args=["ecrm", "--shop", "two", "timeline", "7", "--as", "user_id"]).output
    assert run(args=["ecrm", "nonsense"]).exit_code == 2
    assert "doctor" in run(args=["ecrm", "--help"]).output


def test_the_plugins_of_the_config_give_their_commands_to_the_program_too(bare):
    run = bare(ECRM_PLUGINS="activity, console").test_cli_runner().invoke
    listed = run(args=["ecrm", "plugins"])
    assert listed.exit_code == 0, listed.output
    assert "activity" in listed.output
    assert "mailgun" not in listed.output


def test_a_shop_whose_crm_is_away_starts_and_serves(make_app, caplog):
    app = make_app(upgrades=False, ECRM_DATABASE="postgresql+psycopg://postgres:hunter2@127.0.0.1:1/none")
    client = app.test_client()
    assert client.get("/look").status_code == 200
    assert client.post("/orders/1").json == {"emitted": False}
    assert client.post("/ecrm/webhooks/standard_webhooks").status_code in {401, 503}
    assert count_orders(app) == 1
    assert "hunter2" not in caplog.text


def test_without_flask_the_adapter_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['flask'] = None\n"
        "from ecrm.errors import SetupError\n"
        "try:\n    import ecrm.adapters.flask\n"
        "except SetupError as error:\n    print(error)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert 'pip install "ecrm[flask]"' in told.stdout
