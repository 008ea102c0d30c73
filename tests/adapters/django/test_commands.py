"""`manage.py` has the command line of ecrm, and `migrate` makes its tables."""

from __future__ import annotations

import pytest

from ecrm import Who, events


def run(*arguments):
    from django.core.management import call_command

    call_command("ecrm", *arguments)


def test_worker_runs_on_the_crm_of_the_project(shop, capsys):
    from ecrm.adapters.django import crm

    # What another test left in the shop's own file is none of it.
    crm.work()
    crm.emit(events.StoreVisited(customer=Who(card="1")))
    run("work", "--once")
    assert "1 received" in capsys.readouterr().out
    assert [one.kind for one in crm.timeline(Who(card="1"))] == ["Store Visited"]


def test_command_is_for_the_shop_of_the_settings_or_for_another(shop, capsys):
    from ecrm.adapters.django import crm

    crm.record(events.StoreVisited(customer=Who(card="1")))
    run("timeline", "1", "--as", "card", "--json")
    assert "Store Visited" in capsys.readouterr().out
    run("--", "--shop", "outlet", "timeline", "1", "--as", "card", "--json")
    assert "Store Visited" not in capsys.readouterr().out


def test_failure_of_a_command_is_an_error_with_its_exit_code(shop, capsys):
    from django.core.management import CommandError

    with pytest.raises(CommandError) as caught:
        run("facts")
    assert caught.value.returncode == 2
    assert "Missing argument" in capsys.readouterr().err


def test_database_is_not_taken_from_the_command_line(shop, capsys):
    from django.core.management import CommandError

    with pytest.raises(CommandError):
        run("--", "--database", "sqlite:///other.db", "work", "--once")
    assert "No such option" in capsys.readouterr().err


def test_command_line_passes_options_through(shop, capsys, monkeypatch):
    # Django's own handling of --settings sets it for the process.
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "")
    from ecrm.adapters.django.management.commands.ecrm import Command

    with pytest.raises(SystemExit) as left:
        Command().run_from_argv(["manage.py", "ecrm", "--settings=djangosettings", "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert "manage.py ecrm" in shown
    assert all(command in shown for command in ("work", "doctor", "timeline", "privacy"))


def test_migrate_makes_the_tables_and_sets_the_shop_up(alias):
    from django.conf import settings
    from django.core.management import call_command
    from django.test import override_settings

    from ecrm.adapters.django import crm

    told = {"CURRENCY": "EUR", "COUNTRY": "DE", "ZONE": "Europe/Berlin", "PUBLIC_URL": "https://shop.example/crm"}
    with override_settings(ECRM=settings.ECRM | told):
        call_command("migrate", database=alias, verbosity=0)
        held = crm.shop.settings
        assert (held.country, held.currency, held.zone, held.language) == ("DE", "EUR", "Europe/Berlin", "tr")
        assert crm.messages.arranged.arrangement.public_url == "https://shop.example/crm"
        assert {one.name: one.is_good for one in crm.doctor()}["tables"]


def test_migrate_of_another_database_leaves_the_crm_alone(shop):
    from ecrm.adapters.django import crm
    from ecrm.adapters.django.migrating import migrate

    crm.shop.configure(currency="USD")
    migrate("postgresql")
    assert crm.shop.settings.currency == "USD"


def test_no_migration_is_made_for_what_the_admin_lists(shop, capsys):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run")
    assert "No changes detected" in capsys.readouterr().out
