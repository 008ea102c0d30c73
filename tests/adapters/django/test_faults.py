"""Whatever happens to the CRM, a Django shop signs its users in, nearly as fast, and what it was told is kept."""

from __future__ import annotations

import logging
import sqlite3
import statistics
import time
from contextlib import closing

import pytest
from djangoproject import PASSWORD

from ecrm import Who
from gateway import gateway

TIMES = 3
PATIENCE_S = 0.25
# What a busy machine may add to a request.
ROOM_S = 1.0


@pytest.fixture
def user(shop):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user("ayse", "ayse@example.com", PASSWORD, is_staff=True)


def with_ecrm(**ecrm):
    from django.conf import settings
    from django.test import override_settings

    return override_settings(ECRM=settings.ECRM | {"ON_ERROR": "log", "IS_CUSTOMER": lambda _: True} | ecrm)


def sign_in():
    """Sign in by a page of the shop, as a new visitor; give how long it took."""
    from django.test import Client

    client = Client()
    began = time.monotonic()
    assert client.get("/shown/").status_code == 200
    assert client.post("/admin/login/?next=/quiet/", {"username": "ayse", "password": PASSWORD}).status_code == 302
    return time.monotonic() - began


def test_sign_in_costs_the_patience_alone_while_a_crm_of_its_own_is_away(user, postgresql_url, caplog):
    from ecrm.adapters.django import crm

    with gateway(postgresql_url) as (gate, url), with_ecrm(URL=url, PATIENCE_S=PATIENCE_S):
        well = statistics.median(sign_in() for _ in range(TIMES))
        for fault in (gate.refuse, gate.hang):
            fault()
            with caplog.at_level(logging.ERROR, "ecrm.emit"):
                # The visitor and the event have each a patience of their own.
                assert max(sign_in() for _ in range(TIMES)) - well < 2 * PATIENCE_S + ROOM_S
            gate.open()
            sign_in()
        assert "an event was not emitted" in caplog.text
        crm.work()
        assert len(crm.timeline(Who(user_id=user.pk))) >= TIMES
        crm.close()
    assert "ayse" not in caplog.text


def test_sign_in_is_told_while_the_file_of_the_crm_is_locked(user):
    from ecrm.adapters.django import crm

    with with_ecrm():
        sign_in()
        with closing(sqlite3.connect(crm.database.path)) as other:
            other.execute("BEGIN EXCLUSIVE")
            ill = [sign_in() for _ in range(TIMES)]
            other.rollback()
        assert max(ill) < PATIENCE_S + ROOM_S
        crm.work()
        told = [one.kind for one in crm.timeline(Who(user_id=user.pk))]
        assert told.count("Signed In") == TIMES + 1


def test_first_request_is_not_held_up_by_a_crm_of_its_own_that_hangs(user, postgresql_url):
    from ecrm.adapters.django import crm

    with gateway(postgresql_url) as (gate, url):
        gate.hang()
        with with_ecrm(URL=url, PATIENCE_S=PATIENCE_S):
            # What is asked for of the CRM, three times, has a patience each.
            assert sign_in() < 3 * PATIENCE_S + ROOM_S
            gate.open()
            assert crm.work() is not None
            sign_in()
            crm.work()
            assert "Signed In" in [one.kind for one in crm.timeline(Who(user_id=user.pk))]
            crm.close()
