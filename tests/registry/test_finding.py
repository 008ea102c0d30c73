"""Plugins are built in, installed or given; each has a name, and one that can not be had says so."""

from __future__ import annotations

import logging
import sys
from types import ModuleType

import pytest

from ecrm import InvalidError, SetupError
from ecrm.hookspecs import hookimpl
from ecrm.registry import finding, load
from ecrm.registry.finding import find


class GiftWrap:
    @hookimpl
    def register_facts(self):
        return []


class Named(GiftWrap):
    name = "acme"


class Capital(GiftWrap):
    name = "Acme Ltd"


class Unready(GiftWrap):
    def __init__(self):
        raise KeyError("ayse@example.com")


class Leaving(GiftWrap):
    def __init__(self):
        sys.exit("ayse@example.com")


class Secretive(GiftWrap):
    @property
    def name(self):
        raise ZeroDivisionError


class Numbered(GiftWrap):
    name = 7


class Careful(GiftWrap):
    def __init__(self):
        raise InvalidError.of("paper", "choose one")


def make_gift_wrap():
    return Named()


def module(where, /, **names):
    made = ModuleType(where)
    vars(made).update(names)
    return made


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a distribution with one module and its entry points into a directory of the path."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(distribution, source, *entries, version="1.2"):
        module_name = distribution.replace("-", "_")
        (tmp_path / f"{module_name}.py").write_text(source, encoding="utf-8")
        info = tmp_path / f"{module_name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text("\n".join(["[ecrm]", *entries]), encoding="utf-8")
        monkeypatch.delitem(sys.modules, module_name, raising=False)

    return install


PLUGIN = """
from ecrm.hookspecs import hookimpl

@hookimpl
def register_facts():
    return []

class Plugin:
    @hookimpl
    def register_facts(self):
        return []

def make():
    return Plugin()
"""


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (GiftWrap(), "gift_wrap"),
        (GiftWrap, "gift_wrap"),
        (Named(), "acme"),
        (make_gift_wrap, "acme"),
        (Secretive(), "secretive"),
        (Numbered(), "numbered"),
        (module("acme.plugins.loyalty.plugin"), "loyalty"),
        (module("ecrm_trendyol"), "trendyol"),
        (module("acme_ecrm"), "acme"),
        (module("acme", NAME="points"), "points"),
        (module("acme", name="points"), "points"),
    ],
)
def test_a_plugin_is_called_as_it_says_or_as_its_class_or_module(given, name):
    assert [plugin.name for plugin in find([given])] == [name]


@pytest.mark.parametrize("given", [Capital(), module("9lives"), module("acme", NAME="x" * 32)])
def test_a_name_that_can_not_be_part_of_a_tables_is_refused(given):
    with pytest.raises(SetupError, match="lower-case"):
        find([given])


def test_two_plugins_of_one_name_are_refused():
    with pytest.raises(SetupError, match="two plugins are called gift_wrap"):
        find([GiftWrap(), GiftWrap()])


def test_one_name_where_a_list_is_wanted_is_refused():
    with pytest.raises(SetupError, match="list"):
        find("acme")


@pytest.mark.parametrize("given", [Unready, Leaving])
def test_a_class_that_can_not_be_made_is_named_and_what_it_said_is_not_repeated(given):
    with pytest.raises(SetupError, match=given.__name__.lower()) as caught:
        find([given])
    assert "ayse" not in str(caught.value)


def test_a_class_that_says_what_it_wants_is_heard():
    with pytest.raises(SetupError, match="plugin careful can not be imported: paper: choose one"):
        find([Careful])


def test_a_name_nobody_has_is_refused_and_the_known_ones_are_told(install):
    install("ecrm-gifts", PLUGIN, "gifts = ecrm_gifts")
    with pytest.raises(SetupError, match=r"no plugin gift\b.*gifts"):
        find(["gift"])


@pytest.mark.parametrize("entry", ["gifts = ecrm_gifts", "gifts = ecrm_gifts:Plugin", "gifts = ecrm_gifts:make"])
def test_an_installed_plugin_is_found_by_its_entry_point(install, entry):
    install("ecrm-gifts", PLUGIN, entry)
    (found,) = [plugin for plugin in find(None) if plugin.name == "gifts"]
    assert (found.origin, found.version) == ("installed", "1.2")
    assert find(["gifts"])[0].name == "gifts"
    assert find([]) == ()


def test_an_installed_plugin_that_says_its_name_is_called_so(install):
    install("ecrm-gifts", PLUGIN + "\nNAME = 'wrapping'\n", "gifts = ecrm_gifts")
    assert [plugin.name for plugin in find(["gifts"])] == ["wrapping"]


BROKEN = {
    "raises": ("raise KeyError('ayse@example.com')", "KeyError"),
    "exits": ("import sys; sys.exit('ayse@example.com')", "SystemExit"),
    "lacks": ("import no_such_module_of_acme", "no_such_module_of_acme"),
    "is wrong": ("def register(:", "SyntaxError"),
}


@pytest.mark.parametrize(("source", "said"), BROKEN.values(), ids=BROKEN)
def test_a_found_plugin_that_can_not_be_imported_is_a_warning_and_the_others_go_on(install, caplog, source, said):
    install("ecrm-broken", source, "broken = ecrm_broken")
    install("ecrm-gifts", PLUGIN, "gifts = ecrm_gifts")
    with caplog.at_level(logging.WARNING, "ecrm.plugins"):
        names = [plugin.name for plugin in find(None)]
    assert "gifts" in names
    assert "broken" not in names
    (record,) = caplog.records
    assert "broken" in record.getMessage()
    assert said in record.getMessage()
    assert "ayse" not in caplog.text


@pytest.mark.parametrize(("source", "said"), BROKEN.values(), ids=BROKEN)
def test_a_plugin_asked_for_by_name_that_can_not_be_imported_is_an_error(install, source, said):
    install("ecrm-broken", source, "broken = ecrm_broken")
    with pytest.raises(SetupError, match=said) as caught:
        find(["broken"])
    assert "broken" in str(caught.value)
    assert "ayse" not in str(caught.value)


def test_an_entry_point_of_two_distributions_is_refused(install):
    install("ecrm-gifts", PLUGIN, "gifts = ecrm_gifts")
    install("ecrm-presents", PLUGIN, "gifts = ecrm_presents")
    with pytest.raises(SetupError, match="ecrm-gifts and ecrm-presents"):
        find(["gifts"])
    with pytest.raises(SetupError, match="gifts"):
        find(None)


def test_built_in_plugins_are_found_and_may_be_named(monkeypatch, install):
    install("built-in-gifts", PLUGIN)
    monkeypatch.setattr(finding, "BUILT_IN", {"gifts": "built_in_gifts"})
    (found,) = [plugin for plugin in find(None) if plugin.name == "gifts"]
    assert found.origin == "built in"
    assert [plugin.name for plugin in find(["gifts"])] == ["gifts"]


def test_a_plugin_shows_nothing_of_its_object():
    assert "GiftWrap" not in repr(find([GiftWrap()])[0])


@pytest.mark.parametrize("where", ["no_such_module_of_acme:x", "ecrm.errors:NoSuchError"])
def test_an_import_string_of_nothing_says_whose_it_is(where):
    with pytest.raises(SetupError, match="the report of acme"):
        load(where, "the report of acme")
