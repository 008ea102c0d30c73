"""What a channel is given: the mail as it goes out."""

from __future__ import annotations

import sys

from ecrm import Money, events
from ecrm.hookspecs import Channel, hookimpl
from ecrm.messages import Content, Transactional, composing
from messages.pigeon import Pigeons
from story import AYSE

STYLED = "<style>p { color: red }</style><p>Hi {{ customer.name }}</p>"


class Mails(Pigeons):
    """Mails that are remembered instead of sent."""

    @hookimpl
    def register_channels(self):
        return [Channel("email", "email", self.deliver, takes_html=True)]


def mailed(opened):
    mails = Mails()
    crm = opened(mails)
    crm.messages.configure(channels=["email"])
    crm.customers.upsert(AYSE, name="Ayşe")
    return crm, mails


def publish(crm, html=STYLED):
    templates = crm.messages.templates
    templates.publish(templates.write("styled", "email", "en", purpose="order_updates", subject="Hi", html=html))


def ask(crm):
    crm.messages.send(Transactional(to=AYSE, purpose="order_updates", template="styled", language="en", reason="x"))
    assert crm.work().sent == 1


def test_a_mail_tells_what_the_customer_spent_as_a_whole_and_by_currency(opened):
    crm, mails = mailed(opened)
    crm.shop.configure(currency="TRY")
    crm.record(events.OrderCompleted(order_id="1", total=Money("149.90", "TRY"), customer=AYSE))
    publish(
        crm, '<p>{{ facts.orders.count }}: {{ facts.orders.spent|money }}, {{ facts["orders.spent.TRY"]|money }}</p>'
    )
    ask(crm)
    assert mails.sent[0].text.count("149.90") == 2


def test_a_message_that_can_not_be_made_keeps_no_other(opened, monkeypatch):
    crm, _ = mailed(opened)
    publish(crm)

    def stumble(*_, **__):
        raise ZeroDivisionError

    content = Content(subject="Hi", text="Hi")
    said = {"to": AYSE, "purpose": "order_updates", "reason": "x", "channel": "email"}
    bad = crm.messages.send(Transactional(**said, template="styled", language="en"))
    crm.messages.send(Transactional(**said, content=content))
    monkeypatch.setattr(composing, "render", stumble)
    assert crm.work().sent == 1
    assert "ZeroDivisionError" in str(crm.explain_message(bad))


def test_a_style_sheet_is_written_onto_the_elements_of_a_mail_when_it_goes(opened):
    crm, mails = mailed(opened)
    publish(crm)
    ask(crm)
    assert 'style="color: red' in mails.sent[0].html
    assert mails.sent[0].text == "Hi Ayşe"


def test_a_mail_goes_as_it_is_written_from_a_machine_that_lacks_the_library(opened, monkeypatch):
    publish(mailed(opened)[0])
    monkeypatch.setitem(sys.modules, "css_inline", None)
    crm, mails = mailed(opened)
    ask(crm)
    assert mails.sent[0].html == "<style>p { color: red }</style><p>Hi Ayşe</p>"
