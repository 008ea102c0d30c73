"""One Django project for all tests of a process: the shop on SQLite, and a database of PostgreSQL beside it."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

APPS = (
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "ecrm.adapters.django",
)  # fmt: skip
MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ecrm.adapters.django.visiting.VisitorMiddleware",
)
TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]
    },
}
SECRET = "of-tests-alone"  # noqa: S105 - it guards nothing
PASSWORD = "a-long-pass-word-1"  # noqa: S105 - of users that tests make
ECRM = {"COUNTRY": "TR", "CURRENCY": "TRY", "ON_ERROR": "raise", "PLUGINS": []}


def configure(directory: Path, postgresql: dict[str, str]) -> None:
    """Configure Django, make its tables, and ecrm's with them."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(
        SECRET_KEY=SECRET, DEBUG=False, ALLOWED_HOSTS=["testserver"], USE_TZ=True,
        TIME_ZONE="Europe/Istanbul", LANGUAGE_CODE="tr-tr", INSTALLED_APPS=list(APPS), MIDDLEWARE=list(MIDDLEWARE),
        ROOT_URLCONF="djangourls", TEMPLATES=[TEMPLATES], ECRM=dict(ECRM),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(directory / "shop.sqlite3")},
            "postgresql": {"ENGINE": "django.db.backends.postgresql", **postgresql},
            "mysql": {"ENGINE": "djangomysql", "NAME": str(directory / "mysql.sqlite3")},
            "memory": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:of-a-test?mode=memory&cache=shared"},
        },
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        django.setup()
    for alias in ("default", "postgresql"):
        call_command("migrate", database=alias, verbosity=0)


@contextlib.contextmanager
def rolled_back(alias: str = "default") -> Iterator[None]:
    """Run a block of Django's in a transaction that is rolled back."""
    from django.db import transaction

    with contextlib.suppress(ZeroDivisionError), transaction.atomic(using=alias):
        yield
        raise ZeroDivisionError
