"""Plugins are listed, switched and configured from the command line, and bring commands of their own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from ecrm import CRM
from ecrm.cli.program import program

HORSE, OTHER = "correct horse battery", "another horse battery"
PLUGIN = """
import click

from ecrm.hookspecs import Command, Setting, hookimpl

NAME = "acme"


@hookimpl
def register_settings():
    return [
        Setting("seller_id", "text", "Who sells."),
        Setting("hours", "integer", "How long.", default=4),
        Setting("share", "number", "How much."),
        Setting("is_live", "boolean", "Whether it is."),
        Setting("api_secret", "secret", "The key."),
    ]


@hookimpl
def register_commands():
    return [Command({name!r}, "ecrm_acme:{function}")]


@click.command()
@click.pass_context
def gifts(ctx):
    '''Say which database the gifts are in.'''
    click.echo("gifts in " + ctx.obj.database)


no_command = 7
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a distribution with the plugin `acme`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name="gifts", function="gifts", source=PLUGIN):
        (tmp_path / "ecrm_acme.py").write_text(
            source.replace("{name!r}", repr(name)).replace("{function}", function), encoding="utf-8"
        )
        info = tmp_path / "ecrm_acme-2.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ecrm-acme\nVersion: 2.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text("[ecrm]\nacme = ecrm_acme\n", encoding="utf-8")
        monkeypatch.delitem(sys.modules, "ecrm_acme", raising=False)

    return install


@pytest.fixture
def secrets(tmp_path):
    """A file with a key that seals."""
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"settings": Fernet.generate_key().decode()}), encoding="utf-8")
    return file


@pytest.fixture
def run(install, database_url, secrets):
    install()

    def run(*arguments, lines=None, options=("--plugins", "acme")):
        given = ["--database", database_url, "--secrets", str(secrets), *options, *arguments]
        return CliRunner().invoke(program, given, input=lines)

    return run


