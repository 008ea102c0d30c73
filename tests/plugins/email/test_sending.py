from __future__ import annotations

import ssl

import attrs
import pytest

from ecrm.errors import InvalidError, SetupError
from ecrm.plugins.email.plugin import Email
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, FrozenLine
from postoffice import PASSWORD, REFUSED, USER, PostOffice, make_certificate
from providers import https_server

SENDER = "shop@example.org"
GIVEN = {"host": "127.0.0.1", "security": "none", "sender": SENDER, "sender_name": "Kuş ve Çiçek"}


@pytest.fixture
def office():
    with PostOffice().open() as opened:
        yield opened


def case_of(office, **more):
    given = GIVEN | {"port": office.port} | more
    plugin = Email(patience_s=0.4)

    def arrived():
        return [Arrival(one.to[0], f"{one.mail['subject']}\n{one.mail.get_content()}") for one in office.letters]

    mishaps = {
        name: lambda name=name: office.go_wrong(name) for name in ("limit", "error", "reset", "garbage", "silence")
    }
    return ChannelCase(
        plugin,
        ["ayse@example.com", "mehmet@çiçek.example.com"],
        arrived,
        given,
        bad=["nobody", "a@b@example.com", "ayse@localhost", "ayse@"],
        refused=REFUSED,
        nowhere={"port": 9},
        mishaps=mishaps,
    )


class TestContract(ChannelContract):
    """By SMTP, without a password, on this machine."""

    asks_to_wait = False

    @pytest.fixture
    def channel(self, office):
        return case_of(office)


@pytest.fixture
def stage(office):
    return ChannelStage(case_of(office))


def sent(stage, *messages, **settings):
    return stage.deliver(*(messages or [stage.message()]), line=stage.line(**settings))


def test_a_mail_has_its_id_its_names_and_both_bodies(stage, office):
    message = stage.message(html="<p>Merhaba <b>Ayşe</b></p>", text="Merhaba Ayşe", subject="İşte siparişiniz")
    [receipt] = sent(stage, message, reply_to="hello@example.org")
    mail = office.letters[0].mail
    assert receipt.provider_id == "4WXYZ12345"
    assert (mail["message-id"], mail["subject"]) == (f"<{message.id.hex}@example.org>", "İşte siparişiniz")
    assert (mail["from"], mail["reply-to"]) == ("Kuş ve Çiçek <shop@example.org>", "hello@example.org")
    assert mail.get_body(["plain"]).get_content().strip() == "Merhaba Ayşe"
    assert mail.get_body(["html"]).get_content().strip() == "<p>Merhaba <b>Ayşe</b></p>"
    assert (mail["auto-submitted"], mail["content-language"]) == ("auto-generated", "tr")
    assert mail["date"].datetime == stage.line().now()


