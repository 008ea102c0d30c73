"""What plugins contribute is collected, and checked when a CRM starts: a mistake names the plugin."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import pytest

from ecrm import CRM, SetupError, events
from ecrm.hookspecs import (
    Behaviour,
    Channel,
    Command,
    Condition,
    Fact,
    Need,
    Panel,
    QuestionKind,
    Reaction,
    Service,
    Setting,
    Source,
    Tables,
    Timer,
    WebPage,
    hookimpl,
)
from ecrm.registry import Owned, collect


@events.kind
class GiftWrapped(events.Event):
    NAME: ClassVar[str] = "Gift Wrapped"


@events.kind
class GiftWrappedToo(events.Event):
    NAME: ClassVar[str] = "Gift Wrapped"


class Till:
    """A service."""


def nothing(*_):
    return ()


def count(name, how="count", **more):
    return Fact(name, "integer", "gifts", "Gifts there were.", how, **more)


def keeping(*facts):
    return Reaction("keep_gifts", nothing, keeps=facts)


def plugin(name="acme", **hooks):
    def asked(records):
        return hookimpl(lambda _: records)

    body = {f"register_{hook}": asked(records) for hook, records in hooks.items()}
    return type("Acme", (), {"name": name, **body})()


def test_nothing_is_contributed_by_no_plugin():
    found = collect([])
    assert (found.followers, found.facts, found.tables, found.contact) == ((), {}, {}, {})
    assert len(found.kinds) == len(events.Kinds.core())


def test_what_plugins_contribute_is_collected_with_whose_it_is():
    greet, remind = Reaction("greet", nothing), Timer("remind", nothing)
    till = Service(Till, nothing)
    source = Source("till", pull=nothing)
    found = collect(
        [
            plugin(
                event_kinds=[GiftWrapped],
                facts=[count("acme.gifts"), count("acme.wishes", "kept")],
                reactions=[greet, keeping("acme.wishes")],
                timers=[remind],
                sources=[source],
                services=[till],
                settings=[Setting("hours", "integer", "How long.", default=4)],
                conditions=[Condition("is_giver", "Gives gifts.", nothing)],
                channels=[Channel("pigeon", "handle", nothing)],
                commands=[Command("gifts", "acme.commands:gifts")],
                panels=[Panel("gifts", "Gifts", "acme.panels:gifts")],
                question_kinds=[QuestionKind("wish", "A wish.", nothing)],
                behaviours=[Behaviour("referred", "They brought a friend.", ["Friend Referred"])],
                pages=[WebPage("gifts", "acme.pages:gifts")],
                needs=[Need("json", "ecrm[json]")],
            ),
            plugin("other", facts=[]),
        ]
    )
    assert found.kinds["Gift Wrapped"] is GiftWrapped
    assert found.reactions["greet"] == Owned("acme", greet)
    assert found.timers["remind"].plugin == found.sources["till"].plugin == found.channels["pigeon"].plugin == "acme"
    assert found.services[Till].record is till
    assert found.conditions["is_giver"].plugin == found.panels["gifts"].plugin == found.commands["gifts"].plugin
    assert found.question_kinds["wish"].plugin == found.behaviours["referred"].plugin == "acme"
    assert [fact.name for fact in found.facts["acme"]] == ["acme.gifts", "acme.wishes"]
    assert [setting.name for setting in found.settings["acme"]] == ["hours"]
    assert [page.path for page in found.pages["acme"]] == ["gifts"]
    assert "other" not in found.facts
    assert found.counts("acme")["facts"] == 2
    assert found.counts("other") == {}


NAMED = {
    "condition": ("conditions", Condition("same", "Is it.", nothing)),
    "reaction": ("reactions", Reaction("same", nothing)),
    "timer": ("timers", Timer("same", nothing)),
    "source": ("sources", Source("same", pull=nothing)),
    "channel": ("channels", Channel("same", "email", nothing)),
    "command": ("commands", Command("same", "acme:same")),
    "panel": ("panels", Panel("same", "Same", "acme:same")),
    "behaviour": ("behaviours", Behaviour("same", "The same.", ["Gift Wrapped"])),
    "question kind": ("question_kinds", QuestionKind("same", "The same.", nothing)),
}


@pytest.mark.parametrize(("what", "hook", "record"), [(what, *rest) for what, rest in NAMED.items()], ids=NAMED)
def test_a_name_that_two_plugins_share_names_both(what, hook, record):
    with pytest.raises(SetupError, match=f"plugins acme and other both have a {what} same: rename one"):
        collect([plugin(**{hook: [record]}), plugin("other", **{hook: [record]})])


@pytest.mark.parametrize(("what", "hook", "record"), [(what, *rest) for what, rest in NAMED.items()], ids=NAMED)
def test_a_name_that_is_there_twice_in_a_plugin_is_told(what, hook, record):
    with pytest.raises(SetupError, match=f"acme has the {what} same twice"):
        collect([plugin(**{hook: [record, record]})])


@pytest.mark.parametrize(
    ("hook", "records"),
    [
        ("settings", [Setting("hours", "integer", "How long."), Setting("hours", "text", "How long.")]),
        ("pages", [WebPage("gifts", "acme:one"), WebPage("gifts", "acme:two")]),
        ("facts", [count("acme.gifts"), count("acme.gifts", "days")]),
    ],
)
def test_a_setting_page_or_fact_that_is_there_twice_is_told(hook, records):
    with pytest.raises(SetupError, match=r"plugin acme has the .* twice"):
        collect([plugin(**{hook: records})])


def test_plugins_may_have_settings_of_the_same_name():
    setting = Setting("hours", "integer", "How long.")
    assert set(collect([plugin(settings=[setting]), plugin("other", settings=[setting])]).settings) == {"acme", "other"}


def test_a_service_that_two_plugins_offer_names_both():
    with pytest.raises(SetupError, match="service Till is offered twice, by acme and other"):
        collect([plugin(services=[Service(Till, nothing)]), plugin("other", services=[Service(Till, nothing)])])


@pytest.mark.parametrize("name", ["Order Completed", "Gift Wrapped"])
def test_a_kind_under_the_name_of_another_is_refused(name):
    fake = type("Fake", (GiftWrapped,), {"NAME": name})
    with pytest.raises(SetupError, match="plugin acme: Fake"):
        collect([plugin(event_kinds=[GiftWrapped, fake])])


def test_a_kind_of_two_plugins_names_both():
    with pytest.raises(SetupError, match="plugins acme and other both have an event 'Gift Wrapped'"):
        collect([plugin(event_kinds=[GiftWrapped]), plugin("other", event_kinds=[GiftWrappedToo])])


def test_a_kind_that_two_plugins_share_is_one_kind():
    shared = collect([plugin(event_kinds=[GiftWrapped]), plugin("other", event_kinds=[GiftWrapped])])
    assert shared.kinds["Gift Wrapped"] is GiftWrapped


FACTS = {
    "without the plugin's name": (lambda: [count("gifts.count")], "must begin with the plugin's name"),
    "without a unit": (lambda: [Fact("acme.gifts", "integer", "", "Gifts.", "count")], "unit"),
    "that can not be counted": (lambda: [Fact("acme.gifts", "text", "gifts", "Gifts.", "count")], "can not be counted"),
    "kept by nobody": (lambda: [count("acme.gifts", "kept")], "no reaction keeps the fact acme.gifts"),
}


@pytest.mark.parametrize(("facts", "said"), FACTS.values(), ids=FACTS)
def test_a_fact_that_can_not_be_is_refused(facts, said):
    acme = type("Acme", (), {"register_facts": hookimpl(lambda _: facts())})()
    with pytest.raises(SetupError, match=f"plugin acme.*{said}"):
        collect([acme])


@pytest.mark.parametrize("fact", ["orders.count", "orders.spent.try", "attributes.size"])
def test_a_fact_of_the_core_stays_the_cores(fact):
    name = fact.partition(".")[0]
    with pytest.raises(SetupError, match=f"plugin {name}: the fact {fact} is the core's"):
        collect([plugin(name, facts=[count(fact)])])


@pytest.mark.parametrize("facts", [[], [count("acme.gifts")]])
def test_a_reaction_that_keeps_what_is_no_kept_fact_is_refused(facts):
    with pytest.raises(SetupError, match=r"plugin acme: a reaction keeps acme\.gifts"):
        collect([plugin(facts=facts, reactions=[keeping("acme.gifts")])])


def test_a_module_that_is_not_installed_names_what_pip_is_given():
    missing = plugin(needs=[Need("no_such_module_of_acme", "ecrm[acme]")], facts=[count("wrong.too")])
    with pytest.raises(SetupError, match=r'plugin acme needs no_such_module_of_acme: pip install "ecrm\[acme\]"'):
        collect([missing])


@pytest.mark.parametrize("module", ["no_such_module_of_acme.inner", "json.no_such", ".relative"])
def test_a_part_of_a_module_that_is_not_installed_is_missing_too(module):
    with pytest.raises(SetupError, match="pip install"):
        collect([plugin(needs=[Need(module, "acme")])])


def test_what_a_plugin_needs_is_looked_at_before_it_is_asked_for_the_rest():
    class Acme:
        @hookimpl
        def register_needs(self):
            return [Need("no_such_module_of_acme", "ecrm[acme]")]

        @hookimpl
        def register_tables(self):
            raise ImportError

    with pytest.raises(SetupError, match="pip install"):
        collect([Acme()])


def test_a_source_can_not_take_the_name_of_the_shop():
    with pytest.raises(SetupError, match="plugin acme has a source called shop"):
        collect([plugin(sources=[Source("shop", pull=nothing)])])


def test_a_kind_of_question_that_is_called_like_one_of_the_core_is_told():
    with pytest.raises(SetupError, match="plugin acme: the question kind nps is the core's: rename it"):
        collect([plugin(question_kinds=[QuestionKind("nps", "Ours.", nothing)])])


WRONG_RECORDS = {
    "a behaviour of no event": lambda: Behaviour("referred", "They brought a friend.", []),
    "a behaviour whose events are one text": lambda: Behaviour("referred", "They brought a friend.", "Friend Referred"),
    "a behaviour that is counted already": lambda: Behaviour("returned", "They sent it back.", ["Parcel Returned"]),
    "a reaction without a function": lambda: Reaction("greet", None),
    "a timer without a function": lambda: Timer("remind", None),
    "a condition without a function": lambda: Condition("is_giver", "Gives.", None),
    "a source that brings nothing": lambda: Source("till"),
    "a source that verifies and does not translate": lambda: Source("till", verify=nothing),
    "a pull that is no function": lambda: Source("till", pull=7),
    "a form nobody reads": lambda: Source("till", pull=nothing, form="xml"),
    "a pull every second": lambda: Source("till", pull=nothing, every=dt.timedelta(seconds=1)),
    "an age that is a number": lambda: Reaction("greet", nothing, max_age=7),
    "a deadline of an hour": lambda: Reaction("greet", nothing, deadline_s=3_600),
    "a deadline that is none": lambda: Timer("remind", nothing, deadline_s=True),
    "kinds that are one text": lambda: Reaction("greet", nothing, kinds="Signed Up"),
    "a name with blanks": lambda: Reaction("say hello", nothing),
    "a setting of a type of its own": lambda: Setting("hours", "float", "How long."),
    "a setting that says nothing": lambda: Setting("hours", "integer", " "),
    "a secret with a default": lambda: Setting("key", "secret", "The key.", default="x" * 20),
    "a default of another type": lambda: Setting("hours", "integer", "How long.", default="4"),
    "a secret that may be short": lambda: Setting("key", "secret", "The key.", least_length=4),
    "a command that is no import string": lambda: Command("gifts", "acme.commands"),
    "tables that are no collection": lambda: Tables([]),
    "a service that is no class": lambda: Service("Till", nothing),
    "a question kind that checks nothing": lambda: QuestionKind("wish", "A wish.", None),
    "a question kind whose options nothing checks": lambda: QuestionKind("wish", "A wish.", nothing, "options"),
    "a question kind whose field is no import string": lambda: QuestionKind("wish", "A wish.", nothing, field="wish"),
}


@pytest.mark.parametrize("record", WRONG_RECORDS.values(), ids=WRONG_RECORDS)
def test_a_record_that_can_not_be_names_the_plugin_and_says_what_to_give(record):
    acme = type("Acme", (), {"register_reactions": hookimpl(lambda _: [record()])})()
    with pytest.raises(SetupError, match=r"plugin acme failed in register_reactions: \w+: (give|use|say|a secret)"):
        collect([acme])


def test_a_crm_with_a_bad_plugin_does_not_start(tmp_path):
    with pytest.raises(SetupError):
        CRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[plugin(facts=[count("gifts.count")])])
    assert not (tmp_path / "crm.db").exists()
