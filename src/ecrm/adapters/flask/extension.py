"""The extension: what a program sets, and what of ecrm is tied to it.

Each part is in a file of its own beside this one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import attrs
import flask
from werkzeug.local import LocalProxy

from ecrm.adapters.flask.homes import home_of
from ecrm.adapters.flask.joining import FlaskCRM
from ecrm.adapters.flask.mounting import blueprint_of
from ecrm.adapters.flask.visiting import Cookie, CookieJar
from ecrm.cli.embedding import embedded
from ecrm.cli.opening import names_from, secrets_from
from ecrm.errors import SetupError
from ecrm.web import Background, Site, Visitors

__all__ = ["DEFAULTS", "ECRM", "Hosted", "current_crm"]

DEFAULTS: Mapping[str, Any] = {
    "ECRM_DATABASE": None,
    "ECRM_HOST": None,
    "ECRM_SHOP": "main",
    "ECRM_PLUGINS": None,
    "ECRM_SECRETS": None,
    "ECRM_ON_ERROR": "log",
    "ECRM_PATIENCE_S": 0.25,
    "ECRM_DEPLOYMENT": None,
    "ECRM_URL_PREFIX": "/ecrm",
    "ECRM_MOUNTS": {},
    "ECRM_COOKIE": "ecrm_visitor",
    "ECRM_COOKIE_DAYS": 365,
    "ECRM_COOKIE_ALLOWED": None,
    "ECRM_WORKER": None,
}


@attrs.frozen(repr=False)
class Hosted:
    """Hold what of ecrm is tied to one program: `app.extensions["ecrm"]`.

    Args:
        crm: The CRM.
        jar: The visitors' cookie; None where it is off.
        background: The worker thread; it runs only where it was started.
    """

    crm: FlaskCRM
    jar: CookieJar | None
    background: Background

    def close(self) -> None:
        """Stop the worker thread, and close the connections."""
        self.background.stop()
        self.crm.close()


class ECRM:
    """Tie ecrm to Flask programs.

    Args:
        app: The program; None where `init_app` comes later. Its config, with `ECRM_…`, is read now.

    Raises:
        SetupError: Something in the config can not be.
    """

    def __init__(self, app: flask.Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: flask.Flask) -> None:
        """Open the CRM of a program, and mount what it serves.

        Raises:
            SetupError: Something in its config can not be.
        """
        for name, value in DEFAULTS.items():
            app.config.setdefault(name, value)
        crm = _opened(app)
        hosted = Hosted(crm, _jar_of(app, crm), Background(crm))
        app.extensions["ecrm"] = hosted
        _mount(app, crm)
        _serve(app, hosted)
        app.cli.add_command(embedded(lambda: hosted.crm))

    @staticmethod
    def start_worker(app: flask.Flask) -> None:
        """Start the worker thread in this process, before its first request comes.

        With `ECRM_WORKER="thread"` the first request does so; a server that forks may call this in its children.
        """
        app.extensions["ecrm"].background.start()


def _crm() -> FlaskCRM:
    hosted: Hosted | None = flask.current_app.extensions.get("ecrm")
    if hosted is None:
        raise SetupError("this program has no CRM yet: ECRM(app), or ECRM().init_app(app)")
    return hosted.crm


current_crm = cast("FlaskCRM", LocalProxy(_crm))


def _opened(app: flask.Flask) -> FlaskCRM:
    config = app.config
    database, host = home_of(config, app.instance_path)
    plugins, secrets = config["ECRM_PLUGINS"], config["ECRM_SECRETS"]
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    return FlaskCRM(
        database,
        host=host,
        shop=config["ECRM_SHOP"],
        plugins=names_from(plugins) if isinstance(plugins, str) else plugins,
        secrets=secrets_from(Path(secrets)) if isinstance(secrets, str) else secrets,
        on_error=config["ECRM_ON_ERROR"],
        patience_s=config["ECRM_PATIENCE_S"],
        deployment=config["ECRM_DEPLOYMENT"],
    )


def _mount(app: flask.Flask, crm: FlaskCRM) -> None:
    prefix = app.config["ECRM_URL_PREFIX"]
    if prefix is None:
        return
    if not str(prefix).startswith("/") or not str(prefix).strip("/"):
        raise SetupError("give ECRM_URL_PREFIX as a path, such as /ecrm, or None to mount nothing")
    mounts = {word: _loaded(made, "ECRM_MOUNTS")(crm).answer for word, made in app.config["ECRM_MOUNTS"].items()}
    blueprint = blueprint_of(Site(crm, mounts), str(prefix).rstrip("/"))
    app.register_blueprint(blueprint)
    csrf: Any = app.extensions.get("csrf")
    if hasattr(csrf, "exempt"):
        # Who posts here has no session: a webhook is known by its signature, a page by its signed link.
        csrf.exempt(blueprint)


def _serve(app: flask.Flask, hosted: Hosted) -> None:
    worker = app.config["ECRM_WORKER"]
    if worker not in {None, "thread"}:
        raise SetupError('give ECRM_WORKER "thread", or None where `flask ecrm work` runs beside the server')

    if hosted.jar is not None:
        app.after_request(hosted.jar.put)
    if worker == "thread":

        @app.before_request
        def start_worker() -> None:
            hosted.background.start()


def _jar_of(app: flask.Flask, crm: FlaskCRM) -> CookieJar | None:
    name, days, asks = (app.config[f"ECRM_{one}"] for one in ("COOKIE", "COOKIE_DAYS", "COOKIE_ALLOWED"))
    if name is None:
        return None
    is_allowed = None if asks is None else _loaded(asks, "ECRM_COOKIE_ALLOWED")
    return CookieJar(Visitors(crm), Cookie(str(name), int(days), is_allowed))


def _loaded(said: Any, where: str) -> Callable[..., Any]:
    """Give what an import string names, as `package.module:name`; what is no text is taken as it is."""
    found = said
    if isinstance(said, str):
        module, _, name = said.partition(":")
        try:
            found = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            message = f"{where} names {said}, which can not be imported: give package.module:name"
            raise SetupError(message) from error
    if not callable(found):
        raise SetupError(f"{where} holds what can not be called: give package.module:name, or the thing itself")
    return cast("Callable[..., Any]", found)
