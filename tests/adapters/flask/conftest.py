"""A shop on Flask: on SQLite, and on PostgreSQL."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def make_app(tmp_path):
    """Make shops, and close them."""
    from flask_shops import close_shop, make_shop

    with ExitStack() as opened:

        def make(**config):
            app = make_shop(tmp_path / "instance", **config)
            opened.callback(close_shop, app)
            return app

        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request, make_app):
    """A shop on its own database, with the CRM where it is by default."""
    if request.param == "sqlite":
        return make_app()
    return make_app(shop_url=request.getfixturevalue("bare_postgresql_url"))


@pytest.fixture
def sqlite_app(make_app):
    """A shop on SQLite."""
    return make_app()
