"""The contract finds what is wrong: each broken channel makes the tests fail that are there for it."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ecrm.errors import SetupError, UnavailableError
from ecrm.hookspecs import Channel, Receipt, Setting, hookimpl
from ecrm.http import Response
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, FrozenLine, Loopback

KEY = "a key of sixteen or more"
REFUSED = "nobody@example.com"
LOG = logging.getLogger("pigeon")


def answer(request, _):
    """Be a loft of pigeons."""
    if request.headers.get("x-key") != KEY:
        return Response(401)
    if json.loads(request.body)["to"] == REFUSED:
        return Response(422)
    return Response.json({"id": "p-1"})


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


class Pigeon:
    """A channel that is right; those below are each wrong in one way."""

    name = "pigeon"
    more: dict = {}  # noqa: RUF012 - each channel says its own

    @hookimpl
    def register_settings(self):
        return [Setting("loft", "text", "Where they fly from."), Setting("key", "secret", "What opens the loft.")]

    @hookimpl
    def register_channels(self):
        return [Channel("pigeon", "email", self.deliver, deadline_s=0.8, is_repeatable=True, **self.more)]

    def deliver(self, messages, line):
        if not line.settings().get("loft"):
            message = "set loft"
            raise SetupError(message)
        key = line.secret("key")
        return (self.one(message, line, key) for message in messages)

    def one(self, message, line, key):
        if "@" not in message.to or any(letter < " " for letter in message.to):
            return Receipt("refused", reason="address")
        return self.receipt(self.ask(line, key, self.body(message)))

    def body(self, message):
        return {"to": message.to, "text": message.text, "key": str(message.id)}

    def ask(self, line, key, body, patience_s=0.4):
        raw = json.dumps(body).encode()
        request = urllib.request.Request(line.settings()["loft"], raw, {"x-key": key})  # noqa: S310 - our own
        try:
            with urllib.request.urlopen(request, timeout=patience_s) as got:  # noqa: S310 - our own
                return got.status, got.read(), None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b"", error.headers.get("retry-after")
        except urllib.error.URLError as error:
            return (0, b"", None) if isinstance(error.reason, ConnectionRefusedError) else (None, b"", None)
        except OSError:
            return None, b"", None

    def receipt(self, answered):
        status, raw, wait = answered
        if status == 429:
            return Receipt("delayed", reason="limit", wait_s=float(wait))
        if status == 422:
            return Receipt("refused", reason="address")
        if status == 0:
            return Receipt("delayed", reason="away")
        try:
            return Receipt("accepted", provider_id=json.loads(raw)["id"]) if status == 200 else Receipt("uncertain")
        except ValueError:
            return Receipt("uncertain")


def case_of(plugin, server):
    def arrived():
        bodies = [json.loads(one.body) for one in server.requests]
        return [Arrival(one["to"], one["text"], one.get("key")) for one in bodies if one["to"] != REFUSED]

    return ChannelCase(
        plugin, ["ayse@example.com", "mehmet@example.com"], arrived, {"loft": server.url}, {"key": KEY},
        bad=["nobody"], refused=REFUSED, nowhere={"loft": "http://127.0.0.1:9"}, server=server,
    )  # fmt: skip


class TestPigeon(ChannelContract):
    """A channel that is right."""

    @pytest.fixture
    def channel(self, server):
        return case_of(Pigeon(), server)


class GivesOneReceipt(Pigeon):
    def deliver(self, messages, line):
        return list(super().deliver(messages, line))[:1]


class SendsTwice(Pigeon):
    def one(self, message, line, key):
        super().one(message, line, key)
        return super().one(message, line, key)


class RaisesOnNoAddress(Pigeon):
    def one(self, message, line, key):
        receipt = super().one(message, line, key)
        if receipt.reason == "address":
            told = "no address"
            raise UnavailableError(told)
        return receipt


class SendsAnywhere(Pigeon):
    def one(self, message, line, key):
        return self.receipt(self.ask(line, key, self.body(message)))


class DelaysWhatIsRefused(Pigeon):
    def receipt(self, answered):
        receipt = super().receipt(answered)
        return Receipt("delayed", reason="other") if receipt.status == "refused" else receipt


class StopsAtARefusal(Pigeon):
    def deliver(self, messages, line):
        for receipt in super().deliver(messages, line):
            yield receipt
            if receipt.status == "refused":
                return


class WritesAscii(Pigeon):
    def body(self, message):
        return super().body(message) | {"text": message.text.encode("ascii", "replace").decode()}


class CountsTries(Pigeon):
    def body(self, message):
        return super().body(message) | {"key": f"{message.id}-{message.tries}"}


class GivesNoKey(Pigeon):
    def body(self, message):
        return {name: value for name, value in super().body(message).items() if name != "key"}


class GoesToNoWhereUnset(Pigeon):
    def deliver(self, messages, line):
        return (
            [Receipt("delayed", reason="account")]
            if not line.settings().get("loft")
            else super().deliver(messages, line)
        )


class RaisesWhereAway(Pigeon):
    def receipt(self, answered):
        if answered[0] == 0:
            told = "away"
            raise UnavailableError(told)
        return super().receipt(answered)


class SaysNothingOfAway(Pigeon):
    def receipt(self, answered):
        return Receipt("delayed", reason="other") if answered[0] == 0 else super().receipt(answered)


class DoesNotWait(Pigeon):
    def receipt(self, answered):
        return Receipt("delayed", reason="limit") if answered[0] == 429 else super().receipt(answered)


class RefusesAtFailure(Pigeon):
    def receipt(self, answered):
        return Receipt("refused", reason="other") if answered[0] == 500 else super().receipt(answered)


class BelievesSilence(Pigeon):
    def receipt(self, answered):
        return Receipt("accepted") if answered[0] is None else super().receipt(answered)


class BelievesAnything(Pigeon):
    def receipt(self, answered):
        return Receipt("accepted") if answered[0] == 200 else super().receipt(answered)


class WaitsForEver(Pigeon):
    def ask(self, line, key, body, patience_s=3):
        return super().ask(line, key, body, patience_s)


class LogsTheAddress(Pigeon):
    def one(self, message, line, key):
        LOG.debug("flying to %s", message.to)
        return super().one(message, line, key)


class LogsTheKey(Pigeon):
    def one(self, message, line, key):
        LOG.debug("opening with %s", key)
        return super().one(message, line, key)


ORDER, BAD = "test_each_message_gets_a_receipt_in_its_order", (
    "test_an_address_that_can_not_be_gets_a_receipt_and_fails_nobody_else"
)  # fmt: skip
REFUSAL, LETTERS = (
    "test_an_address_that_the_provider_refuses_fails_nobody_else", "test_every_letter_arrives_as_it_was_written",
)  # fmt: skip
AGAIN, UNSET = "test_one_that_is_handed_over_again_is_known_again", "test_a_shop_that_has_not_set_it_up_is_told_so"
SILENT = "test_nothing_secret_or_personal_is_in_logs_reprs_or_errors"
AWAY, WAITS = "test_a_provider_that_is_away_delays", "test_a_provider_that_asks_to_wait_is_waited_for"
FAILS, BREAKS = (
    "test_a_provider_that_fails_is_not_the_end_of_the_message",
    "test_a_line_that_breaks_after_the_message_leaves_it_uncertain",
)
GARBAGE, DEADLINE = (
    "test_an_answer_that_says_nothing_leaves_it_uncertain",
    "test_a_provider_that_is_silent_leaves_it_uncertain_within_the_deadline",
)
ALL = {ORDER, BAD, REFUSAL, LETTERS, AGAIN, UNSET, SILENT, AWAY, WAITS, FAILS, BREAKS, GARBAGE, DEADLINE}
BROKEN = {
    GivesOneReceipt: {ORDER, BAD, REFUSAL, AWAY},
    SendsTwice: {ORDER},
    RaisesOnNoAddress: {BAD, REFUSAL, SILENT},
    SendsAnywhere: {BAD},
    DelaysWhatIsRefused: {REFUSAL},
    StopsAtARefusal: {BAD, REFUSAL},
    WritesAscii: {LETTERS},
    CountsTries: {AGAIN},
    GivesNoKey: {AGAIN},
    GoesToNoWhereUnset: {UNSET},
    RaisesWhereAway: {AWAY},
    SaysNothingOfAway: {AWAY},
    DoesNotWait: {WAITS},
    RefusesAtFailure: {FAILS},
    BelievesSilence: {BREAKS, DEADLINE},
    BelievesAnything: {GARBAGE},
    WaitsForEver: {DEADLINE},
    LogsTheAddress: {SILENT},
    LogsTheKey: {SILENT},
}


def failing(plugin, tests):
    """Give which of these tests of the contract fail."""
    found = set()
    for name in sorted(tests):
        with Loopback(answer).open() as server:
            try:
                getattr(ChannelContract(), name)(ChannelStage(case_of(plugin(), server)))
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 - any failure is one
                found.add(name)
    return found


@pytest.mark.parametrize("plugin", BROKEN, ids=lambda one: one.__name__)
def test_a_broken_channel_makes_the_tests_fail_that_are_there_for_it(plugin):
    wanted = BROKEN[plugin]
    assert wanted <= failing(plugin, wanted)


def test_every_test_of_the_contract_is_proved_by_a_broken_channel():
    proved = set().union(*BROKEN.values())
    tests = {name for name in dir(ChannelContract) if name.startswith("test_")}
    assert tests - proved == {"test_it_does_what_the_contract_says", "test_nothing_to_deliver_gets_nothing"}
    assert proved == ALL


def test_a_contract_that_says_less_than_the_channel_does_fails(server):
    case = case_of(Pigeon(), server)
    for flag in ("reaches_out", "knows_addresses", "refuses_at_once"):
        contract = type("Contract", (ChannelContract,), {flag: False})()
        with pytest.raises(AssertionError, match=flag):
            contract.test_it_does_what_the_contract_says(ChannelStage(case))
    ChannelContract().test_it_does_what_the_contract_says(ChannelStage(case))


def test_a_contract_leaves_out_the_tests_of_a_provider_where_there_is_none():
    class Alone(ChannelContract):
        reaches_out = False

    assert Alone.test_a_provider_that_is_away_delays is None
    assert Alone.test_every_letter_arrives_as_it_was_written is not None


def test_a_line_has_what_the_shop_set_and_what_is_so_by_default():
    line = FrozenLine.of("email", {"sender": "shop@example.org"}, {"password": "correct horse"})
    assert (line.settings()["sender"], line.settings()["port"]) == ("shop@example.org", 587)
    assert line.secret("password") == "correct horse"
    assert "horse" not in repr(line)
    with pytest.raises(SetupError, match="inbound_key"):
        line.secret("inbound_key")
    with pytest.raises(SetupError, match="no setting colour"):
        FrozenLine.of("email", {"colour": "red"})


def test_a_loopback_is_silent_for_as_long_as_it_is_told(server):
    server.answer_next(0.2)
    began = time.monotonic()
    line = FrozenLine.of(Pigeon(), {"loft": server.url}, {"key": KEY})
    assert Pigeon().ask(line, KEY, {"to": "a@b"}, 3)[0] is None
    assert time.monotonic() - began > 0.15


def test_the_channel_of_the_how_to_keeps_the_contract(tmp_path):
    text = (Path(__file__).parents[3] / "docs" / "how-to" / "add-a-channel.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    (tmp_path / "test_how_to.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_how_to.py"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ECRM"))}
    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "15 passed" in done.stdout
