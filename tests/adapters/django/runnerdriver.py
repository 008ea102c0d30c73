"""Run a shop's own tests by Django's runner, on a database in memory, and leave with 1 where one fails."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import django
from django.conf import settings

place = tempfile.TemporaryDirectory()
settings.configure(
    SECRET_KEY="of-tests-alone", USE_TZ=True, ECRM={"PLUGINS": [], "ON_ERROR": "raise"},  # noqa: S106 - guards nothing
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "ecrm.adapters.django"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(place.name) / "shop.sqlite3")}},
)  # fmt: skip
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - after the setup
from django.test import TestCase, TransactionTestCase  # noqa: E402 - the same
from django.test.runner import DiscoverRunner  # noqa: E402 - the same

from ecrm import Who  # noqa: E402 - the same
from ecrm.adapters.django import crm  # noqa: E402 - the same
from ecrm.testing import capture  # noqa: E402 - the same


class OrderTest(TestCase):
    """As most tests of a shop are."""

    def test_an_event_is_seen_by_who_captures_it(self):
        with capture(crm) as emitted:
            User.objects.create_user("ayse")
        assert [event.event_name for event in emitted] == ["Signed Up"]

    def test_an_event_goes_with_the_test(self):
        User.objects.create_user("ayse")

    def test_an_event_of_another_test_is_gone(self):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("select count(*) from ecrm_inbox")
            assert cursor.fetchone() == (0,)


class WorkerTest(TransactionTestCase):
    """As those that need a worker are."""

    def test_an_event_comes_to_its_timeline(self):
        user = User.objects.create_user("ayse")
        crm.work()
        assert [one.kind for one in crm.timeline(Who(user_id=user.pk))] == ["Signed Up"]


runner = DiscoverRunner(verbosity=0)
suite = runner.test_loader.loadTestsFromModule(sys.modules["__main__"])
runner.setup_test_environment()
old = runner.setup_databases()
outcome = runner.run_suite(suite)
crm.close()
runner.teardown_databases(old)
runner.teardown_test_environment()
assert not (Path(place.name) / "shop.ecrm.sqlite3").exists(), "the tests wrote beside the shop's database"
place.cleanup()
sys.exit(0 if outcome.wasSuccessful() and outcome.testsRun == 4 else 1)
