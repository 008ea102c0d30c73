"""`manage.py check` finds what is wrong before a customer does."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm import Who, events

SECRETS = {"SECRETS": {"links": "a secret of the links", "erasure": "a secret of the erasure"}}


def found(**ecrm):
    from django.conf import settings
    from django.test import override_settings

    from ecrm.adapters.django.checks import check_settings

    with override_settings(ECRM=settings.ECRM | SECRETS | ecrm):
        return [message.id for message in check_settings()]


def found_in_database(**ecrm):
    from django.conf import settings
    from django.test import override_settings

    from ecrm.adapters.django.checks import check_database

    with override_settings(ECRM=settings.ECRM | SECRETS | ecrm):
        return [message.id for message in check_database(databases=["default", "postgresql"])]


def test_settings_that_are_right_are_not_spoken_of(shop):
    assert found() == []
    assert found_in_database() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"DATABSE": "default"},
        {"DATABASE": "nowhere"},
        {"ON_ERROR": "ignore"},
        {"MOUNTS": ["v1"]},
        {"MOUNTS": {"v1": "nowhere.at_all"}},
        {"WHO": "nowhere.at_all"},
    ],
)
def test_setting_that_can_not_be_is_an_error(shop, wrong):
    assert found(**wrong) == ["ecrm.E001"]


def test_settings_that_are_no_dict_are_an_error(project):
    from django.test import override_settings

    from ecrm.adapters.django.checks import check_settings

    with override_settings(ECRM="sqlite:///crm.db"):
        assert [message.id for message in check_settings()] == ["ecrm.E001"]


def test_missing_secret_is_a_warning_that_names_it(shop):
    from django.conf import settings
    from django.test import override_settings

    from ecrm.adapters.django.checks import check_settings

    with override_settings(ECRM=settings.ECRM | {"SECRETS": {"links": "a secret of the links"}}):
        (message,) = check_settings()
    assert (message.id, "erasure" in message.msg, "links" in message.msg) == ("ecrm.W001", True, False)


def test_wrong_zone_is_an_error_and_utc_a_warning(shop):
    assert found(ZONE="Europe/Constantinople2") == ["ecrm.E002"]
    assert found(ZONE="UTC") == ["ecrm.W003"]


def test_database_of_its_own_is_a_warning_since_orders_and_events_part(shop, tmp_path):
    assert found(DATABASE="postgresql", URL=f"sqlite:///{tmp_path / 'crm.db'}") == ["ecrm.W002"]


def test_database_that_is_away_is_an_error(shop):
    assert found_in_database(DATABASE="postgresql", URL="postgresql+psycopg://nobody@127.0.0.1:1/none") == ["ecrm.E004"]


def test_tables_that_are_missing_are_a_warning(shop, postgresql_server):
    with postgresql_server.database() as url:
        assert found_in_database(DATABASE="postgresql", URL=url) == ["ecrm.W005"]


def test_shop_that_differs_from_the_settings_is_a_warning(shop):
    assert found_in_database(ZONE="Europe/Berlin") == ["ecrm.W007"]


def test_worker_that_is_missing_is_known_by_what_it_leaves_undone(shop):
    from django.db import connection

    from ecrm.adapters.django import crm

    crm.emit(events.StoreVisited(customer=Who(card="1")))
    assert found_in_database() == []
    long_ago = int((dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).timestamp() * 1e6)
    with connection.cursor() as cursor:
        cursor.execute("update ecrm_inbox set received_at = %s", [long_ago])
    assert found_in_database() == ["ecrm.W006"]
    crm.work()
    assert found_in_database() == []


def test_check_without_a_database_asks_none(shop):
    from ecrm.adapters.django.checks import check_database

    assert check_database(databases=None) == []
