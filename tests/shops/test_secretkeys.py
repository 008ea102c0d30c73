"""The keys that sign links and mark who was erased: the host's own, else one that is made once and kept."""

from __future__ import annotations

import threading

import pytest

from ecrm import CRM, InvalidError, SetupError
from ecrm.readiness import examine_readiness

OLD, NEW = "correct horse battery", "staple correct horse"


def keys_of(crm, use, shop="main"):
    return crm._core.keys.active(crm.database, shop, use)


@pytest.mark.parametrize("use", ["links", "erasure"])
def test_without_a_secret_of_the_host_a_key_is_made_once_and_kept(crm, database_url, use):
    (key,) = keys_of(crm, use)
    assert len(key) == 32
    with CRM(database_url, plugins=[]) as again:
        assert keys_of(again, use) == (key,)
    assert keys_of(crm, use, "outlet") != (key,)


def test_a_key_made_in_a_transaction_goes_with_it(crm):
    made = []

    def work():
        with crm.database.write() as transaction:
            made.append(crm._core.keys.active(transaction, "main", "links"))
            assert crm._core.keys.active(transaction, "main", "links") == made[0]
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert keys_of(crm, "links") != made[0]


def test_makers_at_the_same_time_end_with_one_key(database_url):
    with CRM(database_url, plugins=[]) as crm:
        found = []
        start = threading.Barrier(4)

        def make():
            start.wait()
            found.append(keys_of(crm, "links"))

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert len(set(found)) == 1


def test_the_hosts_secret_comes_before_what_is_kept(database_url):
    with CRM(database_url, plugins=[]) as crm:
        kept = {use: keys_of(crm, use) for use in ("links", "erasure")}
    secrets = {"links": [NEW, OLD], "erasure": OLD}
    with CRM(database_url, plugins=[], secrets=secrets) as crm:
        assert len(keys_of(crm, "links")) == 2
        assert kept["links"][0] not in keys_of(crm, "links")
        # Who was marked with the kept key stays known.
        assert keys_of(crm, "erasure")[1:] == kept["erasure"]
        assert keys_of(crm, "links")[1] != keys_of(crm, "erasure")[0]
        assert keys_of(crm, "links", "outlet")[0] != keys_of(crm, "links")[0]
        newest = keys_of(crm, "links")[0]
    with CRM(database_url, plugins=[], secrets={"links": NEW}) as crm:
        assert keys_of(crm, "links") == (newest,)
        assert NEW not in repr(crm._core.keys)


@pytest.mark.parametrize("secret", ["", "swordfish", [OLD, NEW, OLD], 7])
def test_a_secret_that_can_be_guessed_is_refused(bare_sqlite_url, secret):
    with pytest.raises(SetupError, match="secret links") as caught:
        CRM(bare_sqlite_url, plugins=[], secrets={"links": secret})
    assert "swordfish" not in str(caught.value)


def test_there_are_two_uses(crm):
    with pytest.raises(InvalidError, match="links, erasure"):
        keys_of(crm, "cookies")


def test_readiness_says_that_a_key_of_the_database_is_weaker(sqlite_url, clock):
    for secrets, said in ((None, '"links": "…", "erasure": "…"'), ({"links": OLD, "erasure": OLD}, "host's own")):
        with CRM(sqlite_url, plugins=[], secrets=secrets, clock=clock) as crm:
            found = {one.name: one.detail for one in examine_readiness(crm, clock)}
        assert said in found["keys"]
