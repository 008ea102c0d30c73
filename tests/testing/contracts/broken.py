"""Small plugins, each wrong in one way, under the contract; run by `test_plugin_contract`, not collected itself."""

# ruff: noqa: ARG002, ARG005 - a plugin takes what it is given, whether it looks at it or not
from __future__ import annotations

import datetime as dt
import itertools
import logging
import time

import attrs
import pytest
import sqlalchemy as sa

from ecrm import InvalidError
from ecrm.composition import Core
from ecrm.database.types import Id, Key
from ecrm.effects import Keep, Note, SetTimer, Tag
from ecrm.hookspecs import Fact, Follower, QuestionKind, Reaction, Tables, Timer, hookimpl
from ecrm.reactions.parts import Acted
from ecrm.reactions.reacting import Reactor
from ecrm.testing import PluginContract, QuestionCase

GIFT = "Gift Sent"


class Contract(PluginContract):
    databases = ("sqlite",)
    settles_in = dt.timedelta(days=2)


class Plugin:
    """A plugin with one reaction, which is right."""

    name = "gifts"
    more: dict = {}  # noqa: RUF012 - each plugin says its own

    @hookimpl
    def register_reactions(self):
        return [Reaction("gifts", self.react, kinds=[GIFT], **self.more)]

    def react(self, interaction, ask):
        return [Tag("gifted")]


class TestRight(Contract):
    @pytest.fixture
    def plugin(self):
        return Plugin


class Counting(Plugin):
    def __init__(self):
        self.count = itertools.count()

    def react(self, interaction, ask):
        return [Tag(f"gift-{next(self.count)}")]


class TestCounting(Contract):
    @pytest.fixture
    def plugin(self):
        return Counting


class FirstCome(Plugin):
    def __init__(self):
        self.first = {}

    def react(self, interaction, ask):
        first = self.first.setdefault(interaction.profile_id, interaction.source_id)
        return [Tag("gifted"), Tag(f"first-{first}", name="first")]


class TestFirstCome(Contract):
    @pytest.fixture
    def plugin(self):
        return FirstCome


class Remembering(Plugin):
    def __init__(self):
        self.seen = set()

    def react(self, interaction, ask):
        is_known, _ = interaction.id in self.seen, self.seen.add(interaction.id)
        return [Note("again", name="again")] if is_known else [Tag("gifted")]


class TestRemembering(Contract):
    @pytest.fixture
    def plugin(self):
        return Remembering


class Restless(Plugin):
    """Its timer sets itself again and again, a moment ago."""

    @hookimpl
    def register_timers(self):
        return [Timer("gifts_again", self.again)]

    def react(self, interaction, ask):
        return [SetTimer("gifts_again", str(interaction.profile_id), at=interaction.at + dt.timedelta(days=1))]

    def again(self, due, ask):
        return [Note("again"), SetTimer("gifts_again", due.key, at=due.due_at + dt.timedelta(hours=20))]


class TestRestless(Contract):
    has_timers = False

    @pytest.fixture
    def plugin(self):
        return Restless


class Doing(Plugin):
    def react(self, interaction, ask):
        with ask._library.database.write() as transaction:
            transaction.run("UPDATE ecrm_interaction SET channel = channel || '!'")
        return [Tag("gifted")]


class TestDoing(Contract):
    @pytest.fixture
    def plugin(self):
        return Doing


class Changing(Plugin):
    def react(self, interaction, ask):
        interaction.properties["number"] = 2
        return [Tag("gifted")]


class TestChanging(Contract):
    @pytest.fixture
    def plugin(self):
        return Changing


class Slow(Plugin):
    more = {"deadline_s": 0.05}  # noqa: RUF012 - as above

    def react(self, interaction, ask):
        time.sleep(0.15)
        return [Tag("gifted")]


class TestSlow(Contract):
    @pytest.fixture
    def plugin(self):
        return Slow


class Garbling(Plugin):
    def react(self, interaction, ask):
        return ["gifted"]


class TestGarbling(Contract):
    @pytest.fixture
    def plugin(self):
        return Garbling


class Silent(Plugin):
    def react(self, interaction, ask):
        return []


class TestSilent(Contract):
    @pytest.fixture
    def plugin(self):
        return Silent


