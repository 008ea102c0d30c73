"""What was said of consent before there was a ledger is on it after the upgrade."""

from __future__ import annotations

import re
from pathlib import Path

from ecrm import CRM, events
from ecrm.consent.projecting import consent_projection
from ecrm.consent.rebuilding import rebuild_ledger
from ecrm.database import migrating
from ecrm.database.metadata import METADATA
from ecrm.interactions.tables.facts import FACT
from story import AYSE, MEHMET

REVISION = Path(migrating.__file__).parent / "migrations" / "versions" / "0003_consent_privacy_messages.py"
MADE_BY_0003 = set(re.findall(r'op.create_table\(\s*"(\w+)"', REVISION.read_text(encoding="utf-8")))


def forget(crm):
    with crm.database.write() as transaction:
        for table in ("ecrm_consent", "ecrm_consent_void", "ecrm_suppression"):
            transaction.run(f"DELETE FROM {table}")  # noqa: S608


def rebuilt(crm):
    core = crm._core
    return rebuild_ledger(crm.database, consent_projection(core.kit.now), core._settings_of)


def test_the_ledger_comes_out_of_the_log_as_it_was(crm, clock):
    crm.consent.grant(AYSE, "marketing", "email", method="checkbox")
    clock.advance(hours=1)
    crm.consent.withdraw(AYSE, "marketing", "sms")
    wrong = crm.consent.grant(MEHMET, "marketing")
    crm.void(wrong, because="a mistake")
    crm.for_shop("outlet").consent.grant(AYSE, "surveys")
    crm.record(events.EmailBounced(customer=AYSE, channel="email", is_hard=True, source_id="b1"))
    before = crm.consent.history(AYSE), crm.consent.history(MEHMET), crm.consent.suppressed(AYSE)
    forget(crm)
    assert crm.consent.history(AYSE) == []
    assert rebuilt(crm) == 5
    assert (crm.consent.history(AYSE), crm.consent.history(MEHMET), crm.consent.suppressed(AYSE)) == before
    assert len(crm.for_shop("outlet").consent.history(AYSE)) == 1
    assert rebuilt(crm) == 5
    assert crm.consent.history(AYSE) == before[0]


def test_an_upgrade_of_a_database_without_a_ledger_fills_it(bare_sqlite_url, clock):
    with CRM(bare_sqlite_url, clock=clock, plugins=[]) as crm:
        crm.consent.withdraw(AYSE, "surveys")
        with crm.database.write() as transaction:
            for table in sorted(MADE_BY_0003 | {name for name in METADATA.tables if name.startswith("ecrm_survey")}):
                transaction.run(f"DROP TABLE {table}")
            for column in [one.name for one in FACT.columns]:
                if column.startswith(("surveys_", "nps_", "csat_", "ces_")):
                    transaction.run(f"ALTER TABLE ecrm_fact DROP COLUMN {column}")
            transaction.run("DROP INDEX ecrm_interaction_survey_ix")
            transaction.run("UPDATE ecrm_version SET version_num = '0002'")
    with CRM(bare_sqlite_url, clock=clock, plugins=[]) as crm:
        crm.upgrade()
        assert not crm.consent.decide(AYSE, "surveys").is_allowed
