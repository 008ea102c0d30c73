from __future__ import annotations

import datetime as dt
import itertools

import pytest

from ecrm import CRM
from ecrm.database.server import FileState, ServerState, network_of
from ecrm.hookspecs import Setting, hookimpl
from ecrm.readiness import examine_readiness, judge_clocks, judge_file, judge_server
from story import visited

GIB = 1024**3
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
LOCAL = FileState(journal="wal", version=(3, 40, 1), size_bytes=GIB, free_bytes=9 * GIB, network=None)


def machine():
    return dt.datetime.now(dt.UTC)


def bad(findings):
    return {one.name: one.detail for one in findings if not one.is_good}


def server(version=150004, encoding="UTF8", *, is_standby=False, **settings):
    return ServerState(version, encoding, DURABLE | settings, is_standby)


def test_a_shop_that_is_set_up_lacks_nothing(crm):
    crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY", language="tr")
    assert bad(one for one in examine_readiness(crm, machine) if one.name != "free disk") == {}


def test_a_shop_that_is_not_set_up_is_told_what_to_set(crm):
    told = bad(examine_readiness(crm, machine))["shop"]
    assert all(f"--{name}" in told for name in ("country", "zone", "currency"))
    crm.shop.configure(country="TR", currency="TRY")
    assert bad(examine_readiness(crm, machine))["shop"] == "set them: `ecrm shop --zone …`"


def test_a_row_that_nobody_receives_tells_that_no_worker_runs(crm, clock):
    crm.emit(visited())
    assert "worker" not in bad(examine_readiness(crm, machine))
    clock.advance(minutes=2)
    assert "ecrm work" in bad(examine_readiness(crm, machine))["worker"]
    crm.work()
    assert "worker" not in bad(examine_readiness(crm, machine))


def test_a_row_that_waits_in_the_shops_own_file_counts_too(tmp_path, clock):
    url, shop = f"sqlite:///{tmp_path / 'crm.db'}", f"sqlite:///{tmp_path / 'shop.db'}"
    with CRM(url, host=shop, clock=clock) as crm:
        crm.emit(visited())
        clock.advance(minutes=2)
        assert "worker" in bad(examine_readiness(crm, machine))


class Signed:
    """A plugin that needs a secret, and can do without a text."""

    name = "signed"

    @hookimpl
    def register_settings(self):
        return [Setting("key", "secret", "What is signed."), Setting("title", "text", "What it is called.")]


def test_a_plugin_without_its_secret_is_named_until_it_has_it_or_is_off(database_url):
    with CRM(database_url, plugins=[Signed()]) as crm:
        assert "signed.key" in bad(examine_readiness(crm, machine))["secrets"]
        assert "signed.title" not in bad(examine_readiness(crm, machine))["secrets"]
        crm.plugins.switch_off("signed")
        assert "secrets" not in bad(examine_readiness(crm, machine))
    with CRM(database_url, plugins=[Signed()], secrets={"signed.key": "correct horse battery staple"}) as crm:
        crm.plugins.switch_on("signed")
        assert "secrets" not in bad(examine_readiness(crm, machine))


def test_the_clock_of_the_database_is_compared(postgresql_url):
    with CRM(postgresql_url) as crm:
        assert "clock" not in bad(examine_readiness(crm, machine))
        ahead = bad(examine_readiness(crm, lambda: machine() + dt.timedelta(seconds=30)))["clock"]
        assert "behind this machine" in ahead


@pytest.mark.parametrize(("skew_s", "is_good"), [(-2.1, False), (-1.9, True), (0, True), (2, True), (2.1, False)])
def test_clocks_may_be_two_seconds_apart(skew_s, is_good):
    assert judge_clocks(dt.timedelta(seconds=skew_s)).is_good is is_good


def test_a_slow_answer_is_no_skew(postgresql_url):
    # The machine's clock is asked before and after: half of what passed between is the answer's way.
    asked = itertools.count()
    with CRM(postgresql_url) as crm:
        start = machine()
        told = examine_readiness(crm, lambda: start + dt.timedelta(seconds=(-3, 3)[next(asked) % 2]))
        assert "clock" not in bad(told)


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (server(version=120022), "database"),
        (server(is_standby=True), "database"),
        (server(encoding="SQL_ASCII"), "encoding"),
        (server(fsync="off"), "durability"),
        (server(synchronous_commit="off"), "durability"),
        (server(full_page_writes="off"), "durability"),
    ],
)
def test_a_server_that_would_lose_something_is_named(state, name):
    assert set(bad(judge_server(state))) == {name}


@pytest.mark.parametrize("commit", ["on", "local", "remote_write", "remote_apply"])
def test_a_server_that_keeps_its_word_is_good(commit):
    assert bad(judge_server(server(version=130000, synchronous_commit=commit))) == {}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"journal": "delete"}, "journal"),
        ({"version": (3, 34, 1)}, "database"),
        ({"network": "nfs4"}, "file system"),
        ({"free_bytes": GIB - 1}, "free disk"),
        ({"size_bytes": 10 * GIB}, "free disk"),
    ],
)
def test_a_file_that_is_in_danger_is_named(change, name):
    import attrs

    assert set(bad(judge_file(attrs.evolve(LOCAL, **change)))) == {name}
    assert bad(judge_file(LOCAL)) == {}


def test_a_file_on_the_network_is_known_by_the_deepest_mount_it_lies_on(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "disk / ext4 rw 0 0\nserver:/x /mnt/my\\040share nfs4 rw 0 0\nloop /mnt/my\\040share/local ext4 rw 0 0\n",
        encoding="utf-8",
    )
    from pathlib import Path

    assert network_of(Path("/mnt/my share/crm.db"), mounts) == "nfs4"
    assert network_of(Path("/mnt/my share/local/crm.db"), mounts) is None
    assert network_of(Path("/srv/crm.db"), mounts) is None
    assert network_of(Path("/srv/crm.db"), tmp_path / "none") is None