class Failing(Plugin):
    def react(self, interaction, ask):
        raise KeyError("number")


class TestFailing(Contract):
    @pytest.fixture
    def plugin(self):
        return Failing


class Chatty(Plugin):
    def react(self, interaction, ask):
        logging.getLogger("gifts").debug("a gift for %s", ask.customer().name)
        return [Tag("gifted")]


class TestChatty(Contract):
    @pytest.fixture
    def plugin(self):
        return Chatty


class Complaining(Plugin):
    def react(self, interaction, ask):
        raise InvalidError.of("gift", f"{ask.customer().name} has no address")


class TestComplaining(Contract):
    @pytest.fixture
    def plugin(self):
        return Complaining


class Unheard(Plugin):
    @hookimpl
    def register_facts(self):
        return [Fact("gifts.weight", "number", "kg", "What gifts weighed.", "sum", [GIFT], field="weight")]


class TestUnheard(Contract):
    has_facts = True

    @pytest.fixture
    def plugin(self):
        return Unheard


class Moody(Plugin):
    """It keeps how often it was asked."""

    more = {"keeps": ["gifts.mood"]}  # noqa: RUF012 - as above

    def __init__(self):
        self.count = itertools.count(1)

    @hookimpl
    def register_facts(self):
        return [Fact("gifts.mood", "integer", "points", "How content they are.", "kept")]

    def react(self, interaction, ask):
        return [Keep("gifts.mood", next(self.count))]


class TestMoody(Contract):
    has_facts = True

    @pytest.fixture
    def plugin(self):
        return Moody


def gifts_table():
    columns = sa.Column("profile_id", Id, primary_key=True), sa.Column("customer_id", Id, nullable=False)
    return sa.Table("ecrm_gifts_given", sa.MetaData(), sa.Column("shop", Key, primary_key=True), *columns)


class Keeping(Plugin):
    """It has a table, whose rows follow."""

    follower = Follower.by_profile("ecrm_gifts_given")

    def __init__(self):
        self.table = gifts_table()

    @hookimpl
    def register_tables(self):
        return [Tables(self.table.metadata)]

    @hookimpl
    def register_followers(self):
        return [self.follower]


class KeepingContract(Contract):
    has_tables = True

    def use(self, crm, customers):
        table = gifts_table()
        for customer in customers:
            profile = crm.customers.identities(customer.id)[0].profile_id
            with crm.database.write() as transaction:
                row = {"shop": crm.shop.key, "profile_id": profile, "customer_id": customer.id}
                transaction.core(table.insert().values(**row))


class TestKeeping(KeepingContract):
    @pytest.fixture
    def plugin(self):
        return Keeping


class Wordy(Keeping):
    """Nothing says whether what it notes of customers is personal."""

    def __init__(self):
        super().__init__()
        self.table.append_column(sa.Column("noted", sa.Text))


class TestWordy(KeepingContract):
    @pytest.fixture
    def plugin(self):
        return Wordy


class TestUnused(KeepingContract):
    def use(self, crm, customers):
        """Use nothing."""

    @pytest.fixture
    def plugin(self):
        return Keeping


class Staying(Keeping):
    follower = Follower("ecrm_gifts_given", lambda transaction, regrouping: None, "profile_id", "profile")


class TestStaying(KeepingContract):
    @pytest.fixture
    def plugin(self):
        return Staying


class Clinging(Keeping):
    follower = Follower("ecrm_gifts_given", Keeping.follower.follow, "profile_id", "profile", erase=lambda *_: 0)


class TestClinging(KeepingContract):
    @pytest.fixture
    def plugin(self):
        return Clinging


class Sweeping(Keeping):
    follower = Follower(
        "ecrm_gifts_given", Keeping.follower.follow, "profile_id", "profile",
        erase=lambda transaction, *_: transaction.run("DELETE FROM ecrm_gifts_given").rowcount,
    )  # fmt: skip


class TestSweeping(KeepingContract):
    @pytest.fixture
    def plugin(self):
        return Sweeping


class Raw(Keeping):
    follower = Follower(
        "ecrm_gifts_given", Keeping.follower.follow, "profile_id", "profile",
        export=lambda transaction, shop, ids: [{"profile_id": id_.bytes} for id_ in ids],
    )  # fmt: skip


