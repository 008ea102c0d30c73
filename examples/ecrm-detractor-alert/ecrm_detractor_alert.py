"""Tells a shop's staff when somebody answers a survey from the worst band of its score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ecrm.effects import Effect, Interaction, Questions, Send
from ecrm.errors import InvalidError
from ecrm.hookspecs import Reaction, Setting, hookimpl
from ecrm.messages import Content, Transactional
from ecrm.surveys.scoring import SCALES

NAME = "detractor_alert"
_FRESH = dt.timedelta(days=2)


@hookimpl
def register_settings() -> list[Setting]:
    """Contribute what a shop may set."""
    about = "By which channel staff are told: notify, or call_task for a call that somebody is to make."
    return [Setting("channel", "text", about, default="notify", check=_check_channel)]


@hookimpl
def register_reactions() -> list[Reaction]:
    """Contribute what follows an answer: not one of last month, nor one that was imported."""
    return [Reaction("detractor_alert", alert, kinds=["Survey Answered"], max_age=_FRESH)]


def alert(interaction: Interaction, ask: Questions) -> Iterator[Effect]:
    """Tell staff of an answer from the worst band; whose it is, by an id that says nothing outside of the CRM."""
    told = interaction.properties
    scale, score = SCALES.get(str(told.get("kind"))), _whole(told.get("score"))
    if scale is None or score not in scale.values or scale.band_of(score) != scale.worst:
        return
    customer = ask.customer()
    said = f"{told['survey_id']}: {score} of {scale.values[-1]}. Customer {customer.id}, answer {interaction.id}."
    content = Content(text=said, subject="An unhappy customer")
    reason = f"an answer of the band {scale.worst}"
    yield Send(Transactional(purpose="service", content=content, reason=reason, channel=ask.options["channel"]))


def _whole(score: object) -> int:
    text = str(score)
    return int(text) if text.isdecimal() else -1


def _check_channel(value: str) -> None:
    if value not in {"notify", "call_task"}:
        raise InvalidError.of("channel", "give notify or call_task: these reach the shop's own people")
