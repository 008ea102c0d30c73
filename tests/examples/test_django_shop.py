"""The example shop on oscar: it starts with one command, its customers are known, and embedding takes few lines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from shopfronts import free_port, wait_for

EXAMPLE = Path(__file__).parents[2] / "examples" / "django_shop"


def added_lines():
    """Read the lines the README says embedding took, by file."""
    (shown,) = re.findall(r"```diff\n(.*?)```", (EXAMPLE / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    file, lines = "", []
    for line in shown.splitlines():
        if line.startswith("--- "):
            file = line.removeprefix("--- ")
        else:
            lines.append((file, line.removeprefix("+")))
    return lines


def test_embedding_takes_twelve_lines_at_most_and_the_readme_shows_them_all():
    lines = added_lines()
    assert 0 < len(lines) <= 12
    for file in ("shop/settings.py", "shop/urls.py"):
        text = (EXAMPLE / file).read_text(encoding="utf-8").split('"""', 2)[2]
        ours = [line for line in text.splitlines() if "ecrm" in line.lower()]
        assert ours == [line for name, line in lines if name == file]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The shop, started by its one command."""
    port = free_port()
    place = tmp_path_factory.mktemp("shop")
    around = os.environ | {"SHOP_DIRECTORY": str(place), "PYTHONWARNINGS": "ignore"}
    around.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, str(EXAMPLE / "run.py"), str(port)]
    with (place / "log").open("wb") as log, subprocess.Popen(command, env=around, stdout=log, stderr=log) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/", server, place / "log")
            yield f"http://127.0.0.1:{port}", place
        finally:
            server.send_signal(2)
            server.wait(timeout=30)


def opened(url, cookies=""):
    request = urllib.request.Request(url, headers={"cookie": cookies})  # noqa: S310 - on loopback
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - on loopback
        return answer.status, answer.headers.get_all("set-cookie") or []


def test_visit_over_the_wire_is_on_a_timeline_by_the_worker_that_runs_beside(address):
    url, place = address
    status, cookies = opened(f"{url}/catalogue/red-mug_1/")
    assert status == 200
    (ours,) = [cookie for cookie in cookies if cookie.startswith("ecrm_visitor=")]
    assert "HttpOnly" in ours
    opened(f"{url}/search/?q=blue", ours.partition(";")[0])
    assert seen_within(place, {"Product Viewed", "Products Searched"}, wait_s=30)


def seen_within(place, wanted, wait_s):
    from ecrm import CRM

    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        with CRM(f"sqlite:///{place / 'db.ecrm.sqlite3'}", plugins=[]) as crm:
            for customer in crm.customers.list():
                if {one.kind for one in crm.timeline(customer.id)} == wanted:
                    return True
        time.sleep(0.2)
    return False


def test_unknown_webhook_and_forged_link_have_their_answers_over_the_wire(address):
    url, _ = address
    for path, status in (("/crm/webhooks/nobody", 404), ("/crm/unsubscribe/forged", 410)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            opened(url + path)
        caught.value.close()
        assert caught.value.code == status