def json_of(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_plugins_are_listed_to_people_and_to_programs(run):
    shown = run("plugins")
    assert shown.exit_code == 0, shown.output
    assert "acme" in shown.stdout
    assert "5 settings" in shown.stdout
    (found,) = json_of(run("plugins", "--json"))["plugins"]
    assert found == {
        "name": "acme", "version": "2.0", "origin": "installed", "is_on": True,
        "contributes": {"settings": 5, "commands": 1},
    }  # fmt: skip


def test_which_plugins_there_are_may_come_from_the_environment(install, database_url):
    install()
    runner = CliRunner(env={"ECRM_DATABASE": database_url, "ECRM_PLUGINS": "acme"})
    assert [one["name"] for one in json_of(runner.invoke(program, ["plugins", "--json"]))["plugins"]] == ["acme"]
    none = runner.invoke(program, ["--plugins", "", "plugins", "--json"])
    assert json_of(none)["plugins"] == []
    wrong = runner.invoke(program, ["--plugins", "acmee", "plugins"])
    assert (wrong.exit_code, "no plugin acmee" in wrong.stderr) == (3, True)


def test_installed_plugins_are_found_where_none_is_named(run):
    assert "acme" in {one["name"] for one in json_of(run("plugins", "--json", options=()))["plugins"]}


def test_a_plugin_is_switched_off_and_on(run):
    assert run("plugins", "switch", "off", "acme").stdout == "acme is off\n"
    assert not json_of(run("plugins", "--json"))["plugins"][0]["is_on"]
    assert run("plugins", "switch", "on", "acme").exit_code == 0
    assert json_of(run("plugins", "--json"))["plugins"][0]["is_on"]
    assert run("plugins", "switch", "off", "nobody").exit_code == 2


def test_settings_are_read_by_their_types(run):
    held = json_of(
        run("plugins", "configure", "acme", "seller_id=12=3", "hours=7", "share=0.5", "is_live=yes", "--json")
    )
    assert held == {"seller_id": "12=3", "hours": 7, "share": 0.5, "is_live": True, "api_secret": None}
    assert "How long." in run("plugins", "settings", "acme").stdout
    assert run("plugins", "forget", "acme", "hours").stdout == "forgotten: hours\n"
    assert json_of(run("plugins", "settings", "acme", "--json"))["hours"] == 4
    assert run("plugins", "forget", "acme").exit_code == 0
    assert run("plugins", "forget", "acme").stdout == "forgotten: nothing\n"


@pytest.mark.parametrize("wrong", ["hours=long", "share=", "is_live=perhaps", "colour=red", "hours", "hours=1.5"])
def test_a_value_that_can_not_be_is_refused(run, wrong):
    result = run("plugins", "configure", "acme", wrong)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_secret_is_read_from_the_input_and_rotates(run, database_url, secrets):
    keys = json.loads(secrets.read_text())
    result = run("plugins", "configure", "acme", "hours=7", "--secret", "api_secret", "--json", lines=f"{HORSE}\n")
    assert json_of(result).get("api_secret") == "…"
    assert "horse" not in result.output
    result = run("plugins", "rotate", "acme", "api_secret", lines=f"{OTHER}\n")
    assert "retire acme api_secret" in result.stdout
    with CRM(database_url, plugins=["acme"], secrets=keys) as crm:
        assert crm._core.options.secrets("main", "acme", "api_secret") == (OTHER, HORSE)
    assert run("plugins", "reseal", "acme").stdout == "2 sealed anew\n"
    assert run("plugins", "retire", "acme", "api_secret").exit_code == 0
    with CRM(database_url, plugins=["acme"], secrets=keys) as crm:
        assert crm._core.options.secrets("main", "acme", "api_secret") == (OTHER,)


def test_a_secret_among_the_arguments_is_refused_and_not_repeated(run):
    result = run("plugins", "configure", "acme", f"api_secret={HORSE}")
    assert (result.exit_code, "--secret api_secret" in result.stderr) == (2, True)
    assert "horse" not in result.output


@pytest.mark.parametrize("lines", ["", "\n", "short\n"])
def test_a_secret_that_is_not_given_is_asked_for_again(run, lines):
    assert run("plugins", "configure", "acme", "--secret", "api_secret", lines=lines).exit_code == 2


@pytest.mark.parametrize(
    "held", ["{", "[]", "7", '{"acme.api_secret": "short"}', '{"acme.other": "xxxxxxxxxxxxxxxxxxxx"}']
)
def test_a_file_of_secrets_that_can_not_be_is_a_wrong_setup(run, secrets, held):
    secrets.write_text(held)
    result = run("plugins")
    assert (result.exit_code, "secret" in result.stderr) == (3, True)


def test_a_secret_that_is_typed_is_not_shown(install, tmp_path, sqlite_url, secrets):
    install()
    leader, terminal = os.openpty()
    program_ = "from ecrm.cli import main; main()"
    arguments = ["--database", sqlite_url, "--plugins", "acme", "--secrets", str(secrets)]
    typing = subprocess.Popen(
        [sys.executable, "-c", program_, *arguments, "plugins", "configure", "acme", "--secret", "api_secret"],
        stdin=terminal, stdout=subprocess.PIPE, stderr=terminal, start_new_session=True, text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    # Held by the program alone, so that reading ends where it does.
    os.close(terminal)
    shown = b""
    while b"api_secret" not in shown:
        shown += os.read(leader, 1_000)
    os.write(leader, f"{HORSE}\n".encode())
    output, _ = typing.communicate(timeout=60)
    assert typing.returncode == 0
    os.set_blocking(leader, False)
    with contextlib.suppress(OSError):
        shown += os.read(leader, 10_000)
    os.close(leader)
    assert "…" in output
    assert "horse" not in output + shown.decode()
    with CRM(sqlite_url, plugins=["acme"], secrets=json.loads(secrets.read_text())) as crm:
        assert crm._core.options.secrets("main", "acme", "api_secret") == (HORSE,)


def test_a_file_of_secrets_that_is_not_there_is_a_wrong_setup(run, secrets):
    secrets.unlink()
    assert run("plugins").exit_code == 3


def test_a_plugins_command_is_one_of_the_program(run, database_url):
    assert run("gifts").stdout == f"gifts in {database_url}\n"
    assert "gifts" in run("--help").stdout
    assert "gifts" not in CliRunner().invoke(program, ["--plugins", "", "--help"]).stdout
    assert run("nothing").exit_code == 2


@pytest.mark.parametrize(
    ("function", "said"), [("gone", "has no gone"), ("no_command", "no command of click"), ("PLUGIN", "no PLUGIN")]
)
def test_a_plugins_command_that_can_not_be_loaded_names_the_plugin(run, install, function, said):
    install(function=function)
    result = run("gifts")
    assert (result.exit_code, "plugin acme" in result.stderr, said in result.stderr) == (3, True, True)


def test_a_plugins_command_can_not_take_the_name_of_ours(run, install):
    install(name="work")
    result = run("gifts")
    assert (result.exit_code, "plugin acme has a command work" in result.stderr) == (3, True)


def test_the_program_explains_itself_where_a_plugin_can_not_start(run, install):
    install(source="NAME = 'acme'\n")
    result = CliRunner().invoke(program, ["--plugins", "acme", "--help"])
    assert result.exit_code == 0
    assert "doctor" in result.stdout
    assert "plugin acme implements no hook" in result.stderr
