"""Versions are read once: those that were live, and no more than are kept; a draft is read each time."""

from __future__ import annotations

from ecrm.surveys import Nps, Survey
from ecrm.surveys import versions as module
from ecrm.surveys.versions import Versions


def write(crm, title):
    crm.surveys.write(Survey("asked", title, [Nps("score", "How was it?")]))


def find(crm, versions, version=1, key="asked", shop="main"):
    with crm.database.read() as transaction:
        return versions.find(transaction, shop, key, version)


def test_a_draft_is_read_each_time_and_what_was_live_once(crm):
    versions = Versions([])
    write(crm, "One")
    assert find(crm, versions).title.said("en") == "One"
    write(crm, "Two")
    assert find(crm, versions).title.said("en") == "Two"
    crm.surveys.publish("asked")
    assert find(crm, versions) is find(crm, versions)
    assert find(crm, versions, shop="outlet") is None
    assert find(crm, versions, version=2) is None


def test_no_more_are_kept_than_may_be_and_the_one_asked_for_longest_ago_goes(crm, monkeypatch):
    monkeypatch.setattr(module, "_MOST_KEPT", 2)
    versions = Versions([])
    for number in range(3):
        write(crm, f"Title {number}")
        crm.surveys.publish("asked")
    first, second = find(crm, versions, 1), find(crm, versions, 2)
    assert find(crm, versions, 1) is first
    find(crm, versions, 3)
    assert find(crm, versions, 1) is first
    assert find(crm, versions, 2) is not second
    assert find(crm, versions, 2) == second
