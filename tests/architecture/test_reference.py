"""The reference names everything a shop can use: hooks, events, facts, errors and settings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import attrs
import pluggy
import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = re.compile(r"\bECRM_[A-Z][A-Z_]*\b")


def codes_in(page: str) -> set[str]:
    text = (ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8")
    return set(re.findall(r"`([^`\n]+)`", text))


def assert_named(names: Iterable[str], page: str) -> None:
    wanted = set(names)
    assert wanted, f"found nothing that {page}.md should name: is this test looking in the right place?"
    missing = sorted(wanted - codes_in(page))
    assert not missing, f"docs/reference/{page}.md does not name {missing}; write each one in backticks"


def test_every_hook_is_in_the_reference():
    from ecrm import hookspecs

    plugins = pluggy.PluginManager("ecrm")
    plugins.add_hookspecs(hookspecs.Hooks)
    assert_named((name for name in vars(plugins.hook) if not name.startswith("_")), "hooks")


def test_every_event_is_in_the_reference_by_its_class_and_its_wire_name():
    from ecrm import events

    kinds = [
        kind
        for kind in vars(events).values()
        if inspect.isclass(kind) and issubclass(kind, events.Event) and getattr(kind, "NAME", "")
    ]
    assert_named({kind.__name__ for kind in kinds} | {kind.NAME for kind in kinds}, "events")


def test_every_fact_is_in_the_reference():
    from ecrm.interactions.model.fact import FACTS

    assert_named((fact.name for fact in FACTS), "facts")


def test_every_error_is_in_the_reference():
    from ecrm import errors

    assert_named(
        (
            name
            for name, value in vars(errors).items()
            if inspect.isclass(value) and issubclass(value, errors.EcrmError)
        ),
        "errors",
    )


def test_every_parameter_of_the_crm_is_in_the_reference():
    from ecrm import CRM

    assert_named(parameters_of(CRM), "settings")


def test_every_setting_of_a_shop_is_in_the_reference():
    from ecrm.shops.model import Settings

    assert_named((field.name for field in attrs.fields(Settings)), "settings")


def test_every_effect_is_in_the_reference():
    from ecrm import effects

    named = {name.split("(")[0] for name in codes_in("reactions")}
    assert set(effects.__all__) - {"Effect"} <= named


def test_every_record_a_hook_returns_is_in_the_reference():
    from ecrm import hookspecs

    records = {name for name in hookspecs.__all__ if attrs.has(getattr(hookspecs, name))}
    assert_named(records - {"Contact", "Delivery", "Move", "Page", "Refusal", "Regrouping"}, "hooks")


def test_every_channel_webhook_and_setting_of_ours_is_in_the_reference():
    from ecrm.plugins import BUILT_IN
    from ecrm.registry import collect

    found = collect(sorted(BUILT_IN))
    sources = {name: owned for name, owned in found.sources.items() if owned.record.verify is not None}
    ours = {owned.plugin for owned in (*found.channels.values(), *sources.values())}
    settings = {one.name for plugin in ours for one in found.settings.get(plugin, ())}
    assert_named({*found.channels, *sources, *settings}, "channels")


def test_everything_a_survey_is_made_of_is_in_the_reference():
    from ecrm.surveys import model
    from ecrm.surveys.library import READY
    from ecrm.surveys.model.kinds import KINDS

    kinds = {kind.__name__ for kind in KINDS.values()} | {"PluginQuestion"}
    conditions = {name for name in model.__all__ if hasattr(getattr(model, name), "WORD")}
    assert len(conditions) == 9
    assert_named({*KINDS, *kinds, *conditions, *READY}, "surveys")


def test_every_environment_variable_is_in_the_reference():
    sources = (ROOT / "src").rglob("*.py")
    read = {name for path in sources for name in ENVIRONMENT.findall(path.read_text(encoding="utf-8"))}
    assert_named(read, "settings")


@pytest.mark.parametrize("page", ["settings"])
def test_the_reference_names_no_environment_variable_that_nothing_reads(page):
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = {name for code in codes_in(page) for name in ENVIRONMENT.findall(code)}
    assert sorted(name for name in named if name not in source) == []


def parameters_of(function):
    return [name for name in inspect.signature(function).parameters if name != "self"]
