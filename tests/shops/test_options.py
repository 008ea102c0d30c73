"""What a shop sets for a plugin is typed, kept for the shop, and its secrets are sealed and rotate."""

from __future__ import annotations

import json
import logging
import tempfile

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from ecrm import CRM, ConflictError, InvalidError, NotFoundError, SetupError
from ecrm.database import Database
from ecrm.database.migrating import make_tables
from ecrm.hookspecs import Setting, hookimpl
from ecrm.shops.keyring import Keyring
from ecrm.shops.options import Options
from ecrm.shops.tables import OPTION
from ecrm.testing import FrozenClock

KEY, NEW_KEY = (Fernet.generate_key().decode() for _ in range(2))
FIRST, SECOND, THIRD = (f"{word} horse battery" for word in ("correct", "second", "third"))


class Trendyol:
    """A plugin with settings of every type."""

    name = "trendyol"

    @hookimpl
    def register_settings(self):
        return [
            Setting("seller_id", "text", "Who sells."),
            Setting("hours", "integer", "How long.", default=4),
            Setting("share", "number", "How much.", default=0.5),
            Setting("is_live", "boolean", "Whether it is.", default=False),
            Setting("api_secret", "secret", "The key."),
        ]


class Older(Trendyol):
    """The same plugin, which took texts for hours."""

    @hookimpl
    def register_settings(self):
        return [Setting("hours", "text", "How long."), Setting("gone", "text", "What was.")]


class Plain:
    """A plugin without secrets."""

    @hookimpl
    def register_settings(self):
        return [Setting("hours", "integer", "How long.")]


@pytest.fixture
def opened(database_url, clock):
    """Open CRMs on one database."""
    held = []

    def opened(*, secrets=None, plugins=(Trendyol, Plain), **more):
        crm = CRM(database_url, plugins=plugins, secrets={"settings": KEY} if secrets is None else secrets,
                  clock=clock, **more)  # fmt: skip
        held.append(crm)
        return crm

    yield opened
    for crm in held:
        crm.close()


@pytest.fixture
def crm(opened):
    return opened()


def secrets_of(crm, shop="main"):
    return crm._core.options.secrets(shop, "trendyol", "api_secret")


def stored(crm):
    with crm.database.read() as transaction:
        return [tuple(row)[:4] for row in transaction.core(OPTION.select().order_by("shop", "plugin", "name"))]


def test_a_shop_that_set_nothing_has_defaults_and_no_secret(crm):
    assert crm.plugins.settings("trendyol") == {
        "seller_id": None, "hours": 4, "share": 0.5, "is_live": False, "api_secret": None,
    }  # fmt: skip
    assert secrets_of(crm) == ()


def test_what_is_set_is_kept_for_the_shop_and_the_rest_left(crm, opened):
    crm.plugins.configure("trendyol", seller_id="123", hours=7)
    shown = crm.plugins.configure("trendyol", is_live=True, api_secret=FIRST)
    assert shown == {"seller_id": "123", "hours": 7, "share": 0.5, "is_live": True, "api_secret": "…"}
    again = opened()
    assert again.plugins.settings("trendyol") == shown
    assert again._core.options.settings("main", "trendyol") == {
        "seller_id": "123", "hours": 7, "share": 0.5, "is_live": True,
    }  # fmt: skip
    assert again.for_shop("outlet").plugins.settings("trendyol")["hours"] == 4
    assert secrets_of(again) == (FIRST,)
    assert secrets_of(again, "outlet") == ()


def test_a_secret_is_sealed_where_it_is_kept(crm):
    crm.plugins.configure("trendyol", api_secret=FIRST)
    ((_, _, name, value),) = stored(crm)
    assert name == "api_secret"
    assert "horse" not in json.dumps(value)


@pytest.mark.parametrize(
    "bad",
    [
        {"hours": "7"},
        {"hours": 7, "share": "much"},
        {"colour": "red"},
        {"api_secret": "swordfish"},
        {"seller_id": None},
    ],
)
def test_a_value_that_can_not_be_is_refused_and_nothing_set(crm, bad):
    with pytest.raises(InvalidError) as caught:
        crm.plugins.configure("trendyol", **bad)
    assert "swordfish" not in str(caught.value)
    assert stored(crm) == []