def test_headers_to_unsubscribe_by_arrive_letter_by_letter(stage, office):
    url = f"<https://shop.example/u/{'x' * 400}>"
    headers = {"List-Unsubscribe": url, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    [receipt] = sent(stage, stage.message(headers=headers))
    assert receipt.status == "accepted"
    raw = office.letters[0].content.decode("ascii")
    assert f"List-Unsubscribe: {url}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_a_header_may_set_the_message_id(stage, office):
    sent(stage, stage.message(headers={"Message-ID": "<1@example.org>", "In-Reply-To": "<0@example.org>"}))
    assert office.letters[0].mail["message-id"] == "<1@example.org>"
    assert office.letters[0].mail["in-reply-to"] == "<0@example.org>"


@pytest.mark.parametrize(
    "more",
    [
        {"subject": "Selam\r\nBcc: all@example.com"},
        {"subject": "Selam\nX: y"},
        {"headers": {"X-A": "1\r\nBcc: all@example.com"}},
        {"headers": {"X-A\r\nBcc": "all@example.com"}},
        {"headers": {"Bcc": "all@example.com"}},
        {"headers": {"content-type": "text/html"}},
        {"headers": {"From": "ceo@example.com"}},
    ],
)
def test_a_header_that_hides_another_is_refused_and_nothing_goes_out(stage, office, more):
    receipts = sent(stage, stage.message(**more), stage.message())
    assert [(one.status, one.reason) for one in receipts] == [("refused", "content"), ("accepted", None)]
    assert len(office.letters) == 1


def test_bounces_go_to_an_address_that_names_the_message(stage, office):
    message = stage.message()
    sent(stage, message, bounce_address="bounces@example.org")
    assert office.letters[0].sender == f"bounces+{message.id.hex}@example.org"
    assert office.letters[0].mail["from"].addresses[0].addr_spec == SENDER


def test_a_batch_takes_one_line(stage, office):
    sent(stage, *(stage.message() for _ in range(5)))
    assert len(office.sessions) == 1
    assert len(office.letters) == 5


def test_after_a_drop_the_line_is_opened_again(stage, office):
    deliver = stage.channel.deliver([stage.message(), stage.message(), stage.message()], stage.line())
    receipts = [next(deliver)]
    office.go_wrong("drop")
    receipts += list(deliver)
    assert [one.status for one in receipts] == ["accepted"] * 3
    assert len(office.letters) == 3


def test_a_line_that_drops_before_the_letter_delays(stage, office):
    office.go_wrong("drop")
    assert [one.status for one in sent(stage)] == ["delayed"]


@pytest.mark.parametrize(
    ("to", "status", "reason"),
    [
        ("full@example.com", "delayed", "limit"),
        ("spam@example.com", "refused", "blocked"),
        (REFUSED, "refused", "address"),
    ],
)
def test_a_recipient_that_is_refused_has_its_reason(stage, to, status, reason):
    [receipt] = sent(stage, stage.message(to))
    assert (receipt.status, receipt.reason) == (status, reason)


def test_content_that_is_refused_is_no_fault_of_the_address(stage, office):
    office.go_wrong("content")
    receipts = sent(stage, stage.message(), stage.message())
    assert [(one.status, one.reason) for one in receipts] == [("refused", "content"), ("accepted", None)]


def test_nonsense_before_the_letter_delays_and_the_line_is_opened_again(stage, office):
    office.go_wrong("nonsense")
    assert [one.status for one in sent(stage, stage.message(), stage.message())] == ["delayed", "accepted"]
    assert len(office.letters) == 1


def test_a_server_that_closes_down_delays_and_is_called_again(stage, office):
    office.go_wrong("closing")
    assert [one.status for one in sent(stage, stage.message(), stage.message())] == ["delayed", "accepted"]


def test_a_name_in_other_letters_takes_smtputf8_and_a_domain_does_not(stage, office):
    receipts = sent(stage, stage.message("ayşe@example.com"), stage.message("ayse@çiçek.example.com"))
    assert [one.status for one in receipts] == ["accepted", "accepted"]
    assert office.letters[0].to == ["ayşe@example.com"]
    assert "SMTPUTF8" in office.letters[0].options
    assert office.letters[1].to == ["ayse@xn--iek-1lab.example.com"]
    assert "SMTPUTF8" not in office.letters[1].options


def test_a_server_without_smtputf8_refuses_a_name_in_other_letters():
    with PostOffice(utf8=False).open() as office:
        stage = ChannelStage(case_of(office))
        receipts = sent(stage, stage.message("ayşe@example.com"), stage.message())
    assert [(one.status, one.reason) for one in receipts] == [("refused", "address"), ("accepted", None)]


def test_starttls_signs_in_where_the_certificate_is_known(tmp_path):
    server, trusting = make_certificate(tmp_path)
    given = GIVEN | {"host": "localhost", "security": "starttls", "username": USER}
    with PostOffice(context=server, asks_who=True).open() as office:
        stage = ChannelStage(case_of(office))
        plugin = Email(0.5, lambda: trusting)
        line = FrozenLine.of(plugin, given | {"port": office.port}, {"password": PASSWORD})
        assert [one.status for one in plugin.deliver([stage.message()], line)] == ["accepted"]

        wrong = FrozenLine.of(plugin, given | {"port": office.port}, {"password": "another horse"})
        [receipt] = plugin.deliver([stage.message()], wrong)
        assert (receipt.status, receipt.reason) == ("delayed", "account")

        [receipt] = Email(0.5).deliver([stage.message()], line)
        assert (receipt.status, receipt.reason) == ("delayed", "account")
        assert len(office.letters) == 1


def test_a_server_that_offers_no_tls_is_told_nothing(stage, office):
    [receipt] = sent(stage, stage.message(), security="starttls")
    assert (receipt.status, receipt.reason) == ("delayed", "account")
    assert office.letters == []


def test_mail_in_the_clear_is_for_this_machine(stage):
    with pytest.raises(SetupError, match="starttls"):
        sent(stage, stage.message(), host="smtp.example.com")


def test_a_password_that_is_not_set_is_asked_for(stage):
    with pytest.raises(SetupError, match="password"):
        sent(stage, stage.message(), username="shop")


@pytest.mark.parametrize(
    "settings", [{"port": 0}, {"security": "ssl"}, {"sender": "shop"}, {"sender_name": "Kuş\nBcc: x"}]
)
def test_what_can_not_be_set_is_refused(settings):
    with pytest.raises(InvalidError):
        FrozenLine.of(Email(), settings)


def test_a_letter_is_quoted_so_that_a_dot_ends_nothing(stage, office):
    text = "one\n.\nQUIT\n..two"
    sent(stage, attrs.evolve(stage.message(), text=text))
    assert office.letters[0].mail.get_content().replace("\r\n", "\n").strip() == text


def test_tls_from_the_beginning_signs_in_too(tmp_path):
    server, trusting = make_certificate(tmp_path)
    with https_server(server, {}) as (port, _):
        # No mail server: what is shown is that TLS comes first, and that its certificate is looked at.
        line = FrozenLine.of(Email(), GIVEN | {"host": "localhost", "security": "tls", "port": port})
        stage = ChannelStage(ChannelCase(Email(), [SENDER], list))
        for context, reason in ((lambda: trusting, "away"), (ssl.create_default_context, "account")):
            [receipt] = Email(0.3, context).deliver([stage.message()], line)
            assert (receipt.status, receipt.reason) == ("delayed", reason)
