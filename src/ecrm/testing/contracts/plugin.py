"""The contract of a plugin: what every plugin keeps, ours and others'. Subclass it and give one fixture."""

from __future__ import annotations

from typing import Any

from ecrm.privacy.declared import undeclared
from ecrm.testing.contracts.asking import Asking
from ecrm.testing.contracts.purity import Purity
from ecrm.testing.contracts.repetition import Repetition
from ecrm.testing.contracts.rows import Rows
from ecrm.testing.contracts.stage import Stage
from ecrm.testing.contracts.upkeep import Upkeep

__all__ = ["PluginContract"]

_FLAGS = {"reactions": "has_reactions", "timers": "has_timers", "facts": "has_facts", "tables": "has_tables",
          "question_kinds": "has_questions"}  # fmt: skip


class PluginContract(Repetition, Purity, Rows, Asking, Upkeep):
    """Test a plugin. A subclass, called `Test…`, gives the fixture `plugin`, and says what the plugin has.

    Further fixtures may be given: `history` (what happens to two people or more, oldest first; by default two rounds
    of each kind the plugin names), `plugin_settings` (what a shop sets for it, secrets too) and `questions` (a
    `QuestionCase` for each kind of question it brings).

    Attributes:
        has_reactions: Whether it brings reactions.
        has_timers: Whether it brings timers.
        has_facts: Whether it brings facts.
        has_tables: Whether it brings tables; then `use` puts rows into them.
        has_questions: Whether it brings kinds of questions; then there is the fixture `questions`.
        databases: On which kinds of database the tests run.
        settles_in: After how long nothing of the history is to come any more; a month.
    """

    has_reactions: bool = True
    has_timers: bool = False
    has_facts: bool = False
    has_tables: bool = False
    has_questions: bool = False

    def __init_subclass__(cls, **given: Any) -> None:
        """Leave out the tests of questions where it brings none."""
        super().__init_subclass__(**given)
        for name, test in vars(Asking).items():
            if name.startswith("test_") and name not in vars(cls):
                setattr(cls, name, test if cls.has_questions else None)

    def test_it_has_what_the_contract_says(self, stage: Stage) -> None:
        """So that nothing of it goes untested, silently."""
        brought = stage.contributions.records[stage.name]
        for hook, flag in _FLAGS.items():
            has = bool(brought.get(f"register_{hook}"))
            words = hook.replace("_", " ")
            assert has == getattr(self, flag), f"the plugin brings {'' if has else 'no '}{words}: say {flag} = {has}"

    def test_whatever_can_hold_words_says_whose_they_are(self, stage: Stage) -> None:
        """Fields of its event kinds and columns of its tables: personal and what for, or not."""
        tables = stage.contributions.tables.get(stage.name)
        kinds = stage.contributions.records[stage.name].get("register_event_kinds", ())
        silent = ", ".join(undeclared(kinds, () if tables is None else tables.metadata.sorted_tables))
        advice = "annotate a field as events.Prose or events.Label, give a column info=personal(…) or impersonal()"
        assert not silent, f"nothing says whether {silent} is personal: {advice}"

    def test_every_fact_is_known_of_somebody(self, stage: Stage) -> None:
        """With its unit and what it means, under the plugin's name."""
        crm = stage.lived()
        known = {
            name for found in crm.customers.list(limit=500) for name, value in crm.facts(found.id).items() if value
        }
        silent = sorted(f"{fact.name} ({fact.unit})" for fact in stage.facts if fact.name not in known)
        assert not silent, f"the history leads to no value of {', '.join(silent)}: give one that does"
