from __future__ import annotations

import datetime as dt
import json

import pytest

from ecrm.errors import InvalidError
from ecrm.http import Request
from ecrm.signatures import signature, standard_key, standard_text
from ecrm.testing import FrozenClock, FrozenCRM, FrozenLine, SourceCase, SourceContract

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SET = {"sender": "a provider"}
ID = "019b76da-a800-7000-8000-000000000001"


def body_of(kind, **data):
    return json.dumps({"type": kind, "timestamp": NOW.isoformat(), "data": data}).encode()


def told(status, **more):
    return body_of(f"message.{status}", channel="sms", to="+905321112233", message_id=ID, **more)


WRITTEN = body_of("message.received", id="in-1", channel="chat", text="Nerede?", **{"from": "ayse@example.com"})


def hook(body, secrets, prefix="webhook", at=NOW):
    # Like the API of Svix, with what a rotation adds.
    id_, stamp = f"msg_{abs(hash(body))}", str(int(at.timestamp()))
    try:
        made = signature(standard_key(secrets["secret"]), standard_text(id_, stamp, body))
    except InvalidError:
        made = "forged"
    shown = {"id": id_, "timestamp": stamp, "signature": f"v1a,other v1,AAAA v1,{made}"}
    return Request("POST", "/webhooks/x", body, {f"{prefix}-{name}": value for name, value in shown.items()})


@pytest.fixture
def crm(tmp_path):
    url, secrets = f"sqlite:///{tmp_path / 'crm.db'}", {"standard_webhooks.secret": KEY}
    with FrozenCRM(url, plugins=["standard_webhooks"], secrets=secrets, clock=FrozenClock(NOW)) as opened:
        opened.plugins.configure("standard_webhooks", **SET)
        yield opened


class TestContract(SourceContract):
    """The sender signs the bytes. The contract's new secrets are no base64, so that rotation is tested below."""

    test_both_secrets_count_during_a_rotation_and_the_old_one_not_after = None

    @pytest.fixture
    def source(self):
        bodies, people = [told("delivered"), WRITTEN], ["+905321112233", "Nerede"]
        return SourceCase("standard_webhooks", {"secret": KEY}, SET, bodies=bodies, sign=hook, personal=people)


def test_both_secrets_count_during_a_rotation_and_the_old_one_not_after(tmp_path):
    new = "whsec_" + "bmV3" * 8
    for place, (active, wanted) in enumerate((([new, KEY], 200), ([new], 401))):
        url, secrets = f"sqlite:///{tmp_path / f'{place}.db'}", {"standard_webhooks.secret": active}
        with FrozenCRM(url, plugins=["standard_webhooks"], secrets=secrets, clock=FrozenClock(NOW)) as crm:
            crm.plugins.configure("standard_webhooks", **SET)
            answers = [crm.receive("standard_webhooks", hook(WRITTEN, {"secret": key})).status for key in (new, KEY)]
        assert answers == [200, wanted]


def kept(crm, *bodies, prefix="webhook"):
    for body in bodies:
        assert crm.receive("standard_webhooks", hook(body, {"secret": KEY}, prefix)).status == 200
    crm.work()
    return [*crm.timeline("+905321112233"), *crm.timeline("ayse@example.com")]


@pytest.mark.parametrize("prefix", ["webhook", "svix"])
def test_what_became_of_a_message_belongs_to_it(crm, prefix):
    [event] = kept(crm, told("bounced", reason="address", is_hard=True, provider_id="p-1"), prefix=prefix)
    assert (event.kind, event.channel) == ("Message Bounced", "sms")
    wanted = {"message_id": ID, "is_hard": True, "reason": "address", "provider_id": "p-1"}
    assert wanted.items() <= event.properties.items()


def test_an_open_is_weak_whoever_tells_it(crm):
    [event] = kept(crm, told("opened"))
    assert event.properties["automated"] is True


def test_what_a_customer_writes_is_on_the_timeline_once(crm):
    [event] = kept(crm, WRITTEN, WRITTEN)
    assert (event.kind, event.properties["text"]) == ("Message Received", "Nerede?")


@pytest.mark.parametrize("kind", ["message.eaten", "order.placed", "delivered"])
def test_another_type_is_rejected(crm, kind):
    assert kept(crm, body_of(kind, channel="sms", to="+905321112233")) == []
    assert len(crm.inbox.rejected()) == 1


@pytest.mark.parametrize(("minutes", "wanted"), [(4, 200), (-4, 200), (6, 401), (-6, 401)])
def test_what_is_too_old_or_too_new_is_refused(crm, minutes, wanted):
    at = NOW + dt.timedelta(minutes=minutes)
    assert crm.receive("standard_webhooks", hook(WRITTEN, {"secret": KEY}, at=at)).status == wanted


def test_a_secret_that_is_none_is_refused():
    with pytest.raises(InvalidError):
        FrozenLine.of("standard_webhooks", {}, {"secret": "a secret of sixteen or more"})
