"""What mails say, and that nothing in them breaks out of where it stands."""

import uuid
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from accounts.letters import Letter, Letterhead, Unwritable
from accounts.mail_queue import Taken
from accounts.mail_texts import Link, MailTexts
from accounts.mails import Mail, check

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "t" * 43


def taken(mail: Mail) -> Taken:
    return Taken(uuid.UUID(int=7), mail, NOON, 1, perhaps_sent=False)


def letter(mail: Mail, site_name: str = "Coding Ahead") -> Letter:
    return Letterhead(site_name, "no-reply@codes.example").letter(taken(mail))


def read(sent: Letter) -> EmailMessage:
    message = message_from_bytes(sent.message, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_has_both_parts_its_link_whole_and_fetches_nothing(texts: MailTexts) -> None:
    message = read(letter(texts.reset_password("ann@example.org", TOKEN)))
    plain, html = message.iter_parts()
    address = f"https://codes.example/reset-password?token={TOKEN}"
    assert (message["Subject"], message["To"]) == (
        "Coding Ahead: set a new password",
        "ann@example.org",
    )
    assert message["From"] == "Coding Ahead <no-reply@codes.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{uuid.UUID(int=7)}@codes.example>"
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert address in plain.get_content().splitlines()
    assert f'<a href="{address}">' in html.get_content()
    for fetched in ("<img", "src=", "<link", "<style", "url("):
        assert fetched not in html.get_content()


def test_a_mail_that_is_made_twice_is_the_same_byte_for_byte(texts: MailTexts) -> None:
    mail = texts.confirm_address("ann@example.org", TOKEN, NOON)
    assert letter(mail).message == letter(mail).message


def test_what_stands_in_a_mail_is_text_and_never_markup() -> None:
    texts = MailTexts("<b>Codes & Co</b>", "https://codes.example")
    mail = texts.letter("notice", "ann@example.org", "news", ("1 < 2 & 3", Link("<i>", "/a?b&c")))
    assert "<b>" not in mail.html
    assert "<i>" not in mail.html
    assert "1 &lt; 2 &amp; 3" in mail.html
    assert "1 < 2 & 3" in mail.plain


@pytest.mark.parametrize("kind", ["", "Confirm", "../x", "a\n", "a" * 41])
def test_a_kind_is_a_word_that_a_file_may_be_named_by(kind: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        check(Mail(kind, "ann@example.org", "news", "", ""))


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("ann@example.org\r\nBcc: eve@example.org", "news"),
        ("ann@example.org\n", "news"),
        ("ann@example.org", "news\r\n\r\n<script>"),
        ("ann@example.org", "news\x00"),
        ("ann@example.org", "news\u2028Bcc: eve@example.org"),
    ],
)
def test_nothing_breaks_out_of_a_header(recipient: str, subject: str) -> None:
    with pytest.raises(Unwritable):
        letter(Mail("notice", recipient, subject, "", ""))
    with pytest.raises(ValueError, match="must be printable") as raised:
        check(Mail("notice", recipient, subject, "", ""))
    assert "eve" not in str(raised.value)


@pytest.mark.parametrize(
    "recipient",
    ["ann", "ann@example.org, eve@example.org", "<ann@example.org>", "", "@", "a b@c.de"],
)
def test_a_mail_goes_to_one_address_or_nowhere(recipient: str) -> None:
    with pytest.raises(Unwritable) as raised:
        letter(Mail("notice", recipient, "news", "", ""))
    assert "ann" not in str(raised.value)


def test_a_domain_of_any_script_is_written_so_that_every_server_takes_it() -> None:
    sent = letter(Mail("notice", "ann@bücher.example", "news", "ü", "<p>ü</p>"), "Büro")
    message = read(sent)
    assert sent.recipient == "ann@xn--bcher-kva.example"
    assert not sent.international
    assert sent.message.isascii()
    assert message["From"].addresses[0].display_name == "Büro"
    assert "ü" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_an_address_of_any_script_asks_for_a_server_that_knows_it() -> None:
    sent = letter(Mail("notice", "büro@bücher.example", "news", "", ""))
    assert sent.international
    assert sent.recipient == "büro@bücher.example"
    assert "To: büro@bücher.example" in sent.message.decode()


def test_lines_are_short_enough_for_every_server(texts: MailTexts) -> None:
    mail = texts.letter("notice", "ann@example.org", "news " * 40, ("word " * 150, "x" * 900))
    assert max(map(len, letter(mail).message.splitlines())) <= 998