def test_a_plugin_that_is_not_there_has_no_settings(crm):
    for ask in (crm.plugins.configure, crm.plugins.settings, crm.plugins.rotate, crm.plugins.reseal):
        with pytest.raises(NotFoundError, match="no plugin acme: it has trendyol, plain"):
            ask("acme")
    with pytest.raises(NotFoundError):
        crm.plugins.retire("acme", "api_secret")


def test_a_secret_without_a_key_to_seal_it_is_refused(opened):
    crm = opened(secrets={})
    crm.plugins.configure("trendyol", hours=7)
    with pytest.raises(SetupError, match="generate_key"):
        crm.plugins.configure("trendyol", hours=8, api_secret=FIRST)
    assert crm.plugins.settings("trendyol")["hours"] == 7


def test_a_rotated_secret_is_active_beside_its_former_value_until_that_retires(crm):
    crm.plugins.configure("trendyol", api_secret=FIRST)
    crm.plugins.rotate("trendyol", api_secret=SECOND)
    assert secrets_of(crm) == (SECOND, FIRST)
    crm.plugins.rotate("trendyol", api_secret=SECOND)
    assert secrets_of(crm) == (SECOND, FIRST)
    crm.plugins.rotate("trendyol", api_secret=THIRD)
    assert secrets_of(crm) == (THIRD, SECOND)
    crm.plugins.retire("trendyol", "api_secret")
    assert secrets_of(crm) == (THIRD,)
    crm.plugins.configure("trendyol", api_secret=FIRST)
    assert secrets_of(crm) == (FIRST,)


def test_only_a_secret_that_is_set_rotates(crm):
    with pytest.raises(ConflictError, match=r"trendyol\.api_secret"):
        crm.plugins.rotate("trendyol", api_secret=FIRST)
    with pytest.raises(ConflictError):
        crm.plugins.retire("trendyol", "api_secret")
    with pytest.raises(InvalidError, match="it is no secret"):
        crm.plugins.rotate("trendyol", hours=7)
    with pytest.raises(InvalidError):
        crm.plugins.rotate("trendyol", api_secret="swordfish")  # noqa: S106 - it opens nothing
    with pytest.raises(InvalidError, match="no such setting"):
        crm.plugins.retire("trendyol", "colour")


def test_a_shops_own_secret_goes_before_the_hosts(opened):
    crm = opened(secrets={"settings": KEY, "trendyol.api_secret": [SECOND, THIRD]})
    assert secrets_of(crm) == (SECOND, THIRD)
    assert crm.plugins.settings("trendyol").get("api_secret") == "…"
    crm.plugins.configure("trendyol", api_secret=FIRST)
    assert secrets_of(crm) == (FIRST,)
    assert secrets_of(crm, "outlet") == (SECOND, THIRD)
    assert crm.plugins.forget("trendyol", "api_secret") == ("api_secret",)
    assert secrets_of(crm) == (SECOND, THIRD)


def test_secrets_are_sealed_anew_so_that_the_old_key_can_go(opened):
    opened().plugins.configure("trendyol", api_secret=FIRST, hours=7)
    both = opened(secrets={"settings": [NEW_KEY, KEY]})
    both.plugins.rotate("trendyol", api_secret=SECOND)
    assert both.plugins.reseal("trendyol") == 2
    assert both.plugins.reseal("plain") == 0
    new = opened(secrets={"settings": NEW_KEY})
    assert secrets_of(new) == (SECOND, FIRST)
    assert new.plugins.settings("trendyol")["hours"] == 7
    with pytest.raises(SetupError, match="can not be opened"):
        secrets_of(opened(secrets={"settings": KEY}))


def test_what_is_forgotten_has_its_default_again(crm):
    crm.plugins.configure("trendyol", seller_id="123", hours=7, api_secret=FIRST)
    assert crm.plugins.forget("trendyol", "hours", "colour") == ("hours",)
    assert crm.plugins.settings("trendyol")["hours"] == 4
    assert crm.plugins.forget("trendyol") == ("api_secret", "seller_id")
    assert secrets_of(crm) == ()
    assert stored(crm) == []


def test_options_of_a_plugin_that_is_gone_stay_until_they_are_forgotten(crm, opened):
    crm.plugins.configure("trendyol", hours=7)
    crm.plugins.configure("plain", hours=8)
    without = opened(plugins=[Plain])
    without.upgrade()
    without.plugins.configure("plain", hours=9)
    assert [row[1:] for row in stored(without)] == [("plain", "hours", 9), ("trendyol", "hours", 7)]
    assert without.plugins.forget("trendyol") == ("hours",)
    assert [row[1] for row in stored(without)] == ["plain"]


