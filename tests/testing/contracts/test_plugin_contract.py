"""The contract finds what is wrong: each broken plugin makes the test fail that is there for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import sqlalchemy as sa

LINE = re.compile(r"^(PASSED|FAILED|ERROR) \S*::(\w+)::(\w+)\[sqlite\]", re.MULTILINE)
BROKEN = {
    "TestCounting": "test_what_is_told_twice_is_done_once test_the_same_question_has_the_same_answer"
    " test_the_way_it_is_told_does_not_matter",
    "TestFirstCome": "test_the_order_of_telling_does_not_matter",
    "TestRemembering": "test_replaying_what_was_seen_live_does_nothing test_the_same_question_has_the_same_answer",
    "TestRestless": "test_it_has_what_the_contract_says test_telling_all_of_it_again_later_does_nothing",
    "TestDoing": "test_a_rehearsal_changes_nothing",
    "TestChanging": "test_what_it_is_given_stays_as_it_is",
    "TestSlow": "test_every_answer_comes_in_time test_nothing_of_it_fails",
    "TestGarbling": "test_it_answers_with_effects test_nothing_of_it_fails",
    "TestSilent": "test_the_history_leads_to_every_reaction_and_timer",
    "TestFailing": "test_nothing_of_it_fails test_it_answers_with_effects"
    " test_the_crm_goes_on_without_it_and_takes_it_back",
    "TestChatty": "test_logs_prints_and_failures_name_nobody",
    "TestComplaining": "test_logs_prints_and_failures_name_nobody test_nothing_of_it_fails",
    "TestUnheard": "test_every_fact_is_known_of_somebody",
    "TestMoody": "test_merged_customers_have_the_facts_of_one test_customers_parted_again_are_as_if_never_merged",
    "TestUnused": "test_every_row_is_some_customers",
    "TestWordy": "test_whatever_can_hold_words_says_whose_they_are",
    "TestStaying": "test_every_row_is_some_customers",
    "TestClinging": "test_erasing_a_customer_leaves_no_row_of_theirs",
    "TestSweeping": "test_erasing_a_customer_leaves_no_row_of_theirs",
    "TestRaw": "test_what_is_exported_is_json",
    "TestUnfollowed": "test_it_has_what_the_contract_says",
    "TestAlwaysOn": "test_a_shop_that_has_it_off_is_left_alone",
    "TestCatchingUp": "test_switching_it_on_again_does_not_redo",
    "TestAlone": "test_merged_customers_have_the_facts_of_one",
    "TestUntold": "test_every_kind_of_question_is_tried",
    "TestUnasked": "test_it_has_what_the_contract_says",
    "TestFieldless": "test_what_renders_its_field_is_there",
    "TestTakingAll": "test_wrong_answers_are_refused test_wrong_options_are_refused",
    "TestCountingAnswers": "test_right_answers_are_taken_and_are_the_same_when_read_again"
    " test_an_answer_is_kept_on_the_timeline_as_it_was_checked",
    "TestShifting": "test_right_answers_are_taken_and_are_the_same_when_read_again",
    "TestRefusing": "test_right_answers_are_taken_and_are_the_same_when_read_again",
    "TestNothingGiven": "test_it_has_what_the_contract_says",
}
RIGHT = ("TestRight", "TestKeeping", "TestShades")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What became of each test of each broken plugin, in a project of its own."""
    project = tmp_path_factory.mktemp("project")
    (project / "test_broken.py").write_text(Path(__file__).with_name("broken.py").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    wanted = [f"test_broken.py::{contract}::{test}" for contract, tests in BROKEN.items() for test in tests.split()]
    wanted += [f"test_broken.py::{contract}" for contract in RIGHT]
    done = subprocess.run(
        [*command, "-p", "no:xdist", *wanted],
        cwd=project,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    found = defaultdict(lambda: defaultdict(set))
    for outcome, contract, test in LINE.findall(done.stdout):
        found[contract][outcome].add(test)
    assert found, done.stdout + done.stderr
    return found


@pytest.mark.parametrize("contract", BROKEN)
def test_a_broken_plugin_makes_the_tests_fail_that_are_there_for_it(outcomes, contract):
    failed = outcomes[contract]["FAILED"] | outcomes[contract]["ERROR"]
    assert set(BROKEN[contract].split()) <= failed


@pytest.mark.parametrize("contract", RIGHT)
def test_a_right_plugin_makes_none_fail(outcomes, contract):
    assert len(outcomes[contract]["PASSED"]) > 20
    assert not outcomes[contract]["FAILED"] | outcomes[contract]["ERROR"]


def run_right(tmp_path, **environment):
    """Run one test of a right plugin on PostgreSQL, in a project that says where that is, or does not."""
    text = Path(__file__).with_name("broken.py").read_text(encoding="utf-8")
    (tmp_path / "test_broken.py").write_text(text.replace('databases = ("sqlite",)', ""), encoding="utf-8")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ECRM"))}
    wanted = "test_broken.py::TestRight::test_working_again_does_nothing"
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-p", "no:randomly", wanted]
    done = subprocess.run(
        command, cwd=tmp_path, env=surroundings | environment, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_it_runs_on_the_postgresql_database_that_is_named_and_leaves_nothing_there(tmp_path, bare_postgresql_url):
    assert "2 passed" in run_right(tmp_path, ECRM_TEST_POSTGRESQL=bare_postgresql_url)
    engine = sa.create_engine(bare_postgresql_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        schemas = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE left(nspname, 4) = 'ecrm'")
        assert schemas.fetchall() == []


def test_where_no_postgresql_is_named_it_says_so(tmp_path):
    said = run_right(tmp_path)
    assert "1 passed, 1 skipped" in said
    assert "set ECRM_TEST_POSTGRESQL" in said


def test_it_needs_no_hypothesis():
    program = "import sys, ecrm.testing.contracts; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_names_that_are_not_there_are_missed():
    from ecrm import testing

    with pytest.raises(AttributeError, match="Nothing"):
        testing.Nothing  # noqa: B018 - it is looked for
