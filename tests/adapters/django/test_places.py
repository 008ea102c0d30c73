"""Where the CRM lives, by the database the shop has."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sqlalchemy as sa

from ecrm import SetupError, Who, events

MUG = events.StoreVisited(customer=Who(card="4711"))


def place(**ecrm):
    from ecrm.adapters.django.config import Config
    from ecrm.adapters.django.places import find_place

    return find_place(Config(**ecrm))


def with_ecrm(**ecrm):
    from django.conf import settings
    from django.test import override_settings

    return override_settings(ECRM=settings.ECRM | ecrm)


def test_on_sqlite_it_is_in_a_file_beside_the_shops(project):
    from django.conf import settings

    shop = settings.DATABASES["default"]["NAME"]
    found = place()
    assert found.host == f"sqlite:///{shop}"
    assert found.url == f"sqlite:///{shop.removesuffix('.sqlite3')}.ecrm.sqlite3"
    assert found.joins


def test_on_postgresql_it_is_in_the_shops_own(project):
    from django.conf import settings

    found = place(database="postgresql")
    assert sa.make_url(found.url).database == settings.DATABASES["postgresql"]["NAME"]
    assert (found.host, found.joins) == (None, True)


def test_own_database_joins_only_where_it_is_the_shops_after_all(project, tmp_path):
    own = place(database="postgresql").url
    assert place(database="postgresql", url=own).joins
    assert not place(database="postgresql", url=f"{own}_other").joins
    assert not place(database="postgresql", url=f"sqlite:///{tmp_path}/crm.db").joins
    assert not place(database="postgresql", url="nonsense").joins


def test_own_sqlite_file_of_a_shop_on_sqlite_joins_by_the_inbox(project, tmp_path):
    found = place(url=f"sqlite:///{tmp_path}/crm.db")
    assert found.joins
    assert found.host is not None


def test_shop_on_mysql_needs_a_database_of_its_own_and_is_told_so(shop, tmp_path):
    from djangoproject import rolled_back

    from ecrm.adapters.django import crm
    from ecrm.adapters.django.checks import check_settings

    with pytest.raises(SetupError, match="can not live in MySQL"):
        place(database="mysql")
    with with_ecrm(DATABASE="mysql"):
        assert [message.id for message in check_settings()] == ["ecrm.E001"]
    with with_ecrm(DATABASE="mysql", URL=f"sqlite:///{tmp_path}/crm.db"):
        assert "ecrm.W002" in [message.id for message in check_settings()]
        with rolled_back("mysql"):
            assert crm.emit(MUG) is True
        # Durable, and not atomic with what was rolled back.
        assert crm.work().received == 1


def test_without_a_place_emit_says_so_as_the_settings_ask_and_nothing_else_breaks(shop, caplog):
    from ecrm.adapters.django import crm

    with with_ecrm(DATABASE="mysql", ON_ERROR="log"):
        assert crm.emit(MUG) is False
        assert "can not live in MySQL" in caplog.text
    with with_ecrm(DATABASE="mysql"), pytest.raises(SetupError):
        crm.emit(MUG)


def test_shop_in_memory_has_its_crm_in_a_file_that_goes_with_it(shop):
    from pathlib import Path

    from djangoproject import rolled_back

    from ecrm.adapters.django import crm
    from ecrm.adapters.django.migrating import migrate
    from ecrm.adapters.django.shop import embedded

    with with_ecrm(DATABASE="memory"):
        migrate("memory")
        scratch = Path(embedded().place.scratch.name)
        with rolled_back("memory"):
            crm.emit(MUG)
        crm.emit(MUG)
        assert crm.work().received == 1
        assert list(scratch.iterdir())
    assert not scratch.exists()
    from django.db import connections

    connections["memory"].close()


@pytest.mark.parametrize(
    ("held", "url"),
    [
        ({"NAME": "shop"}, "postgresql+psycopg:///shop"),
        ({"NAME": "shop", "HOST": "/run/pg", "PORT": ""}, "postgresql+psycopg:///shop?host=%2Frun%2Fpg"),
        (
            {"NAME": "shop", "USER": "a", "PASSWORD": "p@:/", "HOST": "db", "PORT": 6432},
            "postgresql+psycopg://a:p%40%3A%2F@db:6432/shop",
        ),
        (
            {
                "NAME": "shop",
                "OPTIONS": {"sslmode": "require", "isolation_level": 3, "pool": True, "connect_timeout": 3},
            },
            "postgresql+psycopg:///shop?connect_timeout=3&sslmode=require",
        ),
        ({"NAME": "", "OPTIONS": {"service": "shop"}}, "postgresql+psycopg://?service=shop"),
    ],
)
def test_address_of_postgresql_is_what_django_says(project, held, url):
    from ecrm.adapters.django.places import postgresql_url

    found, wanted = sa.make_url(postgresql_url(held)), sa.make_url(url)
    assert (found, dict(found.query)) == (wanted, dict(wanted.query))


def test_password_of_the_shop_is_in_no_repr(project):
    from ecrm.adapters.django.config import Config

    assert "secret" not in repr(place(database="postgresql", url="postgresql://a:secret@db/shop"))
    assert "secret" not in repr(Config(url="postgresql://a:secret@db/shop", secrets={"links": "secret"}))


def test_without_django_the_adapter_says_what_to_install():
    code = "import sys; sys.modules['django'] = None\nimport ecrm\nimport ecrm.adapters.django"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'pip install "ecrm[django]"' in done.stderr


def test_nothing_of_django_is_needed_to_import_the_adapter_and_nothing_is_opened():
    code = "import ecrm.adapters.django as a; print(repr(a.crm))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "<the CRM of this project>"
