"""Drive a project whose own database is a real MariaDB, and print as JSON what the CRM beside it knows then.

It is a program of its own: a process has one Django project. Its test is in `test_mariadb`.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path

import pymysql

# Django asks for the version of the other driver; this one speaks the same to the server.
pymysql.version_info = (2, 2, 7, "final", 0)
pymysql.install_as_MySQLdb()
SERVER = {"host": "127.0.0.1", "port": 3306, "user": "root", "password": ""}


def run(directory, name):
    import django
    from django.conf import settings
    from django.core import checks
    from django.core.management import call_command

    settings.configure(
        SECRET_KEY="of-tests-alone", USE_TZ=True, TIME_ZONE="Europe/Istanbul",  # noqa: S106 - it guards nothing
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "ecrm.adapters.django"],
        DATABASES={"default": {"ENGINE": "django.db.backends.mysql", "NAME": name, "HOST": SERVER["host"],
                               "PORT": SERVER["port"], "USER": SERVER["user"], "PASSWORD": SERVER["password"]}},
        ECRM={"URL": f"sqlite:///{directory}/crm.db", "CURRENCY": "TRY", "PLUGINS": []},
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import Group
    from django.db import connection, transaction

    from ecrm import Who, events
    from ecrm.adapters.django import crm

    def sell(number, *, fails):
        try:
            with transaction.atomic():
                Group.objects.create(name=f"order {number}")
                told.append(crm.emit(events.StoreVisited(customer=Who(card="1"), source_id=str(number))))
                if fails:
                    raise ZeroDivisionError  # noqa: TRY301 - the shop's own failure
        except ZeroDivisionError:
            pass

    told = []
    sell(1, fails=False)
    sell(2, fails=True)
    crm.work()
    story = {
        "vendor": connection.vendor,
        "told": told,
        "orders": Group.objects.count(),
        "known": sorted(one.source_id for one in crm.timeline(Who(card="1"))),
        "checks": sorted(one.id for one in checks.run_checks() if one.id.startswith("ecrm")),
        "has_tables_of_ours": any(name.startswith("ecrm_") for name in connection.introspection.table_names()),
    }
    crm.close()
    return story


if __name__ == "__main__":
    made = f"ecrm_test_{uuid.uuid4().hex[:12]}"
    with pymysql.connect(**SERVER) as server:
        server.cursor().execute(f"CREATE DATABASE {made} CHARACTER SET utf8mb4")
        try:
            sys.stdout.write(json.dumps(run(Path(sys.argv[1]), made)))
        finally:
            server.cursor().execute(f"DROP DATABASE {made}")
