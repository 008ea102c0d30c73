"""What Turkish law asks of a message; and that other countries' rules can be added."""

from __future__ import annotations

import pytest

from ecrm import InvalidError
from ecrm.messages.model.finding import Finding
from ecrm.messages.model.law import LAWS, Draft, Law, Laws, Sender
from ecrm.messages.model.template import Template

SENDER = Sender("Örnek Işık Ticaret A.Ş.", "0123456789012345")
WHOLE = "ÖRNEK IŞIK TİCARET A.Ş. Mersis: 0123456789012345 Tel: 0850 123 45 67. RET yazıp 3606'ya gönderin."


def draft(text, *, is_commercial=True, channel="sms", sender=SENDER, variables=(), urls=()):
    template = Template(
        name="spring", channel=channel, language="tr", purpose="marketing", is_commercial=is_commercial, text=text
    )
    return Draft(template, {"text": text}, urls, frozenset(variables), sender)


def codes(*given, **more):
    return [finding.code.removeprefix("law.tr.") for finding in LAWS.of("TR").check(draft(*given, **more))]


def test_a_commercial_message_that_says_it_all_is_in_order():
    assert codes(WHOLE) == []


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ("ÖRNEK IŞIK TİCARET A.Ş.", ["sender"]),
        ("0123456789012345", ["mersis"]),
        ("0850 123 45 67", ["contact"]),
        ("RET yazıp 3606'ya gönderin", ["refusal"]),
        ("3606'ya", ["refusal"]),
    ],
)
def test_what_a_commercial_message_leaves_out_is_refused(left_out, missing):
    assert codes(WHOLE.replace(left_out, "")) == missing


def test_an_empty_one_lacks_everything():
    assert codes("Bahar geldi", sender=None) == ["sender", "mersis", "contact", "refusal"]


def test_each_finding_cites_its_law():
    findings = LAWS.of("TR").check(draft("Bahar geldi"))
    assert all(found.is_refused and "law no. 6563" in found.source and "29417" in found.source for found in findings)


def test_variables_that_say_it_count_as_said():
    said = ["shop.trade_name", "shop.mersis", "shop.contact", "unsubscribe_url"]
    assert codes("Bahar geldi", variables=said) == []
    assert codes("Bahar geldi", variables=said, sender=None, channel="email") == []
    assert codes("Bahar geldi", variables=[*said[:3], "shop.refuse_by"]) == []


def test_an_email_is_refused_by_a_link_and_reached_by_one():
    text = "Örnek Işık Ticaret A.Ş., MERSİS 0123456789012345."
    assert codes(text, channel="email") == ["contact", "refusal"]
    assert codes(text, channel="email", urls=["mailto:a@b.example"], variables=["unsubscribe_url"]) == []
    assert codes(text + " bilgi@ornek.example", channel="email", variables=["unsubscribe_url"]) == []
    assert codes(text + " Ara: 444 1 234", channel="email", variables=["unsubscribe_url"]) == []


def test_another_shops_number_is_refused():
    assert codes(WHOLE.replace("0123456789012345", "9999999999999999")) == ["mersis"]
    assert codes(WHOLE, sender=None) == ["sender"]


def test_a_tradesman_has_no_mersis_number():
    assert codes("Ali Veli 0850 123 45 67 RET yaz 3606", sender=Sender("Ali Veli")) == []


@pytest.mark.parametrize("text", ["Siparişiniz yolda. %20 İNDİRİM!", "Kampanyamız sürüyor", "Sezon sonu başladı"])
def test_a_service_message_does_not_advertise(text):
    assert codes(text, is_commercial=False) == ["advertising"]


def test_a_service_message_needs_none_of_it():
    assert codes("Siparişiniz yolda. Hediyelik paketiniz hazır.", is_commercial=False) == []


def test_a_country_without_rules_has_none_and_can_be_given_some():
    assert LAWS.of(None) is None
    assert LAWS.of("XX") is None
    mine = Law("xx", [lambda _: [Finding("law.xx.tax", "", "tell the tax number")]])
    assert [found.code for found in LAWS.with_law(mine).of("XX").check(draft("Hi"))] == ["law.xx.tax"]
    assert LAWS.of("XX") is None
    assert LAWS.with_law(mine).of("TR") is LAWS.of("TR")
    assert Laws().of("TR") is None


def test_what_can_not_be_is_refused():
    with pytest.raises(InvalidError, match="16 digits"):
        Sender("A", "123")
    with pytest.raises(InvalidError, match="ISO 3166"):
        Law("Turkey", [])
