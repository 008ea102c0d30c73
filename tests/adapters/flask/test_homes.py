"""Where the CRM lives when a program says nothing, and when it does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ecrm.adapters.flask.homes import home_of, is_same
from ecrm.errors import SetupError


@pytest.mark.parametrize(
    ("config", "home"),
    [
        ({}, ("sqlite:////srv/crm.db", None)),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:///shop.db"}, ("sqlite:////srv/crm.db", "sqlite:////srv/shop.db")),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:////d/shop.db"}, ("sqlite:////d/crm.db", "sqlite:////d/shop.db")),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite://"}, ("sqlite:////srv/crm.db", None)),
        ({"SQLALCHEMY_DATABASE_URI": "mysql+pymysql://u:p@h/shop"}, ("sqlite:////srv/crm.db", None)),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql://u:p@h/shop"}, ("postgresql://u:p@h/shop", None)),
        ({"SQLALCHEMY_DATABASE_URI": sa.make_url("postgresql://u:p@h/shop")}, ("postgresql://u:p@h/shop", None)),
        ({"ECRM_DATABASE": "sqlite:///own.db"}, ("sqlite:////srv/own.db", None)),
        (
            {"ECRM_DATABASE": "sqlite:///own.db", "ECRM_HOST": "sqlite:///shop.db"},
            ("sqlite:////srv/own.db", "sqlite:////srv/shop.db"),
        ),
        ({"ECRM_DATABASE": "postgresql://u:p@h/crm", "SQLALCHEMY_DATABASE_URI": "mysql://h/x"},
         ("postgresql://u:p@h/crm", None)),
    ],
)  # fmt: skip
def test_the_home_follows_from_the_config(config, home):
    assert home_of(config, "/srv") == home


def test_an_address_that_is_none_is_refused_without_being_repeated():
    with pytest.raises(SetupError, match="can not be read") as caught:
        home_of({"ECRM_DATABASE": "no url: hunter2"}, "/srv")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("postgresql+psycopg://a:x@h/shop", "postgresql+psycopg2://b:y@h/shop", True),
        ("postgresql://h/shop", "postgresql://h/other", False),
        ("postgresql://h/shop", "postgresql://h:5433/shop", False),
        ("sqlite:///a.db", "sqlite:///b.db", False),
        ("sqlite://", "sqlite://", False),
        ("sqlite:///shop", "postgresql:///shop", False),
    ],
)
def test_two_addresses_are_of_one_database_or_not(one, other, same):
    assert is_same(sa.make_url(one), sa.make_url(other)) is same