class TestRaw(KeepingContract):
    @pytest.fixture
    def plugin(self):
        return Raw


class Unfollowed(Keeping):
    @hookimpl
    def register_followers(self):
        return []


class TestUnfollowed(KeepingContract):
    @pytest.fixture
    def plugin(self):
        return Unfollowed


class TestAlwaysOn(Contract):
    """The plugin is right, and the core does not ask whether it is on."""

    @pytest.fixture(autouse=True)
    def _is_on(self, monkeypatch):
        monkeypatch.setattr(Core, "is_on", lambda *_: True)

    @pytest.fixture
    def plugin(self):
        return Plugin


class TestCatchingUp(Contract):
    """The plugin is right, and the core lets what happens wait for a plugin that is off."""

    @pytest.fixture(autouse=True)
    def _waits(self, monkeypatch):
        react = Reactor.react

        def wait(self):
            return react(self) if self._parts.is_on("gifts", "on_again") else Acted()

        monkeypatch.setattr(Reactor, "react", wait)

    @pytest.fixture
    def plugin(self):
        return Plugin


class TestAlone(Contract):
    """The plugin is right, and the history is about one person."""

    @pytest.fixture
    def history(self):
        from ecrm import Who, events

        return [events.Custom(GIFT, {"number": 1}, customer=Who(user_id="canary-1"))]

    @pytest.fixture
    def plugin(self):
        return Plugin


def shade(answer, options):
    """Take a shade of grey, 0 to the most there is, as digits or a number."""
    number = int(answer)
    if not 0 <= number <= options["most"]:
        raise ValueError
    return number


def check_shades(options):
    """Take options that say how many shades there are."""
    if not isinstance(options.get("most"), int):
        raise InvalidError.of("most", "give a number")


class Shades(Plugin):
    """A plugin that brings a kind of question, which is right."""

    def kind(self):
        return QuestionKind("shade", "A shade.", check=shade, check_options=check_shades, field="json:dumps")

    @hookimpl
    def register_question_kinds(self):
        return [self.kind()]


class ShadesContract(Contract):
    has_questions = True

    @pytest.fixture
    def questions(self):
        case = {"options": {"most": 9}, "wrong_options": [{}, {"most": "many"}]}
        return [QuestionCase("shade", right=["7", 0], wrong=["grey", 10, [1]], **case)]


class TestShades(ShadesContract):
    @pytest.fixture
    def plugin(self):
        return Shades


class TestUntold(Contract):
    """The plugin is right, and nobody says which answers it takes."""

    has_questions = True

    @pytest.fixture
    def plugin(self):
        return Shades


class TestUnasked(Contract):
    """The plugin is right, and the contract does not know that it asks."""

    @pytest.fixture
    def plugin(self):
        return Shades


class TestFieldless(ShadesContract):
    """Its field is not there."""

    @pytest.fixture
    def plugin(self):
        return other(field="ecrm.surveys:nothing")


class TestTakingAll(ShadesContract):
    """It takes any answer and any option."""

    @pytest.fixture
    def plugin(self):
        return other(check=lambda answer, _: str(answer), check_options=lambda _: None)


class TestCountingAnswers(ShadesContract):
    """It keeps an answer in another way each time."""

    @pytest.fixture
    def plugin(self):
        count = itertools.count()
        return other(check=lambda answer, options: shade(answer, options) + next(count))


class TestShifting(ShadesContract):
    """It does not give its own result again."""

    @pytest.fixture
    def plugin(self):
        return other(check=lambda answer, options: min(shade(answer, options) + 1, 9))


class TestRefusing(ShadesContract):
    """It takes texts alone, and keeps numbers."""

    @pytest.fixture
    def plugin(self):
        def check(answer, options):
            if not isinstance(answer, str):
                raise TypeError
            return shade(answer, options)

        return other(check=check)


def other(**changes):
    """Make the plugin with a kind that differs."""
    kind = attrs.evolve(Shades().kind(), **changes)
    return type("Other", (Shades,), {"kind": lambda _: kind})


class TestNothingGiven(Contract):
    """Nobody says what is tested."""
