"""Deliveries that were changed on their way: none is taken, none is an error of ours, none leaves a row.

`pytest tests/faults/test_mutated_deliveries.py --points 75` tries 10,500 of them.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
from urllib.parse import parse_qsl

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecrm.adapters.shopify import Shopify
from ecrm.adapters.woocommerce import WooCommerce
from ecrm.http import read_basic
from ecrm.plugins.ses.plugin import Ses
from ecrm.plugins.ses.sns import signed_text
from ecrm.signatures import signature, standard_key, standard_text
from ecrm.testing import FrozenClock, FrozenCRM
from plugins import test_mailgun as mailgun
from plugins import test_standard_webhooks as standard
from plugins.ses import test_ses as ses
from plugins.sms import test_twilio as twilio
from plugins.whatsapp import test_receiving as whatsapp
from storefronts import DOMAIN, SECRETS, WOO, shopify_hook, woo_hook

EACH = 20
NOTHING = {"waiting": 0, "done": 0, "rejected": 0}


def json_of(body):
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def whole_body(*names):
    """Give what a signature over the bytes covers, and itself."""
    return lambda request: (request.body, *(request.headers.get(name, "").strip() for name in names))


def of_standard(request):
    # Any entry of the list may be the right one: only whether it is there counts.
    id_, at, shown = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    right = signature(standard_key(standard.KEY), standard_text(id_, at, request.body))
    return request.body, id_, at, f"v1,{right}" in shown.split(" ")


def of_mailgun(request):
    held = json_of(request.body)
    signed = held.get("signature") if isinstance(held, dict) else None
    triple = (signed.get(name) for name in ("timestamp", "token", "signature")) if isinstance(signed, dict) else ()
    return tuple(map(str, triple))


def of_ses(request):
    held = json_of(request.body)
    who = read_basic(request.headers.get("authorization"))
    if not isinstance(held, dict):
        return who
    # What base64 says counts, not how it is spelt.
    try:
        shown = base64.b64decode(str(held.get("Signature")))
    except ValueError:
        shown = None
    return who, signed_text(held), shown, held.get("SignatureVersion")


def of_twilio(request):
    form = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return tuple(sorted(form)), request.headers.get("x-twilio-signature"), request.query.get("message")


def of_whatsapp(request):
    return request.body, request.headers.get("x-hub-signature-256", "").removeprefix("sha256=")


def made(source):  # noqa: PLR0911 - one for each source
    """Give deliveries of a source that are as they should be, and what of one is signed."""
    if source == "shopify":
        sent = [shopify_hook(topic) for topic in ("orders/create", "customers/redact", "carts/update")]
        return sent, whole_body("x-shopify-hmac-sha256", "x-shopify-shop-domain")
    if source == "woocommerce":
        return [woo_hook("order.created", WOO["order_01"])], whole_body("x-wc-webhook-signature")
    if source == "standard_webhooks":
        return [standard.hook(standard.WRITTEN, {"secret": standard.KEY})], of_standard
    if source == "mailgun":
        return [mailgun.hook(body, {"signing_key": mailgun.KEY}) for body in mailgun.BODIES], of_mailgun
    if source == "ses":
        return [ses.hook(body, {"webhook_key": ses.KEY}) for body in ses.BODIES], of_ses
    if source == "twilio":
        return [twilio.hook(body, {"token": twilio.TOKEN}) for body in (twilio.INBOUND,)], of_twilio
    return [whatsapp.hook(whatsapp.WRITTEN, whatsapp.SECRETS)], of_whatsapp


HELD = {
    **{f"shopify.{name}": value for name, value in SECRETS.items()},
    "woocommerce.secret": "a secret of woocommerce",
    "standard_webhooks.secret": standard.KEY,
    "mailgun.signing_key": mailgun.KEY,
    "ses.webhook_key": ses.KEY,
    "sms.token": twilio.TOKEN,
    **{f"whatsapp.{name}": value for name, value in whatsapp.SECRETS.items()},
}


@pytest.fixture(scope="module")
def crm(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('mutated') / 'crm.db'}"
    clock = FrozenClock(dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))
    plugins = [Shopify, WooCommerce, "standard_webhooks", "mailgun", Ses(ses.Amazon()), "sms", "whatsapp"]
    with FrozenCRM(url, plugins=plugins, secrets=HELD, clock=clock) as opened:
        given_ = {"shopify": {"domain": DOMAIN, "is_installed": False}, "woocommerce": {"url": "https://shop.example.com/"},
                  "standard_webhooks": standard.SET, "mailgun": mailgun.SET, "ses": ses.SET, "sms": twilio.SET,
                  "whatsapp": whatsapp.SET}  # fmt: skip
        for plugin, chosen in given_.items():
            opened.plugins.configure(plugin, **chosen)
        yield opened


texts = st.text(max_size=60) | st.sampled_from(["", "null", "\udcff", "ığü", "\0", "=", "v1,", "sha256=", "A" * 44])


@st.composite
def changed_bodies(draw, body):
    """Change bytes, or the encoding of all of them."""
    at, more = draw(st.integers(0, max(len(body) - 1, 0))), draw(st.binary(min_size=1, max_size=20))
    text = body.decode("utf-8", "replace")
    ways = {
        "flip": lambda: body[:at] + bytes([body[at] ^ (1 << draw(st.integers(0, 7)))]) + body[at + 1 :],
        "insert": lambda: body[:at] + more + body[at:],
        "cut": lambda: body[:at],
        "leave out": lambda: body[:at] + body[at + len(more) :],
        "twice": lambda: body + body,
        "again": lambda: body[:at] + body[: at // 2] + body[at:],
        "other": lambda: draw(st.binary(max_size=200)),
        "utf-16": lambda: text.encode("utf-16"),
        "utf-7": lambda: text.encode("utf-7"),
        "bom": lambda: b"\xef\xbb\xbf" + body,
        "gzip": lambda: gzip.compress(body, mtime=0),
        "base64": lambda: base64.b64encode(body),
        "escaped": lambda: json.dumps(json_of(body), ensure_ascii=True, indent=1).encode(),
        "value": lambda: _other_value(draw, body),
        "deep": lambda: b"[" * 40 + body + b"]" * 40,
    }
    return ways[draw(st.sampled_from(sorted(ways)))]()


def _other_value(draw, body):
    held = json_of(body)
    if not isinstance(held, dict) or not held:
        return body + b"&x=1"
    name = draw(st.sampled_from(sorted(held)))
    return json.dumps({**held, name: draw(st.none() | st.integers() | st.text(max_size=9))}).encode()


@st.composite
def changed_headers(draw, headers):
    """Change one header, leave it out, or leave all of them out."""
    held = dict(headers)
    name = draw(st.sampled_from(sorted(held)))
    value = held[name]
    way = draw(st.sampled_from(["other", "cut", "case", "gone", "all gone", "twice", "end", "flip"]))
    at = draw(st.integers(0, max(len(value) - 1, 0)))
    if way == "all gone":
        return {}
    if way == "gone":
        return {key: said for key, said in held.items() if key != name}
    others = {
        "other": lambda: draw(texts), "cut": lambda: value[:at], "case": value.swapcase, "twice": lambda: value + value,
        "end": lambda: value + draw(texts), "flip": lambda: value[:at] + draw(texts)[:1] + value[at + 1 :],
    }  # fmt: skip
    return held | {name: others[way]()}


@st.composite
def mutations(draw, request):
    """Change a delivery in one to three ways."""
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(["body", "body", "headers", "headers", "query", "method"]))
        if way == "body":
            request = attrs.evolve(request, body=draw(changed_bodies(request.body)))
        elif way == "headers" and request.headers:
            request = attrs.evolve(request, headers=draw(changed_headers(request.headers)))
        elif way == "query":
            request = attrs.evolve(request, query=request.query | {draw(texts): draw(texts), "message": draw(texts)})
        elif way == "method":
            request = attrs.evolve(request, method=draw(st.sampled_from(["GET", "PUT", "HEAD", "DELETE", "PATCH"])))
    return request


SOURCES = ("shopify", "woocommerce", "standard_webhooks", "mailgun", "ses", "twilio", "whatsapp")


@pytest.mark.parametrize("source", SOURCES)
def test_a_delivery_that_was_changed_is_refused_and_leaves_nothing(source, crm, points):
    sent, covered = made(source)
    counted = []

    @given(st.data())
    @settings(max_examples=points * EACH, deadline=None)
    def try_one(data):
        genuine = data.draw(st.sampled_from(sent))
        forged = data.draw(mutations(genuine))
        # Where nothing of what is signed was changed, it is the same delivery.
        assume(covered(forged) != covered(genuine) or forged.method != genuine.method)
        answer = crm.receive(source, forged)
        counted.append(answer.status)
        assert 400 <= answer.status < 500, answer.status

    try_one()
    assert len(counted) >= points * EACH
    assert crm.inbox.counts() == NOTHING
    assert next(one for one in crm.health() if one.name == f"refused {source}").figure >= len(counted)


@pytest.mark.parametrize("source", SOURCES)
def test_the_deliveries_they_are_made_of_are_taken(source, crm, tmp_path):
    sent, _ = made(source)
    plugin = {"twilio": "sms"}.get(source, source)
    given_ = Ses(ses.Amazon()) if source == "ses" else plugin
    secrets = {name: value for name, value in HELD.items() if name.startswith(f"{plugin}.")}
    with FrozenCRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[given_], secrets=secrets, clock=crm.clock) as opened:
        opened.plugins.configure(plugin, **{k: v for k, v in crm.plugins.settings(plugin).items() if v and v != "…"})
        for request in sent:
            assert opened.receive(source, request).status == 200
