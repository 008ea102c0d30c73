from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecrm import CRM, Money, Who, events
from ecrm.cli.program import program

TILL = """
source = "till"
[orders]
id = "no"
at = "at"
amount = "sum"
customer.email = "mail"
"""


@pytest.fixture
def run(database_url):
    def run(*arguments, database=database_url):
        given = ["--plugins", ""] if database is None else ["--plugins", "", "--database", database]
        return CliRunner().invoke(program, [*given, *arguments])

    return run


@pytest.fixture
def order(database_url):
    with CRM(database_url, plugins=[]) as crm:
        crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY")
        crm.record(
            events.OrderCompleted(
                order_id="1001",
                total=Money("149.90"),
                products=(events.Product(sku="A", name="Shirt", quantity=2), events.Product(sku="B")),
                customer=Who(email="ayse@example.org"),
                channel="web",
            )
        )
        crm.customers.upsert("ayse@example.org", name="Ayşe Yılmaz")


def json_of(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_command_is_listed_and_explains_itself(run):
    shown = run("--help").stdout
    for name in ("upgrade", "import", "customers", "timeline", "facts", "work", "doctor", "shop", "inbox"):
        assert name in shown
        assert run(name, "--help").exit_code == 0


def test_a_new_database_is_upgraded(bare_database_url):
    result = CliRunner().invoke(program, ["--database", bare_database_url, "upgrade"])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(program, ["--database", bare_database_url, "doctor"]).exit_code == 0


def test_the_database_and_the_shop_may_come_from_the_environment(database_url, order):
    runner = CliRunner(env={"ECRM_DATABASE": database_url, "ECRM_SHOP": "outlet"})
    assert json.loads(runner.invoke(program, ["customers", "list", "--json"]).stdout)["customers"] == []
    assert (
        len(json.loads(runner.invoke(program, ["--shop", "main", "customers", "list", "--json"]).stdout)["customers"])
        == 1
    )


def test_a_timeline_is_shown_to_people_and_to_programs(run, order):
    shown = run("timeline", "ayse@example.org").stdout
    assert "Order Completed" in shown
    assert "149.90 TRY" in shown
    page = json_of(run("timeline", "ayse@example.org", "--kind", "Order Completed", "--json"))
    assert [one["properties"]["order_id"] for one in page["interactions"]] == ["1001"]
    assert page["next"] is None


def test_a_timeline_goes_on_where_the_page_before_ended(run, order):
    first = json_of(run("timeline", "ayse@example.org", "--limit", "1", "--json"))
    assert f"--before '{first['next']}'" in run("timeline", "ayse@example.org", "--limit", "1").stdout
    second = json_of(run("timeline", "ayse@example.org", "--before", first["next"], "--json"))
    assert {one["kind"] for one in first["interactions"] + second["interactions"]} == {
        "Order Completed", "Customer Updated",
    }  # fmt: skip


def test_facts_are_shown_to_people_and_to_programs(run, order):
    assert "orders.count" in run("facts", "ayse@example.org").stdout
    facts = json_of(run("facts", "ayse@example.org", "--json"))
    assert facts["orders.spent"] == {"amount": "149.90", "currency": "TRY"}


def test_who_may_be_named_by_the_kind_of_identity(run, order):
    assert json_of(run("facts", "ayse@example.org", "--as", "email", "--json"))["orders.count"] == 1
    result = run("facts", "17850")
    assert (result.exit_code, "--as user_id" in result.stderr) == (2, True)
    assert run("customers", "show", "17850", "--source", "till").exit_code == 2


def test_customers_are_listed_searched_and_shown(run, order):
    assert json_of(run("customers", "list", "--json"))["customers"][0]["name"] == "Ayşe Yılmaz"
    assert "more: --after" in run("customers", "list", "--limit", "1").stdout
    assert len(json_of(run("customers", "search", "ayse yil", "--json"))["customers"]) == 1
    assert "1001" in run("customers", "show", "ayse@example.org").stdout
    view = json_of(run("customers", "show", "ayse@example.org", "--json"))
    assert set(view) == {"customer", "identities", "facts", "orders", "interactions"}


def test_customers_are_tagged_noted_merged_and_parted(run, order):
    assert run("customers", "tag", "ayse@example.org", "vip", "club").exit_code == 0
    assert run("customers", "tag", "ayse@example.org", "club", "--remove").exit_code == 0
    assert json_of(run("customers", "list", "--json"))["customers"][0]["tags"] == ["vip"]
    assert run("customers", "note", "ayse@example.org", "prefers calls").exit_code == 0
    assert run("customers", "tag", "0532 111 22 33", "new").exit_code == 0
    merged = run("customers", "merge", "ayse@example.org", "0532 111 22 33", "--because", "she said so")
    assert merged.exit_code == 0
    assert len(json_of(run("customers", "list", "--json"))["customers"]) == 1
    assert run("customers", "unmerge", merged.stdout.strip()).exit_code == 0
    assert run("customers", "suggestions").exit_code == 0
    assert json_of(run("customers", "suggestions", "--json")) == []


def test_what_a_customer_wrote_can_not_steer_the_terminal(run, database_url):
    with CRM(database_url, plugins=[]) as crm:
        crm.customers.upsert("a@example.org", name="A\x1b[31m[bold]B")
    shown = run("customers", "list").stdout
    assert "\x1b[31m" not in shown
    assert "[bold]" in shown


def test_settings_of_a_shop_are_set_and_shown(run):
    assert json_of(run("shop", "--zone", "Europe/Istanbul", "--naive-times", "--json"))["zone"] == "Europe/Istanbul"
    assert json_of(run("shop", "--json"))["reads_naive_times"] is True
    assert "Europe/Istanbul" in run("shop").stdout
    assert run("shop", "--zone", "Europe/Atlantis").exit_code == 2


def test_a_shop_says_what_its_pages_look_like(run, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    said = json_of(run("shop", "--name", "Moda", "--logo", str(logo), "--colour", "#7a1f5f", "--json"))
    assert (said["name"], said["logo"], said["colour"]) == ("Moda", "svg+xml", "#7a1f5f")
    assert "Moda" in run("shop").stdout
    assert "contrast" in run("shop", "--colour", "#ffd000").output
    assert "can be read" in run("shop", "--logo", str(tmp_path / "none.png")).output


def test_work_receives_what_waits(run, database_url):
    with CRM(database_url, plugins=[]) as crm:
        assert crm.emit(events.StoreVisited(customer=Who(card="1234")))
    done = json_of(run("work", "--once", "--json"))
    assert (done["received"], done["rejected"]) == (1, 0)
    assert "0 received" in run("work", "--once").stdout


def test_the_doctor_counts_anew_and_says_how_it_is(run, order):
    told = json_of(run("doctor", "--recount", "--json"))
    assert told["is_healthy"] is True
    assert {finding["name"] for finding in told["findings"]} >= {"tables", "recount"}
    assert "good" in run("doctor").stdout


def test_the_inbox_is_listed_and_replayed(run):
    assert json_of(run("inbox", "list", "--json"))["rejected"] == []
    assert run("inbox", "list").exit_code == 0
    assert "0 rows" in run("inbox", "replay").stdout


def write(tmp_path, lines, mapping=TILL):
    (tmp_path / "orders.csv").write_text("no,at,sum,mail\n" + lines, encoding="utf-8")
    (tmp_path / "till.toml").write_text(mapping, encoding="utf-8")
    return str(tmp_path / "orders.csv"), "--mapping", str(tmp_path / "till.toml")


def test_a_file_is_imported_and_importing_again_changes_nothing(run, order, tmp_path):
    arguments = write(tmp_path, "1,2026-01-01,10,ayse@example.org\n")
    assert json_of(run("import", *arguments, "--json"))["recorded"] == 1
    again = run("import", *arguments)
    assert (again.exit_code, "0 recorded, 1 there already" in again.stdout) == (0, True)


def test_rejected_lines_are_told_and_end_in_exit_code_one(run, order, tmp_path):
    arguments = write(tmp_path, "1,2026-01-01,ten,ayse@example.org\n2,2026-01-01,5,ayse@example.org\n")
    report = tmp_path / "report.csv"
    result = run("import", *arguments, "--report", str(report))
    assert (result.exit_code, "1 recorded" in result.stdout, "orders.amount" in result.stdout) == (
        1,
        True,
        True,
    )
    assert "orders.amount" in report.read_text(encoding="utf-8")


def test_a_dry_run_writes_nothing(run, order, tmp_path):
    arguments = write(tmp_path, "1,2026-01-01,10,ayse@example.org\n")
    assert json_of(run("import", *arguments, "--dry-run", "--json"))["new"] == 1
    assert "What would happen" in run("import", *arguments, "--dry-run").stdout
    assert json_of(run("import", *arguments, "--json"))["recorded"] == 1


def test_a_first_mapping_is_guessed_printed_or_kept(run, tmp_path):
    path = tmp_path / "müşteriler.csv"
    path.write_text("Müşteri No;E-posta\n1;a@example.org\n", encoding="utf-8")
    printed = run("import", str(path), "--guess", database=None)
    assert 'customer.email = "E-posta"' in printed.stdout
    kept = tmp_path / "m.toml"
    assert run("import", str(path), "--guess", "--mapping", str(kept), database=None).exit_code == 0
    assert kept.read_text(encoding="utf-8") == printed.stdout
    assert run("import", str(path), "--guess", "--mapping", str(kept), database=None).exit_code == 2
    assert run("import", str(path), "--mapping", str(kept)).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "database", "exit_code"),
    [
        (["bogus"], None, 2),
        (["facts"], None, 2),
        (["facts", "x@example.org"], None, 3),
        (["facts", "x@example.org"], "mysql://nowhere", 3),
        (["facts", "x@example.org"], "postgresql+psycopg://postgres@127.0.0.1:1/x", 4),
        (["import", "missing.csv"], "sqlite://", 2),
        (["import", "missing.csv", "--mapping", "missing.toml"], "sqlite://", 2),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(arguments, database, exit_code):
    given = ["--plugins", ""] if database is None else ["--plugins", "", "--database", database]
    result = CliRunner().invoke(program, [*given, *arguments])
    assert result.exit_code == exit_code
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_an_error_tells_no_personal_data(run):
    result = run("customers", "show", "secret.person@example.org")
    assert (result.exit_code, "secret" in result.output) == (2, False)


def test_the_reference_names_every_command_and_option():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    context = program.make_context("ecrm", ["--version"], resilient_parsing=True)
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        parts = [command, *getattr(command, "commands", {}).values()]
        assert f"`ecrm {name}`" in page
        for part in parts:
            options = [option for parameter in part.params for option in parameter.opts if option.startswith("--")]
            assert [option for option in options if f"`{option}" not in page] == []
