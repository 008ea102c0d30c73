"""What a channel is given: the mail as it goes out."""

from __future__ import annotations

import sys

from ecrm.hookspecs import Channel, hookimpl
from ecrm.messages import Transactional
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


def publish(crm):
    templates = crm.messages.templates
    templates.publish(templates.write("styled", "email", "en", purpose="order_updates", subject="Hi", html=STYLED))


def ask(crm):
    crm.messages.send(Transactional(to=AYSE, purpose="order_updates", template="styled", language="en", reason="x"))
    assert crm.work().sent == 1


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
