"""What is emitted has the fate of what Django commits, on SQLite and on PostgreSQL."""

from __future__ import annotations

import logging

import pytest
from djangoproject import rolled_back

from ecrm import Money, Who, events


def order(number):
    return events.OrderCompleted(order_id=number, total=Money("149.90", "TRY"), customer=Who(user_id=7))


def recorded(crm):
    crm.work()
    return [one.properties["order_id"] for one in crm.timeline(Who(user_id=7))]


@pytest.fixture
def crm(alias):
    from ecrm.adapters.django import crm

    return crm


def test_event_in_a_committed_transaction_stays(alias, crm):
    from django.db import transaction

    with transaction.atomic(using=alias):
        assert crm.emit(order(1)) is True
        assert recorded(crm) == []
    assert recorded(crm) == ["1"]


def test_event_in_a_transaction_that_is_rolled_back_goes_with_it(alias, crm):
    with rolled_back(alias):
        assert crm.emit(order(1)) is True
    assert recorded(crm) == []


def test_event_in_a_nested_block_has_the_fate_of_that_block(alias, crm):
    from django.db import transaction

    with transaction.atomic(using=alias):
        crm.emit(order(1))
        with rolled_back(alias):
            crm.emit(order(2))
        with transaction.atomic(using=alias):
            crm.emit(order(3))
    assert sorted(recorded(crm)) == ["1", "3"]


def test_event_in_a_kept_block_goes_with_the_outer_one(alias, crm):
    from django.db import transaction

    with rolled_back(alias), transaction.atomic(using=alias):
        crm.emit(order(1))
    assert recorded(crm) == []


def test_event_outside_of_any_transaction_is_committed_by_itself(alias, crm):
    from django.db import connections

    assert crm.emit(order(1)) is True
    assert not connections[alias].in_atomic_block
    assert recorded(crm) == ["1"]


@pytest.mark.parametrize("is_atomic", [True, False])
def test_event_of_a_request_that_fails_goes_with_it_where_requests_are_atomic(alias, crm, monkeypatch, is_atomic):
    from django.db import connections
    from django.test import Client

    monkeypatch.setitem(connections.settings[alias], "ATOMIC_REQUESTS", is_atomic)
    client = Client(raise_request_exception=False)
    assert client.post("/buy/1/").status_code == 200
    assert client.post("/buy/2/?fails").status_code == 500
    assert client.post("/buy/3/").status_code == 200
    assert sorted(recorded(crm)) == (["1", "3"] if is_atomic else ["1", "2", "3"])


def test_event_without_djangos_autocommit_waits_for_the_commit(alias, crm):
    from django.db import transaction

    transaction.set_autocommit(False, using=alias)
    try:
        crm.emit(order(1))
        transaction.rollback(using=alias)
        crm.emit(order(2))
        transaction.commit(using=alias)
    finally:
        transaction.set_autocommit(True, using=alias)
    assert recorded(crm) == ["2"]


def test_failure_of_ours_leaves_the_transaction_of_the_shop_as_it_was(alias, crm, caplog):
    from django.conf import settings
    from django.contrib.auth.models import Group
    from django.db import connections, transaction
    from django.test import override_settings

    with override_settings(ECRM=settings.ECRM | {"ON_ERROR": "log"}):
        with transaction.atomic(using=alias):
            Group.objects.using(alias).create(name="before")
            with connections[alias].cursor() as cursor:
                cursor.execute("alter table ecrm_inbox rename to ecrm_inbox_away")
            with caplog.at_level(logging.ERROR, "ecrm.emit"):
                assert crm.emit(order(1)) is False
            with connections[alias].cursor() as cursor:
                cursor.execute("alter table ecrm_inbox_away rename to ecrm_inbox")
            Group.objects.using(alias).create(name="after")
        names = set(Group.objects.using(alias).values_list("name", flat=True))
        Group.objects.using(alias).all().delete()
    assert names == {"before", "after"}
    assert "ayse" not in caplog.text


def test_view_on_another_shop_joins_too(alias, crm):
    outlet = crm.for_shop(f"{crm.shop.key}-outlet")
    with rolled_back(alias):
        outlet.emit(order(1))
    outlet.emit(order(2))
    assert recorded(outlet) == ["2"]


def test_connection_that_is_named_is_the_one_that_is_joined(alias, crm):
    import sqlalchemy as sa

    engine = sa.create_engine(crm.database.url if alias == "postgresql" else _shop_file())
    with engine.connect() as connection, connection.begin() as outer:
        assert crm.emit(order(1), connection=connection) is True
        outer.rollback()
    engine.dispose()
    assert recorded(crm) == []


def _shop_file():
    from django.conf import settings

    return f"sqlite:///{settings.DATABASES['default']['NAME']}"