def test_what_an_older_plugin_took_and_this_one_does_not_gives_way_to_the_default(opened, caplog):
    opened(plugins=[Older]).plugins.configure("trendyol", hours="long", gone="away")
    crm = opened()
    with caplog.at_level(logging.WARNING, "ecrm.plugins"):
        assert crm.plugins.settings("trendyol")["hours"] == 4
    assert "trendyol.hours" in caplog.text
    assert "long" not in caplog.text
    assert len(stored(crm)) == 2


def test_what_another_program_sets_is_seen_after_half_a_minute(crm, opened, clock):
    other = opened()
    assert crm.plugins.settings("trendyol")["hours"] == 4
    other.plugins.configure("trendyol", hours=7)
    assert crm.plugins.settings("trendyol")["hours"] == 4
    clock.advance(seconds=31)
    assert crm.plugins.settings("trendyol")["hours"] == 7


def test_shops_that_set_a_plugin_up_are_known(crm, opened, clock):
    options = crm._core.options
    assert options.shops_with("trendyol") == ()
    crm.for_shop("outlet").plugins.configure("trendyol", hours=7)
    crm.for_shop("depot").plugins.configure("trendyol", hours=7)
    assert options.shops_with("trendyol") == ("depot", "outlet")
    opened().plugins.configure("trendyol", hours=9)
    assert options.shops_with("trendyol") == ("depot", "outlet")
    clock.advance(seconds=31)
    assert options.shops_with("trendyol") == ("depot", "main", "outlet")


def test_a_host_that_gives_all_secrets_has_set_up_its_default_shop(opened):
    crm = opened(secrets={"trendyol.api_secret": FIRST}, shop="store")
    assert [*crm._core.options.shops_with("trendyol")] == ["store"]
    assert [*crm._core.options.shops_with("plain")] == ["store"]


def test_a_source_knows_the_shops_that_have_its_plugin_on(crm, clock):
    keys = crm._core.keys_of("trendyol")
    crm.plugins.configure("trendyol", api_secret=FIRST, hours=7)
    crm.for_shop("outlet").plugins.configure("trendyol", hours=8)
    assert sorted(keys.shops()) == ["main", "outlet"]
    crm.for_shop("outlet").plugins.switch_off("trendyol")
    assert [*keys.shops()] == ["main"]
    assert keys.secrets("main", "api_secret") == (FIRST,)
    assert keys.settings("main")["hours"] == 7
    assert "api_secret" not in keys.settings("main")
    assert keys.now() == clock()
    assert repr(keys) == "<Keys of trendyol>"


def test_secrets_are_shown_nowhere(crm):
    crm.plugins.configure("trendyol", api_secret=FIRST)
    assert secrets_of(crm) == (FIRST,)
    core = crm._core
    for shown in (core, core.options, core.keys_of("trendyol"), crm.plugins, crm):
        assert "horse" not in repr(shown)
        assert "horse" not in repr(vars(shown))


WORDS = st.sampled_from([FIRST, SECOND, THIRD])
STEPS = st.one_of(
    st.tuples(st.sampled_from(["configure", "rotate"]), WORDS), st.tuples(st.sampled_from(["retire", "forget"]))
)


def expected(held, step, word=None):
    """Say what is active after a step, by the rules alone."""
    if step == "configure":
        return [word]
    if step == "forget":
        return []
    if step == "retire":
        return held[:1]
    return held if not held or held[0] == word else [word, held[0]]


@given(st.lists(STEPS, max_size=8))
def test_at_most_two_values_are_active_and_the_newest_is_first(steps):
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/crm.db")
        make_tables(database, ["ecrm_option"])
        declared = {"acme": (Setting("key", "secret", "The key."),)}
        options = Options(database, declared, Keyring({"settings": KEY}, declared), FrozenClock(), "main")
        held = []
        for step, *word in steps:
            call = {
                "configure": lambda word=word: options.configure("main", "acme", {"key": word[0]}),
                "rotate": lambda word=word: options.rotate("main", "acme", {"key": word[0]}),
                "retire": lambda: options.retire("main", "acme", "key"),
                "forget": lambda: options.forget("main", "acme", ["key"]),
            }[step]
            if held or step in {"configure", "forget"}:
                call()
            else:
                with pytest.raises(ConflictError):
                    call()
            held = expected(held, step, *word)
            assert options.secrets("main", "acme", "key") == tuple(held)
            assert len(held) <= 2
        database.close()
