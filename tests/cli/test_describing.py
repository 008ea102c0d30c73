"""The command line prints the document of what a host mounts."""

from __future__ import annotations

import json

from click.testing import CliRunner

from ecrm.cli.program import program


def run(url, *arguments):
    return CliRunner().invoke(program, ["--database", url, "openapi", *arguments])


def test_the_document_is_printed(sqlite_url):
    done = run(sqlite_url, "--url", "https://shop.example/ecrm")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert document["servers"] == [{"url": "https://shop.example/ecrm"}]
    assert "/webhooks/standard_webhooks" in document["paths"]


def test_a_mount_that_can_not_be_is_named(sqlite_url):
    assert run(sqlite_url, "--mount", "v1").exit_code == 2
    missing = run(sqlite_url, "--mount", "v1=nowhere.at:All")
    assert (missing.exit_code, "v1" in missing.stderr) == (3, True)
